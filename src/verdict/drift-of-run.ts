import type { Followed } from '../detect/trend/finding.ts';
import type { ArrivalPlan } from '../model/plan.ts';
import type { Sketch } from '../model/sketch.ts';
import type { RequestDrift } from '../model/verdict.ts';
import { LatencyReadings, MEDIAN, P95 } from './latency-readings.ts';
import type { Looked } from './looked.ts';
import type { Quantile, QuantileReadings } from './quantile-readings.ts';
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

/**
 * The P95 of `ok` requests over what is judged: of all together, then of each name where there are several. Only `ok`: a refused
 * connection takes no time and a time-out takes its limit, so neither says how fast the target is. By name, because another
 * mix of requests is no drift.
 */
export function followedDrift(
  readings: LatencyReadings,
  rows: Pick<RunRows, 'plan' | 'events'>,
  looked: Looked,
): FollowedRequest[] {
  const all = follow(null, readings.all, rows, looked);
  if (readings.byName.size < 2) return [all];
  const byName = [...readings.byName].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [all, ...byName.map(([name, own]) => follow(name, own, rows, looked))];
}

/** The median of all `ok` requests: the few thousand requests of a rehearsal cannot bound a P95. */
export const followedMedian = (
  sketches: readonly DurationRow[],
  rows: Pick<RunRows, 'plan' | 'events'>,
  looked: Looked,
): FollowedRequest => follow(null, readingsOf(sketches, looked, MEDIAN).all, rows, looked);

export const p95Readings = (sketches: readonly DurationRow[], looked: Pick<Looked, 'plan' | 'hour'>): LatencyReadings =>
  readingsOf(sketches, looked, P95);

/** From slices that begin before the hour, as `judgedSketches` gives them. */
function readingsOf(
  sketches: readonly DurationRow[],
  { plan, hour }: Pick<Looked, 'plan' | 'hour'>,
  of: Quantile,
): LatencyReadings {
  const readings = new LatencyReadings(of, plan);
  const ok = sketches.filter(({ outcome, atMs }) => outcome === 'ok' && profileHours(plan, atMs) < hour);
  const slices = [...Map.groupBy(ok, ({ atMs }) => atMs)].toSorted(([a], [b]) => a - b);
  for (const [atMs, rows] of slices) {
    const durations = new Map(rows.map(({ name, durationsMs }): [string, Sketch] => [name, durationsMs]));
    const untilMs = atMs + (rows[0]?.stepMs ?? 0);
    readings.add({ fromMs: atMs, untilMs }, durations);
  }
  return readings;
}

function follow(
  request: string | null,
  readings: QuantileReadings,
  { plan, events }: Pick<RunRows, 'plan' | 'events'>,
  looked: Looked,
): FollowedRequest {
  const restarts = events.flatMap(({ kind, atMs }) => (kind === 'target_restarted' ? [profileHours(plan, atMs)] : []));
  return {
    request,
    requests: readings.requests,
    followed: {
      name: request ?? 'all requests',
      kind: 'drift',
      readings: readings.before(looked.hour),
      load: looked.load,
      restarts: restarts.toSorted((a, b) => a - b),
      collected: false,
      leftOut: looked.leftOut,
      limit: null,
    },
  };
}

/** As the verdict shows it. */
export function requestDrift(one: DriftOfRequest, plan: ArrivalPlan): RequestDrift {
  const { request, requests, finding, readings } = one;
  return {
    request,
    startMs: finite(finding.answer?.level),
    requests,
    readings: readings.count,
    ...trendOf(one, plan),
  };
}
