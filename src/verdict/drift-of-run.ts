import type { Clocked } from '../detect/trend/bins.ts';
import type { Followed } from '../detect/trend/finding.ts';
import { REQUESTS_FOR_QUANTILE } from '../model/least-evidence.ts';
import type { ArrivalPlan } from '../model/plan.ts';
import { emptySketch, mergeSketch, quantileOf, type Sketch } from '../model/sketch.ts';
import type { RequestDrift } from '../model/verdict.ts';
import type { Looked } from './looked.ts';
import type { DurationRow, RunRows } from './rows.ts';
import { profileHours } from './run-clock.ts';
import { type AskedSeries, finite, trendOf } from './trend-of-series.ts';

/** The P95 of one request name, or of all together. */
export interface DriftOfRequest extends AskedSeries {
  /** null: all. */
  request: string | null;
  requests: number;
}

/** A P95 and how it is followed, before anything is asked. */
export interface FollowedRequest {
  request: string | null;
  requests: number;
  followed: Followed;
}

interface Slice {
  fromMs: number;
  untilMs: number;
  durationsMs: Sketch;
}

/** A quantile, and how many requests one reading of it needs. */
interface Quantile {
  quantile: number;
  needed: number;
}

const P95: Quantile = { quantile: 0.95, needed: REQUESTS_FOR_QUANTILE.p95 };
const MEDIAN: Quantile = { quantile: 0.5, needed: REQUESTS_FOR_QUANTILE.p50 };

/**
 * The P95 of `ok` requests over what is judged: of all together, then of each name where there are several. Only `ok`: a refused
 * connection takes no time and a time-out takes its limit, so neither says how fast the target is. By name, because another
 * mix of requests is no drift. `sketches` as `judgedSketches` gives them.
 */
export function followedDrift(rows: RunRows, sketches: readonly DurationRow[], looked: Looked): FollowedRequest[] {
  const ok = okOf(sketches);
  const byName = [...Map.groupBy(ok, ({ name }) => name)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const all = follow(null, together(ok), P95, rows, looked);
  if (byName.length < 2) return [all];
  return [all, ...byName.map(([name, own]) => follow(name, own.map(sliceOf), P95, rows, looked))];
}

/** The median of all `ok` requests: the few thousand requests of a rehearsal cannot bound a P95. */
export const followedMedian = (rows: RunRows, sketches: readonly DurationRow[], looked: Looked): FollowedRequest =>
  follow(null, together(okOf(sketches)), MEDIAN, rows, looked);

const okOf = (sketches: readonly DurationRow[]): DurationRow[] =>
  sketches.filter(({ outcome }) => outcome === 'ok').toSorted((a, b) => a.atMs - b.atMs);

function follow(
  request: string | null,
  slices: readonly Slice[],
  of: Quantile,
  { plan, events }: Pick<RunRows, 'plan' | 'events'>,
  looked: Looked,
): FollowedRequest {
  const restarts = events.flatMap(({ kind, atMs }) => (kind === 'target_restarted' ? [profileHours(plan, atMs)] : []));
  return {
    request,
    requests: slices.reduce((sum, { durationsMs }) => sum + durationsMs.count, 0),
    followed: {
      name: request ?? 'all requests',
      kind: 'drift',
      readings: quantiles(slices, of, plan),
      load: looked.load,
      restarts: restarts.toSorted((a, b) => a - b),
      collected: false,
      leftOut: looked.leftOut,
      limit: null,
    },
  };
}

const sliceOf = ({ atMs, stepMs, durationsMs }: DurationRow): Slice => ({
  fromMs: atMs,
  untilMs: atMs + stepMs,
  durationsMs,
});

/** One sketch for each slice. */
function together(rows: readonly DurationRow[]): Slice[] {
  const slices = new Map<number, Slice>();
  for (const row of rows) {
    const slice = slices.get(row.atMs) ?? { ...sliceOf(row), durationsMs: emptySketch() };
    slices.set(row.atMs, slice);
    mergeSketch(slice.durationsMs, row.durationsMs);
  }
  return [...slices.values()];
}

/** Slices are merged until there are requests enough for the quantile; it stands at the middle of what was merged. */
function quantiles(slices: readonly Slice[], { quantile, needed }: Quantile, plan: ArrivalPlan): Clocked {
  const readings: { hour: number; value: number }[] = [];
  let waiting: Slice[] = [];
  let count = 0;
  for (const slice of slices) {
    if (slice.durationsMs.count === 0) continue;
    waiting.push(slice);
    count += slice.durationsMs.count;
    if (count < needed) continue;
    const value = quantileOf(mergedOf(waiting), quantile);
    const fromMs = waiting[0]?.fromMs ?? slice.fromMs;
    if (value !== null) readings.push({ hour: profileHours(plan, (fromMs + slice.untilMs) / 2), value });
    waiting = [];
    count = 0;
  }
  return {
    hours: Float64Array.from(readings, ({ hour }) => hour),
    values: Float64Array.from(readings, ({ value }) => value),
  };
}

/** A single one as it is: most slices have requests enough. */
function mergedOf(slices: readonly Slice[]): Sketch {
  const [first] = slices;
  if (first !== undefined && slices.length === 1) return first.durationsMs;
  const merged = emptySketch();
  for (const { durationsMs } of slices) mergeSketch(merged, durationsMs);
  return merged;
}

/** As the verdict shows it. */
export function requestDrift(one: DriftOfRequest, looked: Looked): RequestDrift {
  const { request, requests, finding, followed } = one;
  return {
    request,
    startMs: finite(finding.answer?.level),
    requests,
    readings: followed.readings.hours.length,
    ...trendOf(one, looked),
  };
}
