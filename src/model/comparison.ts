import type { Outcome4 } from './verdict.ts';

/** `same`: the whole interval lies within what nobody would mind. `unknown`: neither that nor clear of zero. */
export type Judgement = 'worse' | 'better' | 'same' | 'unknown';

export type ComparedGroup = 'criterion' | 'growth' | 'duration' | 'errors' | 'resource';

/** One number of two runs. */
export interface ComparedNumber {
  group: ComparedGroup;
  name: string;
  /** Of `before` and `after`. */
  unit: string;
  before: number | null;
  after: number | null;
  /** Later against earlier with a 95 % interval: in percent of the earlier, or in the points of the unit. */
  change: { by: 'percent' | 'unit'; estimate: number; low: number | null; high: number | null } | null;
  judgement: Judgement;
  /** Why it is unknown, where that is not the interval's doing; else empty. */
  note: string;
}

export interface RunSide {
  runId: string;
  profile: string;
  build: string | null;
  startMs: number;
  outcome: Outcome4;
}

export interface RunComparison {
  before: RunSide;
  after: RunSide;
  /** What differs in how the two were run: while there is any, a difference need not be the build's. */
  differences: string[];
  /** Share of the time that both spent at the same loads, 0 to 1. */
  sharedLoad: number;
  numbers: ComparedNumber[];
}
