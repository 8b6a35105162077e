import { contains, differenceOf, type Stretch, unionOf } from '../base/stretches.ts';
import type { Followed } from '../detect/trend/finding.ts';
import { sampleIntervalMs } from '../plan/sample-interval.ts';
import { type DriftOfRequest, followedDrift, followedMedian } from './drift-of-run.ts';
import { followedGrowth, type GrowthOfSeries } from './growth-of-run.ts';
import { happeningsOf } from './happenings.ts';
import type { Looked } from './looked.ts';
import type { DurationRow, RunRows } from './rows.ts';
import { leftOutHours, plannedLoad, profileHours } from './run-clock.ts';
import type { RunSpan } from './span.ts';
import { type AskedSeries, askedSeries } from './trend-of-series.ts';

/** Growth and drift of a run, and what they were judged by. */
export interface TrendsOfRun {
  looked: Looked;
  growth: GrowthOfSeries[];
  drift: DriftOfRequest[];
  /** Of a rehearsal: the median of all requests. */
  typical: DriftOfRequest | null;
}

/**
 * Asks the detectors of every series of a run, up to the end of its span. They see nothing that came later, so that a run that
 * lives, its end and its replay get the same answer to the same question. The error is held over all series together.
 */
export function trendsOfRun(
  rows: RunRows,
  span: Pick<RunSpan, 'startMs' | 'endMs'>,
  judged: readonly Stretch[],
  outages: readonly { startMs: number; endMs: number | null }[],
  sketches: readonly DurationRow[],
): TrendsOfRun {
  const looked = lookedAt(rows, span, judged, outages);
  const growing = followedGrowth(rows, looked);
  const drifting = followedDrift(rows, sketches, looked);
  const median = rows.run.rehearsal ? followedMedian(rows, sketches, looked) : null;
  const count = growing.length + drifting.length;
  const ask = (followed: Followed): AskedSeries => askedSeries(followed, count, looked.hour);
  return {
    looked,
    growth: growing.map((one) => ({ ...one, ...ask(one.followed) })),
    drift: drifting.map((one) => ({ ...one, ...ask(one.followed) })),
    typical: median === null ? null : { ...median, ...ask(median.followed) },
  };
}

function lookedAt(
  rows: RunRows,
  span: Pick<RunSpan, 'startMs' | 'endMs'>,
  judged: readonly Stretch[],
  outages: readonly { startMs: number; endMs: number | null }[],
): Looked {
  const { plan, run } = rows;
  const down = outages.map(({ startMs, endMs }) => ({ fromMs: startMs, untilMs: endMs ?? plan.endMs }));
  const considered = differenceOf(judged, unionOf(down));
  const intervalMs = sampleIntervalMs(run.profile.monitoring.intervalMs, run.compression);
  return {
    plan,
    hour: profileHours(plan, span.endMs),
    load: plannedLoad(plan, span.endMs, intervalMs),
    leftOut: leftOutHours(plan, { fromMs: span.startMs, untilMs: span.endMs }, considered),
    isLookedAt: (atMs) => contains(considered, atMs),
    happened: happeningsOf(rows),
  };
}
