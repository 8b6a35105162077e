/** Whose a source is: the target's own, or a dependency's (a database, a cache) whose restart is not the target's crash. */
export const SAMPLER_ROLES = ['target', 'dependency'] as const;
export type SamplerRole = (typeof SAMPLER_ROLES)[number];

/** What a series measures, where it comes from and in which unit. */
export interface SeriesInfo {
  /** `<source name>.<series>`: `agent.rss_bytes`. */
  id: string;
  source: string;
  /** `process`, `cgroup`, `redis`, … */
  kind: string;
  unit: 'bytes' | 'percent' | 'count' | 'milliseconds' | 'per_second' | 'ratio' | 'seconds';
  /** `target` and `dependency` are judged; `generator` is k6; `self` is the daemon. */
  role: SamplerRole | 'generator' | 'self';
  /** True for series whose growth is a leak: memory, heap, descriptors, connections, threads. */
  leakCandidate: boolean;
  /** Memory in the sense of the plan's "memory growth". */
  memory: boolean;
  /** Read after collections, so that a rise waits for no collector; by the name of the series when absent. */
  collected?: boolean;
}

/** Part of what is soaked: its growth counts. */
export const isJudged = ({ role }: Pick<SeriesInfo, 'role'>): boolean => role === 'target' || role === 'dependency';

/** One series over one interval. All four numbers are null when the source gave nothing. */
export interface Sample {
  series: string;
  /** Start of the interval, Unix ms, aligned to the interval. */
  atMs: number;
  min: number | null;
  mean: number | null;
  max: number | null;
  last: number | null;
  /** Readings within the interval. */
  readings: number;
}

/** A sample without the name of its series. */
export type SampleValues = Omit<Sample, 'series'>;

/**
 * One of several parts of an interval again, number for number? Two soakds that read a constant look like that too; the
 * part left out then takes nothing away but its count of readings.
 */
export const samePart = (a: SampleValues, b: SampleValues): boolean =>
  a.atMs === b.atMs &&
  a.min === b.min &&
  a.mean === b.mean &&
  a.max === b.max &&
  a.last === b.last &&
  a.readings === b.readings;

/**
 * Two parts of one interval as one, in the order of reading: what one soakd read before it ended and what the next one
 * read. The mean is weighted by readings; a part without a value takes none away.
 */
export function joinParts(earlier: SampleValues, later: SampleValues): SampleValues {
  const readings = earlier.readings + later.readings;
  const share = later.readings / Math.max(1, readings);
  return {
    atMs: earlier.atMs,
    min: either(earlier.min, later.min, Math.min),
    // Rounding must not carry the mean beyond the two that it lies between.
    mean: either(earlier.mean, later.mean, (a, b) =>
      Math.min(Math.max(a, b), Math.max(Math.min(a, b), a + (b - a) * share)),
    ),
    max: either(earlier.max, later.max, Math.max),
    last: later.last ?? earlier.last,
    readings,
  };
}

const either = (a: number | null, b: number | null, both: (a: number, b: number) => number): number | null =>
  a === null ? b : b === null ? a : both(a, b);

/** Identity of the target's process or build when it was read. */
export interface TargetIdentity {
  source: string;
  /** pid and start time, container id, or version: changes when the target restarts or is deployed. */
  identity: string;
}
