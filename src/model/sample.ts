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

/** Identity of the target's process or build when it was read. */
export interface TargetIdentity {
  source: string;
  /** pid and start time, container id, or version: changes when the target restarts or is deployed. */
  identity: string;
}
