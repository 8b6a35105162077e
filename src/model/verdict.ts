import type { Comparison } from './profile.ts';

export type Outcome4 = 'passed' | 'failed' | 'inconclusive' | 'aborted';

/**
 * `not_applicable`: the run held nothing of the kind (no stress load was planned, nothing failed so
 * nothing had to recover). It decides nothing; missing evidence is `inconclusive`, never this.
 */
export type CriterionStatus = 'pass' | 'fail' | 'inconclusive' | 'not_applicable';

export interface CriterionResult {
  id: string;
  /** For people: `Availability`. */
  name: string;
  comparison: Comparison;
  /** null: it depends on a baseline, and there is none. */
  target: number | null;
  /** As written in the profile, or the default's text. */
  targetText: string;
  unit: string;
  actual: number | null;
  /** 95 % interval in the same unit; null where none exists; one side may be open (null). */
  interval: { low: number | null; high: number | null } | null;
  /** How much was looked at: `41 203 requests`, `71.5 h`. */
  evidence: string;
  status: CriterionStatus;
  /** One sentence. */
  why: string;
  /** The series, request or episode that decided, when there is one. */
  worst: string | null;
  fromProfile: boolean;
}

/** Where the run's time went, milliseconds of real time. */
export interface TimeAccount {
  totalMs: number;
  warmupMs: number;
  /** Load was offered as planned, inside what is judged. */
  judgedMs: number;
  excludedMs: number;
  notOfferedMs: number;
  pausedMs: number;
  /** Reasons with their shares, largest first. */
  notOffered: { reason: string; ms: number }[];
  excluded: { reason: string; ms: number }[];
}

export interface Outage {
  startMs: number;
  /** null: not over when the run ended. */
  endMs: number | null;
  /** Requests (and starved arrivals, in requests) that failed in it. */
  failures: number;
  cause: string;
  /** The part of it that counts, milliseconds; 0 in the warm-up or where the profile excludes it. */
  judgedMs: number;
}

/**
 * What is said of a series. `suspect`: passes every gate, not yet for long enough. `growing`: rises, and a gate is closed.
 * `not_separable`: rises, and so does the load. `leak` is said of growth, `drift` of durations.
 */
export const TREND_STATES = ['insufficient', 'stable', 'growing', 'suspect', 'leak', 'drift', 'not_separable'] as const;
export type TrendState = (typeof TREND_STATES)[number];

/** A moment at which a series moved to another level. */
export interface LabelledChange {
  /** The first reading at the new level. */
  atMs: number;
  /** What happened then: `restart`, `rate change`, the words of an annotation; `unexplained`. */
  label: string;
  /** Levels just before and just after, at mean load. Unit of the series; null of a restart: each life has its own. */
  before: number | null;
  after: number | null;
}

/** How a series moves, with the load taken out. Instants are real time. */
export interface SeriesTrend {
  state: TrendState;
  /** One sentence: what was seen, what was ruled out, what is missing. */
  why: string;
  growthPercentPer24h: number | null;
  /** 95 % interval of `growthPercentPer24h`. */
  interval: { low: number | null; high: number | null } | null;
  /** The smallest growth that would have been called by now. */
  detectablePercentPer24h: number | null;
  /** Where it begins to grow; null unless it is suspected or called. */
  onsetMs: number | null;
  /** First instant at which it was called; null unless it is. */
  firstCalledMs: number | null;
  changePoints: LabelledChange[];
}

export interface SeriesGrowth extends SeriesTrend {
  series: string;
  unit: string;
  /** Level without the growth, at median load, warmed up and filled. */
  startLevel: number | null;
  growthPer24h: number | null;
  growthPer1000Requests: number | null;
  /** Judged ones. */
  samples: number;
  /** When the limit is reached, where one is known; `highMs` is null where the growth may as well be none. */
  exhaustion: { atMs: number; lowMs: number; highMs: number | null } | null;
}

/** Drift of the P95 of successful requests. */
export interface RequestDrift extends SeriesTrend {
  /** Name of the request; null: all together. */
  request: string | null;
  /** Fitted P95 without the drift, milliseconds. */
  startMs: number | null;
  requests: number;
  /** Stretches with 200 requests or more, of which each gives one P95. */
  readings: number;
}

export interface Verdict {
  /** What it is, or for a rehearsal what it would have been. */
  outcome: Outcome4;
  rehearsal: boolean;
  /** One sentence: what happened and why. */
  headline: string;
  reasons: string[];
  criteria: CriterionResult[];
  time: TimeAccount;
  outages: Outage[];
  growth: SeriesGrowth[];
  /** All requests together first, then each name where there are several. */
  drift: RequestDrift[];
  /** Judged ones. */
  requests: { total: number; failed: number; starved: number; byOutcome: Record<string, number> };
  /** Of the whole run, judged or not. */
  iterations: { planned: number; started: number; starved: number; late: number; paused: number; interrupted: number };
  latency: { level: string; requests: number; p50Ms: number | null; p95Ms: number | null; p99Ms: number | null }[];
  /** Rows that could not be stored, records that could not be read. */
  losses: string[];
  computedMs: number;
  /** Of a live run: why its rest can change nothing, as a clause; absent while it can. */
  settled?: string | undefined;
}
