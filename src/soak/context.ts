import type { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { UndoStack } from '../base/undo.ts';
import type { LoadEngine } from '../load/engine.ts';
import type { RunBaseline } from '../model/baseline.ts';
import type { Run } from '../model/run.ts';
import type { Verdict } from '../model/verdict.ts';
import type { SamplerPlugin } from '../sample/sampler.ts';
import type { SampledSource } from '../sample/source-reader.ts';
import type { Store } from '../store/store.ts';
import type { TrendsOfRun } from '../verdict/trends-of-run.ts';

/** The part of a pino logger that runs use. */
export interface SoakLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Judges a run from its stored rows; away from the event loop in the product. */
export interface RunJudge {
  /**
   * `nowMs`: as it stands at that instant of a live run; null: the verdict at the end. `trends`: growth and drift where
   * somebody follows them; else they are asked of all rows.
   */
  judge(runId: string, nowMs: number | null, signal: AbortSignal, trends?: TrendsOfRun): Promise<Verdict>;
}

/** What the store's buffer says of itself. */
export interface StoreHealth {
  backlogRows: number;
  droppedRows: number;
  /** Why rows wait; null while all is well. */
  problem: string | null;
}

/** Is the process behind a lease's holder alive? null when that cannot be known from here. */
export type HolderAlive = (holder: string) => boolean | null;

/** A run of another data folder that loads a target. */
export interface TargetClaim {
  runId: string;
  dataFolder: string;
  pid: number;
}

/** Leases reach as far as a store; these reach all soakds of one user on one machine. */
export interface TargetClaims {
  /** Claims the target for the run; the living claim of another data folder when there is one, and nothing is claimed. */
  take(target: string, runId: string): TargetClaim | null;
  release(target: string, runId: string): void;
}

/** All that a run needs from outside. One per process; every field is a port, so a whole soak can be played. */
export interface SoakContext {
  clock: Clock;
  random: Random;
  /** Rows wait inside while the store is locked or full. */
  store: Store;
  storeHealth(): StoreHealth;
  /** Resolves when no row waits any more, or when `signal` aborts. */
  flushStore(signal: AbortSignal): Promise<void>;
  engine: LoadEngine;
  samplerPlugins: readonly SamplerPlugin[];
  /** The sources `generator` (k6, whose pid changes with each start; null while it is away) and `self`. */
  ownSources(generator: () => { pid: number; startTicks: number } | null, undo: UndoStack): SampledSource[];
  /** Resolves `env:NAME` in settings of samplers. */
  secret: (value: string) => string;
  judge: RunJudge;
  /** Writes the report's files of a judged run. */
  writeReport(run: Run, folder: string, verdict: Verdict): Promise<void>;
  /** The run's own folder, created when missing. */
  folderFor(runId: string): Promise<string>;
  /** Throws a SoakdError when this run may not or cannot begin now. */
  preflight(run: Run): Promise<void>;
  /** What the criteria of the run that say `baseline` are held against. Asked once, when it starts; absent: there is none. */
  baselines?(run: Run): Promise<RunBaseline[]>;
  /** Milliseconds since boot, suspension included; null when unknown. */
  bootMs(): number | null;
  /** Who we are in leases. */
  holder: string;
  holderAlive: HolderAlive;
  targetClaims: TargetClaims;
  soakdVersion: string;
  log: SoakLog;
  settings: SoakSettings;
}

export interface SoakSettings {
  /** How often the spool is looked at. */
  pollMs: number;
  /** The clocks are compared this often. */
  clockCheckMs: number;
  /** Criteria are judged anew at most this often. */
  judgeEveryMs: number;
  /** Growth and drift are asked this often. */
  watchEveryMs: number;
  /** A lease lasts this long without renewal, and is renewed three times in it. */
  leaseMs: number;
  /** From the wish to start to the first arrival: k6 needs a moment to get up. */
  leadMs: number;
  /** k6 is started again at most this many times in a run. */
  maxRestarts: number;
  restartBackoff: Backoff;
  /** Work that failed for a reason outside us is tried again with this back-off. */
  retryBackoff: Backoff;
  /** After the drain, this long for k6 to be gone before it is stopped by force. */
  exitGraceMs: number;
}

export const defaultSettings: SoakSettings = {
  // k6 writes a window 0.3 s after its end; an alert must leave within a second of it.
  pollMs: 250,
  clockCheckMs: 1_000,
  judgeEveryMs: 60_000,
  watchEveryMs: 60_000,
  leaseMs: 30_000,
  leadMs: 3_000,
  maxRestarts: 5,
  restartBackoff: { baseMs: 1_000, maxMs: 60_000 },
  retryBackoff: { baseMs: 500, maxMs: 30_000 },
  exitGraceMs: 15_000,
};
