import { type Drift, type DriftInput, driftOf } from '../detect/drift.ts';
import { requestsBetween } from '../plan/rate.ts';
import type { DurationRow, RunRows } from './rows.ts';

/** Drift of two quantiles of `ok` requests over what is judged, all request names together. */
export interface DriftOfRun {
  p95: Drift;
  p50: Drift;
}

/** `sketches` by slice and outcome, in order of time, as `judgedSketches` gives them. */
export function driftOfRun(rows: RunRows, sketches: readonly DurationRow[]): DriftOfRun {
  const slices = sketches
    .filter(({ outcome }) => outcome === 'ok')
    .map(({ atMs, stepMs, durationsMs }) => ({ fromMs: atMs, untilMs: atMs + stepMs, durationsMs }));
  const input: DriftInput = {
    slices,
    compression: rows.run.compression,
    meanLoad: (fromMs, untilMs) => (requestsBetween(rows.plan, fromMs, untilMs) / (untilMs - fromMs)) * 60_000,
  };
  return { p95: driftOf(input), p50: driftOf({ ...input, quantile: 0.5 }) };
}
