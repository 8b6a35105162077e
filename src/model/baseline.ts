import type { AtLoad } from './at-load.ts';

/** A run that others of its profile are held against, under a name. */
export interface Baseline {
  /** Name of the profile (`soak_test.name`). */
  profile: string;
  /** `default`, or what somebody called it. */
  name: string;
  runId: string;
  promotedMs: number;
  who: string;
}

/** What a criterion means that says `baseline` and no name. */
export const DEFAULT_BASELINE = 'default';

/** Letters, digits, `.`, `_` and `-`. */
export const BASELINE_NAME = /^[a-z0-9][\w.-]{0,63}$/i;

/** What a run measured, made small enough to be kept with another: by load, so that the two are compared at like load. */
export interface RunMeasures {
  runId: string;
  build: string | null;
  /** As the verdict has them. */
  criteria: {
    id: string;
    unit: string;
    actual: number | null;
    interval: { low: number | null; high: number | null } | null;
  }[];
  /** Judged time at each load, milliseconds. */
  time: { load: number; ms: number }[];
  /** Requests and starved arrivals at each load, and those that failed. */
  failures: { load: number; demand: number; failed: number }[];
  /** Logarithm of the total duration in milliseconds, all requests, failures as the longer of what was seen and the time-out. */
  durations: Record<DurationQuantile, AtLoad | null>;
}

export type DurationQuantile = 'p50' | 'p95' | 'p99';

/** What a run is held against: chosen when it starts, and kept with it, so that its verdict stays the same. */
export interface RunBaseline {
  name: string;
  /** `promoted` by somebody; `passed`: the last ones that did, of which the median counts. */
  kind: 'promoted' | 'passed';
  /** Newest first. */
  runs: RunMeasures[];
  /** Why there are no runs, when it was chosen and could not be read; a clause. */
  unread?: string;
}
