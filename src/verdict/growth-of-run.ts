import { isCollected } from '../detect/columns/follow.ts';
import type { Clocked } from '../detect/trend/bins.ts';
import type { Followed } from '../detect/trend/finding.ts';
import { isJudged, type Sample, type SeriesInfo } from '../model/sample.ts';
import type { SeriesGrowth } from '../model/verdict.ts';
import { IDENTITY_KINDS } from '../sample/identities.ts';
import type { Looked } from './looked.ts';
import type { RunRows } from './rows.ts';
import { profileHours } from './run-clock.ts';
import { type AskedSeries, exhaustionOf, finite, trendOf } from './trend-of-series.ts';

/** A series of the target or of a dependency that may leak, and what is found of it. */
export interface GrowthOfSeries extends AskedSeries {
  series: SeriesInfo;
  /** Judged ones. */
  samples: number;
}

/** A series and how it is followed, before anything is asked. */
export interface FollowedSeries {
  series: SeriesInfo;
  followed: Followed;
  samples: number;
}

/**
 * Every series of the target and its dependencies that may leak, as the detectors follow it. Judged samples only, outages left
 * out: a target that is down holds other memory, and so does one without load.
 */
export function followedGrowth(rows: RunRows, looked: Looked): FollowedSeries[] {
  const { events } = rows;
  const candidates = rows.series.filter((series) => isJudged(series) && series.leakCandidate);
  const bySeries = Map.groupBy(rows.samples, ({ series }) => series);
  const tellsItself = new Set(
    events.filter(({ kind }) => IDENTITY_KINDS.includes(kind)).map(({ data }) => data.source),
  );
  return candidates.map((series) => {
    const readings = readingsOf(bySeries.get(series.id) ?? [], series.memory, looked);
    const followed: Followed = {
      name: series.id,
      kind: 'growth',
      readings,
      load: looked.load,
      restarts: tellsItself.has(series.source) ? restartsOf(series.source, rows) : null,
      collected: series.collected ?? isCollected(nameOf(series.id)),
      leftOut: looked.leftOut,
      limit: limitOf(series, rows.series, bySeries),
    };
    return { series, followed, samples: readings.hours.length };
  });
}

/** Memory by its lowest reading in each interval, everything else by its mean; what is missing is left out. */
function readingsOf(samples: readonly Sample[], floors: boolean, { plan, isLookedAt }: Looked): Clocked {
  const hours = new Float64Array(samples.length);
  const values = new Float64Array(samples.length);
  let count = 0;
  for (const { atMs, min, mean } of samples) {
    const value = floors ? (min ?? mean) : mean;
    if (value === null || !isLookedAt(atMs)) continue;
    hours[count] = profileHours(plan, atMs);
    values[count++] = value;
  }
  return { hours: hours.subarray(0, count), values: values.subarray(0, count) };
}

const RESTARTS: readonly string[] = ['target_restarted', 'dependency_restarted'];

/** Hours at which the process behind a source began anew: a restart concerns the series of the source that saw it. */
const restartsOf = (source: string, { events, plan }: RunRows): number[] =>
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
  samples: ReadonlyMap<string, readonly Sample[]>,
): number | null {
  if (!memory) return null;
  const limits = all.filter(({ id, unit }) => unit === 'bytes' && /^(?:memory_)?limit_bytes$/.test(nameOf(id)));
  const own = limits.filter((limit) => limit.source === source);
  const ofRole = limits.filter((limit) => limit.kind === 'cgroup' && limit.role === role);
  const [limit] = own.length > 0 ? own : ofRole.length === 1 ? ofRole : [];
  return limit === undefined ? null : (samples.get(limit.id)?.findLast(({ last }) => last !== null)?.last ?? null);
}

/** As the verdict shows it. */
export function seriesGrowth(one: GrowthOfSeries, looked: Looked): SeriesGrowth {
  const { series, finding, samples } = one;
  const percent = finite(finding.growthPercentPer24h?.estimate);
  const level = finite(finding.answer?.level);
  return {
    series: series.id,
    unit: series.unit,
    startLevel: level,
    growthPer24h: percent === null || level === null ? null : (percent / 100) * level,
    growthPer1000Requests: finite(finding.growthPer1000Requests),
    samples,
    exhaustion: exhaustionOf(one, looked),
    ...trendOf(one, looked),
  };
}
