import { contains, differenceOf, unionOf } from '../base/stretches.ts';
import { LEAST_HOURS } from '../detect/trend/evaluate.ts';
import { sampleIntervalMs } from '../plan/sample-interval.ts';
import {
  type DriftOfRequest,
  type FollowedRequest,
  followedDrift,
  followedMedian,
  p95Readings,
} from './drift-of-run.ts';
import { sliceLengthMs } from './durations.ts';
import { type FollowedSeries, followedGrowth, type GrowthOfSeries } from './growth-of-run.ts';
import { happeningsOf } from './happenings.ts';
import type { JudgedTime } from './judged-time.ts';
import type { LatencyReadings } from './latency-readings.ts';
import type { Looked } from './looked.ts';
import type { DurationRow, RunRows } from './rows.ts';
import { leftOutHours, plannedLoad, profileHours } from './run-clock.ts';
import { columnsOf, type SampleColumns } from './sample-column.ts';
import type { RunSpan } from './span.ts';
import { askedSeries } from './trend-of-series.ts';

/** Growth and drift of a run. Plain data: it goes from process to process. */
export interface TrendsOfRun {
  growth: GrowthOfSeries[];
  drift: DriftOfRequest[];
  /** Of a rehearsal: the median of all requests. */
  typical: DriftOfRequest | null;
}

/** All series of a run as the detectors follow them. The error is held over all of them together. */
export interface FollowedRun {
  looked: Looked;
  growing: FollowedSeries[];
  drifting: FollowedRequest[];
}

/**
 * Asks the detectors of every series of a run: at its end, or while it lives at its last whole hour. They see nothing that
 * came later, so that a run that lives, its end and its replay get the same answer to the same question.
 */
export function trendsOfRun(
  rows: RunRows,
  span: RunSpan,
  time: Pick<JudgedTime, 'judged' | 'outages'>,
  sketches: readonly DurationRow[],
): TrendsOfRun {
  const looked = lookedAt(rows, span, time);
  const { growing, drifting } = followedRun(
    rows,
    looked,
    columnsOf(rows.series, rows.samples),
    p95Readings(sketches, looked),
  );
  const median = rows.run.rehearsal ? followedMedian(sketches, rows, looked) : null;
  const count = growing.length + drifting.length;
  return {
    growth: growing.map(({ series, followed }) => ({ series, ...askedSeries(followed, count, looked) })),
    drift: drifting.map(({ followed, ...one }) => ({ ...one, ...askedSeries(followed, count, looked) })),
    typical: median === null ? null : askedMedian(median, count, looked),
  };
}

function askedMedian({ followed, ...one }: FollowedRequest, count: number, looked: Looked): DriftOfRequest {
  return { ...one, ...askedSeries(followed, count, looked) };
}

/** What is followed, from what is looked at and read so far. */
export const followedRun = (
  rows: Pick<RunRows, 'run' | 'plan' | 'events' | 'series'>,
  looked: Looked,
  columns: SampleColumns,
  latency: LatencyReadings,
): FollowedRun => ({
  looked,
  growing: followedGrowth(rows, columns, looked),
  drifting: followedDrift(latency, rows, looked),
});

/** What all series have in common, at the hour at which they are asked. */
export function lookedAt(
  rows: Pick<RunRows, 'run' | 'plan' | 'events' | 'actions' | 'windows'>,
  span: RunSpan,
  { judged, outages }: Pick<JudgedTime, 'judged' | 'outages'>,
): Looked {
  const { plan, run } = rows;
  const down = outages
    .filter(({ judgedMs }) => judgedMs > 0)
    .map(({ startMs, endMs }) => ({ fromMs: startMs, untilMs: endMs ?? plan.endMs }));
  const considered = differenceOf(judged, unionOf(down));
  const intervalMs = sampleIntervalMs(run.profile.monitoring.intervalMs, run.compression);
  return {
    plan,
    hour: span.live ? hourOfLive(rows, span) : profileHours(plan, span.endMs),
    load: plannedLoad(plan, span.endMs, intervalMs),
    leftOut: leftOutHours(plan, { fromMs: span.startMs, untilMs: span.endMs }, considered),
    isLookedAt: (atMs) => contains(considered, atMs),
    happened: happeningsOf(rows),
  };
}

const MINUTE_HOURS = 1 / 60;

/** Before the first hour at which anything can be said, the present one: what was read by now is told at least. */
function hourOfLive(rows: Pick<RunRows, 'run' | 'plan' | 'windows'>, span: RunSpan): number {
  const whole = lastWholeHour(rows, span);
  return whole >= LEAST_HOURS ? whole : Math.min(profileHours(rows.plan, span.endMs), LEAST_HOURS - MINUTE_HOURS);
}

/**
 * The last whole hour of profile time before which all that stands is over: samples and slices stand at their beginning.
 * Told by the windows, so that it is a matter of rows and not of when somebody asks.
 */
export function lastWholeHour(
  { run, plan, windows }: Pick<RunRows, 'run' | 'plan' | 'windows'>,
  span: RunSpan,
): number {
  const untilMs = Math.min(span.endMs, windows.at(-1)?.endMs ?? span.startMs);
  return Math.max(0, Math.floor(profileHours(plan, untilMs - sliceLengthMs(run)) + 1e-9));
}
