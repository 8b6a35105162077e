import { type Drift, type DriftInput, driftOf } from '../detect/drift.ts';
import { emptySketch, mergeSketch } from '../model/sketch.ts';
import { requestsBetween } from '../plan/rate.ts';
import type { SketchRow } from '../store/store.ts';
import type { RunRows } from './rows.ts';

/** Drift of two quantiles of `ok` requests over what is judged, all request names together. */
export interface DriftOfRun {
  p95: Drift;
  p50: Drift;
}

export function driftOfRun(rows: RunRows, sketches: readonly SketchRow[]): DriftOfRun {
  const ok = sketches.filter(({ outcome }) => outcome === 'ok');
  const slices = [...Map.groupBy(ok, ({ atMs }) => atMs)]
    .toSorted(([a], [b]) => a - b)
    .map(([atMs, rowsAt]) => {
      const durationsMs = emptySketch();
      for (const row of rowsAt) mergeSketch(durationsMs, row.durationsMs);
      return { fromMs: atMs, untilMs: atMs + (rowsAt[0]?.stepMs ?? 0), durationsMs };
    });
  const input: DriftInput = {
    slices,
    compression: rows.run.compression,
    meanLoad: (fromMs, untilMs) => (requestsBetween(rows.plan, fromMs, untilMs) / (untilMs - fromMs)) * 60_000,
  };
  return { p95: driftOf(input), p50: driftOf({ ...input, quantile: 0.5 }) };
}
