import type { Alert } from '../model/alert.ts';
import type { Run } from '../model/run.ts';
import type { Verdict } from '../model/verdict.ts';

/** An earlier run of the same profile that is over. */
export interface PastRun {
  run: Run;
  verdict: Verdict;
}

/** What became of messages through one channel. */
export interface ToldChannel {
  channel: string;
  delivered: number;
  /** Tried in vain, or for the first time still to be tried. */
  waiting: number;
  /** Refused for good. */
  givenUp: number;
}

/** What a report may tell beside the rows of its run. */
export interface Beside {
  /** Of this run, oldest first. */
  alerts: readonly Alert[];
  /** Of messages about this run, and of others that went out before its planned end; by name. */
  channels: readonly ToldChannel[];
  /** The run of the profile before this one; a rehearsal is held against rehearsals only. */
  last: PastRun | null;
  /** The last one before this that passed. */
  lastPassed: PastRun | null;
}

export const NOTHING_BESIDE: Beside = { alerts: [], channels: [], last: null, lastPassed: null };
