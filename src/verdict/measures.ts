import { lengthOf, overlapOf, type Stretch } from '../base/stretches.ts';
import { type ReadingAtLoad, readingsAtLoad } from '../detect/at-like-load.ts';
import { type AtLoad, loadBin } from '../model/at-load.ts';
import type { DurationQuantile, RunMeasures } from '../model/baseline.ts';
import { buildOf } from '../model/build.ts';
import { REQUESTS_FOR_QUANTILE } from '../model/least-evidence.ts';
import type { LoadLevel } from '../model/plan.ts';
import { addToSketch, emptySketch, mergeSketch, quantileOf, SKETCH_ALPHA, type Sketch } from '../model/sketch.ts';
import type { Verdict } from '../model/verdict.ts';
import { levelAt, requestsBetween } from '../plan/rate.ts';
import { addAtLeast, judgedSketches, leastOfFailure, sliceLengthMs } from './durations.ts';
import type { RunRows } from './rows.ts';
import type { RunSpan } from './span.ts';

/** What of a run's time is judged. */
export interface Judged {
  rows: RunRows;
  span: RunSpan;
  judged: readonly Stretch[];
}

const QUANTILES: Record<DurationQuantile, number> = { p50: 0.5, p95: 0.95, p99: 0.99 };

/** What the run measured, by load. `criteria`: as its verdict has them. */
export function measuresOf(one: Judged, criteria: Verdict['criteria']): RunMeasures {
  const { run } = one.rows;
  const slices = durationSlices(one);
  const at = (quantile: DurationQuantile): AtLoad | null => durationsAtLoad(slices, quantile);
  return {
    runId: run.id,
    build: buildOf(run),
    criteria: criteria.map(({ id, unit, actual, interval }) => ({ id, unit, actual, interval })),
    time: timeAtLoad(one),
    failures: failuresAtLoad(one),
    durations: { p50: at('p50'), p95: at('p95'), p99: at('p99') },
  };
}

/** Durations of a judged slice, and the load that was planned for it. */
export interface DurationSliceAtLoad {
  load: number;
  level: LoadLevel;
  durationsMs: Sketch;
}

/** In order of time. All requests together, arrivals that starved among them; or those of one name. */
export function durationSlices({ rows, span, judged }: Judged, name?: string): DurationSliceAtLoad[] {
  const least = leastOfFailure(rows);
  const bySlice = new Map<number, DurationSliceAtLoad & Stretch>();
  for (const row of judgedSketches(rows, judged, span)) {
    if (name !== undefined && row.name !== name) continue;
    let slice = bySlice.get(row.atMs);
    if (slice === undefined) {
      const stretch = { fromMs: row.atMs, untilMs: row.atMs + row.stepMs };
      const load = loadOf(rows, stretch);
      if (load === null) continue;
      const level = levelAt(rows.plan, rows.run.profile, (stretch.fromMs + stretch.untilMs) / 2);
      slice = { ...stretch, load, level, durationsMs: emptySketch() };
      bySlice.set(row.atMs, slice);
    }
    if (row.outcome === 'ok') mergeSketch(slice.durationsMs, row.durationsMs);
    else addAtLeast(slice.durationsMs, row.durationsMs, least);
  }
  if (name === undefined) addStarved(rows, [...bySlice.values()], least);
  return [...bySlice.values()].toSorted((a, b) => a.fromMs - b.fromMs);
}

function addStarved({ windows, plan }: RunRows, slices: (DurationSliceAtLoad & Stretch)[], least: number): void {
  const starving = windows.filter(({ iterations }) => iterations.starved > 0);
  for (const { fromMs, untilMs, durationsMs } of slices) {
    const starved = starving
      .filter(({ startMs, endMs }) => fromMs <= (startMs + endMs) / 2 && (startMs + endMs) / 2 < untilMs)
      .reduce((sum, { iterations }) => sum + iterations.starved, 0);
    const requests = Math.round(starved * plan.requestsPerIteration);
    if (requests > 0) addToSketch(durationsMs, least, requests);
  }
}

