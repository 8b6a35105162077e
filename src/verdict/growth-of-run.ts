import { differenceOf, type Stretch, unionOf } from '../base/stretches.ts';
import { type Growth, growthOf } from '../detect/growth.ts';
import { holm } from '../detect/intervals.ts';
import { isJudged, type Sample, type SeriesInfo } from '../model/sample.ts';
import type { SeriesGrowth } from '../model/verdict.ts';
import { requestsBetween } from '../plan/rate.ts';
import { sampleIntervalMs } from '../plan/sample-interval.ts';
import { IDENTITY_KINDS } from '../sample/identities.ts';
import type { RunRows } from './rows.ts';

export interface GrowthOfSeries {
  series: SeriesInfo;
  growth: Growth;
  /** `growing` after the error over its family (memory, or the rest) is held at {@link FAMILY_ALPHA}. */
  proven: boolean;
}

/**
 * Chance that a family in which nothing grows is called growing by significance alone. The rivals that a trend must survive keep
 * false alarms far below it; a stricter level costs detections and saves none (docs/detection.md).
 */
export const FAMILY_ALPHA = 0.05;

/**
 * Growth of every series of the target and its dependencies that may leak. Judged samples only, outages left out: a target that is down
 * holds other memory, and so does one without load.
 */
export function growthOfRun(
  rows: RunRows,
  judged: readonly Stretch[],
  outages: readonly { startMs: number; endMs: number | null }[],
): GrowthOfSeries[] {
  const { plan, events, run } = rows;
  const candidates = rows.series.filter((series) => isJudged(series) && series.leakCandidate);
  const bySeries = Map.groupBy(rows.samples, ({ series }) => series);
  const intervalMs = sampleIntervalMs(run.profile.monitoring.intervalMs, run.compression);
  const restarts = events.filter(({ kind }) => RESTARTS.includes(kind));
  const knowsItself = identifiedSources(events);
  const considered = differenceOf(
    judged,
    unionOf(outages.map(({ startMs, endMs }) => ({ fromMs: startMs, untilMs: endMs ?? plan.endMs }))),
  );
  const meanLoad = (fromMs: number, untilMs: number): number =>
    (requestsBetween(plan, fromMs, untilMs) / (untilMs - fromMs)) * 60_000;

  const found = candidates.map((series) => ({
    series,
    growth: growthOf({
      samples: readings(bySeries.get(series.id) ?? [], series.memory),
      intervalMs,
      compression: run.compression,
      restartsMs: restarts
        .filter(
          ({ data, kind }) =>
            data.source === series.source || (kind === 'target_restarted' && !knowsItself.has(series.source)),
        )
        .map(({ atMs }) => atMs),
      judged: considered,
      meanLoad,
      floors: series.memory,
    }),
  }));
  // Memory is a family of its own: it decides a criterion, and ten flat counters beside it must not hide a leak.
  return [
    ...prove(found.filter(({ series }) => series.memory)),
    ...prove(found.filter(({ series }) => !series.memory)),
  ];
}

function prove(family: readonly Omit<GrowthOfSeries, 'proven'>[]): GrowthOfSeries[] {
  const proven = holm(
    family.map(({ growth }) => growth.pValue),
    FAMILY_ALPHA,
  );
  return family.map((one, at) => ({ ...one, proven: one.growth.finding === 'growing' && proven[at] === true }));
}

const RESTARTS: readonly string[] = ['target_restarted', 'dependency_restarted'];

/**
 * Sources that tell who they read: a restart concerns the series of the source that saw it. One that cannot tell (a query
 * of a Prometheus server, say) may show any process of the target, so each restart of it that anybody saw begins a level.
 */
const identifiedSources = (events: RunRows['events']): Set<unknown> =>
  new Set(events.filter(({ kind }) => IDENTITY_KINDS.includes(kind)).map(({ data }) => data.source));

/** Memory by its lowest reading in each interval, everything else by its mean; what is missing is left out. */
function readings(samples: readonly Sample[], floors: boolean): { atMs: number; value: number }[] {
  return samples.flatMap(({ atMs, min, mean }) => {
    const value = floors ? (min ?? mean) : mean;
    return value === null ? [] : [{ atMs, value }];
  });
}

/** As the verdict shows it; percent of the level at the start of what is judged. */
export function seriesGrowth({ series, growth, proven }: GrowthOfSeries): SeriesGrowth {
  const percent = percentOf(growth);
  const interval = growth.interval;
  return {
    series: series.id,
    unit: series.unit,
    startLevel: growth.startLevel,
    growthPer24h: growth.per24h,
    growthPercentPer24h: percent(growth.per24h),
    interval: interval === null ? null : { low: percent(interval.low), high: percent(interval.high) },
    growthPer1000Requests: growth.per1000Requests,
    samples: growth.samples,
    finding: growth.finding === 'growing' && !proven ? 'flat' : growth.finding,
    note: noteOf(growth, proven),
  };
}

/** Percent of the fitted level at the start: the level without the growth. Null where that level is not above 0. */
export const percentOf =
  ({ startLevel }: Growth) =>
  (value: number | null): number | null =>
    value === null || startLevel === null || startLevel <= 0 ? null : (100 * value) / startLevel;

function noteOf({ finding, rival }: Growth, proven: boolean): string | null {
  if (rival === 'saturates') return 'rises and settles';
  if (rival === 'stepped') return 'one step, flat before and after';
  if (rival === 'stopped') return 'rose first, not lately';
  return finding === 'growing' && !proven ? 'not significant over all series' : null;
}
