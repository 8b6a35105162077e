import type { ArrivalPlan } from '../model/plan.ts';
import type { Profile } from '../model/profile.ts';
import type { LoadProcessRow } from '../model/run.ts';
import type { LoadWindow } from '../model/window.ts';

/** What to load, how, and where the engine may write. */
export interface LoadOrder {
  runId: string;
  /**
   * Name of the process to come, chosen by the caller, who stores a row with pid 0 before it asks for the start: a
   * daemon that dies between the two finds the process again by this name. The engine makes one up when it is absent.
   * The spool file is `windows-<processId>.jsonl` in `folder` (see `spoolFileOf`).
   */
  processId?: string;
  profile: Profile;
  targetUrl: string;
  plan: ArrivalPlan;
  /** The run's own folder: plan file, spool file, k6's log. */
  folder: string;
  /** Virtual users to keep ready (`plan` computes it). */
  users: number;
  /** Iterations still running this long after the plan's end are cut. */
  drainMs: number;
}

export interface LoadExit {
  /** Stable: `finished`, `killed`, `script_exception`, `panic`, `config`, `out_of_memory`, `lost`, … */
  reason: string;
  /** True when starting again is worth a try. */
  retry: boolean;
  exitCode: number | null;
  signal: string | null;
  /** The signal that ended it and the last lines of k6's log, for people. */
  detail: string;
}

/** Where the process `processId` writes its windows. */
export const spoolFileOf = (folder: string, processId: string): string => `${folder}/windows-${processId}.jsonl`;

/** A generator at work. It outlives its owner until `stop` or `kill`. */
export interface LoadProcess {
  /** `committedOffset` is 0 here; the store knows the real one. */
  readonly row: LoadProcessRow;
  /** Rewrites the plan file atomically; the generator follows within a second. */
  updatePlan(plan: ArrivalPlan): Promise<void>;
  /** No new arrivals; iterations in flight get `drainMs`; resolves when the whole process group is gone. */
  stop(drainMs: number): Promise<LoadExit>;
  /** Kills the process group now. */
  kill(): Promise<LoadExit>;
  readonly exited: Promise<LoadExit>;
}

export interface WindowBatch {
  windows: LoadWindow[];
  /** Byte offset after the last complete record read. */
  nextOffset: number;
  /** Complete records that failed their checksum or made no sense; skipped and counted. */
  corruptRecords: number;
  /** More complete records are waiting. */
  more: boolean;
}

/** The generator as a port: k6 in the product, a scripted one under the simulated clock. */
export interface LoadEngine {
  start(order: LoadOrder, signal: AbortSignal): Promise<LoadProcess>;
  /**
   * The process of an earlier daemon, or null when it is gone. A row with pid 0 was written before the start and never
   * completed: the engine looks for the process by `row.processId` (its command line or environment).
   */
  adopt(row: LoadProcessRow, order: LoadOrder): Promise<LoadProcess | null>;
  /** Complete records from `offset` on; a torn last record is left for later. Works for processes that are gone. */
  readWindows(row: LoadProcessRow, offset: number): Promise<WindowBatch>;
}
