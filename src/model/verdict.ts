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
  target: number;
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

export interface SeriesGrowth {
  series: string;
  unit: string;
  /** Level at the start of what is judged, from the fitted line. */
  startLevel: number | null;
  growthPer24h: number | null;
  growthPercentPer24h: number | null;
  /** 95 % interval of `growthPercentPer24h`. */
  interval: { low: number | null; high: number | null } | null;
  growthPer1000Requests: number | null;
  samples: number;
  /** `growing`, `flat`, `too_early`, `no_data`. */
  finding: 'growing' | 'shrinking' | 'flat' | 'too_early' | 'no_data';
  /** Why a rise is not called growing: `rises and settles`; null when there is nothing to add. */
  note: string | null;
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
  /** Judged ones. */
  requests: { total: number; failed: number; starved: number; byOutcome: Record<string, number> };
  /** Of the whole run, judged or not. */
  iterations: { planned: number; started: number; starved: number; late: number; paused: number; interrupted: number };
  latency: { level: string; requests: number; p50Ms: number | null; p95Ms: number | null; p99Ms: number | null }[];
  /** Rows that could not be stored, records that could not be read. */
  losses: string[];
  computedMs: number;
}