/** Readings of a quantile, each of requests enough at one load; null for too few. `level`: of that load only. */
export function durationsAtLoad(
  slices: readonly DurationSliceAtLoad[],
  quantile: DurationQuantile,
  level: LoadLevel | 'all' = 'all',
): AtLoad | null {
  const waiting = new Map<number, Sketch>();
  const readings: ReadingAtLoad[] = [];
  for (const slice of slices) {
    if (level !== 'all' && slice.level !== level) continue;
    const { load, durationsMs } = slice;
    const merged = waiting.get(load) ?? emptySketch();
    mergeSketch(merged, durationsMs);
    waiting.set(load, merged);
    if (merged.count < REQUESTS_FOR_QUANTILE[quantile]) continue;
    waiting.delete(load);
    // Shorter than a microsecond is no answer over a network.
    const value = Math.log(Math.max(0.001, quantileOf(merged, QUANTILES[quantile]) ?? 0));
    readings.push({ load, value, weight: merged.count });
  }
  const found = readingsAtLoad(readings);
  return found === null ? null : { ...found, resolution: SKETCH_ALPHA };
}

const loadOf = ({ plan }: Pick<RunRows, 'plan'>, { fromMs, untilMs }: Stretch): number | null =>
  loadBin((requestsBetween(plan, fromMs, untilMs) / (untilMs - fromMs)) * 60_000);

/** Judged time by load. */
export function timeAtLoad({ rows, judged }: Judged): RunMeasures['time'] {
  const stepMs = sliceLengthMs(rows.run);
  const time = new Map<number, number>();
  for (const { fromMs, untilMs } of judged) {
    for (let atMs = fromMs; atMs < untilMs; atMs += stepMs) {
      const step = { fromMs: atMs, untilMs: Math.min(untilMs, atMs + stepMs) };
      const load = loadOf(rows, step);
      if (load !== null) time.set(load, (time.get(load) ?? 0) + lengthOf([step]));
    }
  }
  return [...time].map(([load, ms]) => ({ load, ms })).toSorted((a, b) => a.load - b.load);
}

/** Of judged windows; `level`: of that load only. */
export function failuresAtLoad({ rows, judged }: Judged, level: LoadLevel | 'all' = 'all'): RunMeasures['failures'] {
  const { plan, run, windows } = rows;
  const found = new Map<number, { demand: number; failed: number }>();
  for (const { startMs, endMs, requests, iterations } of windows) {
    const middleMs = (startMs + endMs) / 2;
    if (overlapOf({ fromMs: middleMs, untilMs: middleMs + 1 }, judged) === 0) continue;
    if (level !== 'all' && levelAt(plan, run.profile, middleMs) !== level) continue;
    const load = loadOf(rows, { fromMs: startMs, untilMs: endMs });
    if (load === null) continue;
    const at = found.get(load) ?? { demand: 0, failed: 0 };
    const starved = iterations.starved * plan.requestsPerIteration;
    at.demand += starved + requests.reduce((sum, { count }) => sum + count, 0);
    at.failed += starved + requests.reduce((sum, { outcome, count }) => sum + (outcome === 'ok' ? 0 : count), 0);
    found.set(load, at);
  }
  return [...found].map(([load, counts]) => ({ load, ...counts })).toSorted((a, b) => a.load - b.load);
}

/** Share of the time that both spent at the same loads, 0 to 1: 1 when they were planned alike. */
export function sharedLoad(a: RunMeasures['time'], b: RunMeasures['time']): number {
  const total = (time: RunMeasures['time']): number => time.reduce((sum, { ms }) => sum + ms, 0);
  const [all, others] = [total(a), total(b)];
  if (all === 0 || others === 0) return 0;
  const shareOf = new Map(b.map(({ load, ms }) => [load, ms / others]));
  return a.reduce((sum, { load, ms }) => sum + Math.min(ms / all, shareOf.get(load) ?? 0), 0);
}
