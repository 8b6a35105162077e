import type { Action, LoadProcessRow, NewEvent, Run, RunEvent, Transition } from '../model/run.ts';
import type { Sample, SeriesInfo } from '../model/sample.ts';
import type { Sketch } from '../model/sketch.ts';
import type { Verdict } from '../model/verdict.ts';
import type { LoadWindow, Outcome } from '../model/window.ts';

/** Counters of one 10 s window, sketches taken out. */
export type WindowRow = Omit<LoadWindow, 'requests'> & {
  requests: {
    name: string;
    scenario: string;
    outcome: Outcome;
    count: number;
    statuses: Record<string, number>;
    errorCodes: Record<string, number>;
  }[];
};

/** Merged durations of one request name and outcome over a stretch that starts at `atMs` and lasts `stepMs`. */
export interface SketchRow {
  atMs: number;
  stepMs: number;
  scenario: string;
  name: string;
  outcome: Outcome;
  durationsMs: Sketch;
}

export interface Lease {
  /** Canonical target: scheme, host, port. */
  target: string;
  runId: string;
  /** Who holds it: host, pid and start time of the daemon or the foreground run. */
  holder: string;
  expiresMs: number;
}

export interface TimeRange {
  fromMs?: number;
  /** Exclusive. */
  untilMs?: number;
}

/** What the spool's reader commits in one transaction: rows, and the offset up to which they were read. */
export interface WindowCommit {
  runId: string;
  processId: string;
  offset: number;
  /** A window whose (processId, sequence) is stored already is left out. */
  windows: LoadWindow[];
  events: NewEvent[];
}

/**
 * Everything that a run learns is a row here; verdict, report, status and replay are functions of these rows.
 * Every method may reject with a SoakdError of code `store_locked`, `store_full`, `store_failed` or `store_closed`;
 * the first two are worth another try. Written rows are durable when the promise resolves.
 */
export interface Store {
  createRun(run: Run, first: Transition): Promise<void>;
  run(id: string): Promise<Run | null>;
  /** Newest first; with `beforeId` the next page: those older than that run, none when it is unknown. */
  runs(options?: {
    limit?: number;
    unfinishedOnly?: boolean;
    beforeId?: string;
  }): Promise<(Run & { state: import('../model/run.ts').RunState; endedMs: number | null })[]>;
  addTransition(runId: string, transition: Transition): Promise<void>;
  transitions(runId: string): Promise<Transition[]>;

  commitWindows(commit: WindowCommit): Promise<void>;
  /** In order of start; each stored window once. */
  windows(runId: string, range?: TimeRange): Promise<WindowRow[]>;
  /**
   * Merged to five minutes, which begin where the warm-up ends (`durationsOriginMs`); the most recent hours of a live run
   * may come at one minute. In order of time. A rehearsal (`compression` above 1) keeps its windows' own 10 s, in which hours
   * of the profile pass.
   */
  sketches(runId: string, range?: TimeRange): Promise<SketchRow[]>;

  addSeries(runId: string, series: SeriesInfo[]): Promise<void>;
  series(runId: string): Promise<SeriesInfo[]>;
  /**
   * A sample that is stored already, number for number, is left out. Another one of the same series and interval is another
   * part of it, read by an earlier or a later soakd: `samples` gives them as one (`joinParts`).
   */
  addSamples(runId: string, samples: Sample[]): Promise<void>;
  /** In order of time, by series. */
  samples(runId: string, options?: TimeRange & { series?: string[] }): Promise<Sample[]>;

  addEvents(runId: string, events: NewEvent[]): Promise<RunEvent[]>;
  events(runId: string, options?: TimeRange & { afterId?: number; limit?: number }): Promise<RunEvent[]>;
  addAction(runId: string, action: Omit<Action, 'id'>): Promise<Action>;
  actions(runId: string): Promise<Action[]>;

  putLoadProcess(runId: string, process: LoadProcessRow): Promise<void>;
  loadProcesses(runId: string): Promise<LoadProcessRow[]>;

  /** The first verdict stays; `replay` computes another without storing it. */
  putVerdict(runId: string, verdict: Verdict): Promise<void>;
  verdict(runId: string): Promise<Verdict | null>;

  /** Takes or renews; false when somebody else holds it and it has not expired. */
  acquireLease(lease: Lease, nowMs: number): Promise<boolean>;
  /** Takes nothing away from anybody else: target, run and holder must be those that hold it. */
  releaseLease(lease: Omit<Lease, 'expiresMs'>): Promise<void>;
  lease(target: string): Promise<Lease | null>;

  /** The run id stored under this key before, or null after storing `runId`. */
  idempotent(key: string, runId: string, nowMs: number): Promise<string | null>;

  close(): Promise<void>;
}
