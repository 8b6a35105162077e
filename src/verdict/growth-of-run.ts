import { isCollected } from '../detect/columns/follow.ts';
import type { Clocked } from '../detect/trend/bins.ts';
import type { Followed } from '../detect/trend/finding.ts';
import { isJudged, type SeriesInfo } from '../model/sample.ts';
import type { SeriesGrowth } from '../model/verdict.ts';
import { IDENTITY_KINDS } from '../sample/identities.ts';
import type { Looked } from './looked.ts';
import { replicaSums, sumOf } from './replicas.ts';
import type { RunRows } from './rows.ts';
import { profileHours } from './run-clock.ts';
import { isLimit, type SampleColumns } from './sample-column.ts';
import { type AskedSeries, exhaustionOf, finite, trendOf } from './trend-of-series.ts';

/** A series of the target or of a dependency that may leak, and what is found of it. */
export interface GrowthOfSeries extends AskedSeries {
  series: SeriesInfo;
}

/** A series and how it is followed, before anything is asked. */
export interface FollowedSeries {
  series: SeriesInfo;
  followed: Followed;
}

/**
 * Every series of the target and its dependencies that may leak, as the detectors follow it. Judged samples only, outages left
 * out: a target that is down holds other memory, and so does one without load. Replicas of one service are followed each for itself,
 * and as their sum.
 */
export function followedGrowth(
  rows: Pick<RunRows, 'run' | 'plan' | 'events' | 'series'>,
  columns: SampleColumns,
  looked: Looked,
): FollowedSeries[] {
  const candidates = rows.series.filter((series) => isJudged(series) && series.leakCandidate);
  const tellsItself = new Set(
    rows.events.filter(({ kind }) => IDENTITY_KINDS.includes(kind)).map(({ data }) => data.source),
  );
  const single = candidates.map(
    (series): FollowedSeries => ({
      series,
      followed: {
        name: series.id,
        kind: 'growth',
        readings: columns.of(series.id)?.readings(looked) ?? NO_READINGS,
        load: looked.load,
        restarts: tellsItself.has(series.source) ? restartsOf(series.source, rows) : null,
        collected: series.collected ?? isCollected(nameOf(series.id)),
        leftOut: looked.leftOut,
        limit: limitOf(series, rows.series, columns),
      },
    }),
  );
  const followedOf = new Map(single.map(({ series, followed }) => [series.id, followed]));
  const sums = replicaSums(rows.run.profile, candidates).map(({ series, members }): FollowedSeries => {
    const parts = members.flatMap(({ id }) => followedOf.get(id) ?? []);
    return { series, followed: followedSum(series, parts, looked) };
  });
  return [...single, ...sums];
}

/** All replicas together: what one of them lives through moves the sum. No limit is known of it, for none is set. */
function followedSum({ id }: SeriesInfo, parts: readonly Followed[], looked: Looked): Followed {
  const restarts = parts.map((part) => part.restarts);
  return {
    name: id,
    kind: 'growth',
    readings: sumOf(parts.map(({ readings }) => readings)),
    load: looked.load,
    restarts: restarts.every((hours) => hours !== null)
      ? [...new Set(restarts.flat())].toSorted((a, b) => a - b)
      : null,
    collected: parts.every(({ collected }) => collected),
    leftOut: looked.leftOut,
    limit: null,
  };
}

const NO_READINGS: Clocked = { hours: new Float64Array(0), values: new Float64Array(0) };

const RESTARTS: readonly string[] = ['target_restarted', 'dependency_restarted'];

/** Hours at which the process behind a source began anew: a restart concerns the series of the source that saw it. */
const restartsOf = (source: string, { events, plan }: Pick<RunRows, 'events' | 'plan'>): number[] =>
  events
    .filter(({ kind, data }) => RESTARTS.includes(kind) && data.source === source)
    .map(({ atMs }) => profileHours(plan, atMs))
    .toSorted((a, b) => a - b);

const nameOf = (id: string): string => id.slice(id.indexOf('.') + 1);

/**
 * Where a series of memory must end: the limit that its own source reads (a control group, Redis' `maxmemory`), for a
 * process the one of the target's only control group. The latest value; null when there is none.
 */
function limitOf(
  { memory, source, role }: SeriesInfo,
  all: readonly SeriesInfo[],
  columns: SampleColumns,
): number | null {
  if (!memory) return null;
  const limits = all.filter(isLimit);
  const own = limits.filter((limit) => limit.source === source);
  const ofRole = limits.filter((limit) => limit.kind === 'cgroup' && limit.role === role);
  const [limit] = own.length > 0 ? own : ofRole.length === 1 ? ofRole : [];
  return limit === undefined ? null : (columns.of(limit.id)?.last ?? null);
}

/** As the verdict shows it. */
export function seriesGrowth(one: GrowthOfSeries, plan: RunRows['plan']): SeriesGrowth {
  const { series, finding, readings } = one;
  const percent = finite(finding.growthPercentPer24h?.estimate);
  const level = finite(finding.answer?.level);
  return {
    series: series.id,
    unit: series.unit,
    startLevel: level,
    growthPer24h: percent === null || level === null ? null : (percent / 100) * level,
    growthPer1000Requests: finite(finding.growthPer1000Requests),
    samples: readings.count,
    exhaustion: exhaustionOf(one, plan),
    ...trendOf(one, plan),
  };
}
