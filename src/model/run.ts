import type { RunBaseline } from './baseline.ts';
import type { PlanEdit } from './plan.ts';
import type { Profile } from './profile.ts';

export const RUN_STATES = [
  'preparing',
  'warming_up',
  'running',
  'paused',
  'finishing',
  'passed',
  'failed',
  'inconclusive',
  'aborted',
  'rehearsed',
] as const;
export type RunState = (typeof RUN_STATES)[number];

export const FINAL_STATES: readonly RunState[] = ['passed', 'failed', 'inconclusive', 'aborted', 'rehearsed'];

export const isFinal = (state: RunState): boolean => FINAL_STATES.includes(state);

/** One soak, as stored when it is created. What changes later are rows of their own. */
export interface Run {
  /** Sortable by time, unique: `20261121T120000Z-3f9a`. */
  id: string;
  name: string;
  targetUrl: string;
  profile: Profile;
  /** The YAML as the user wrote it. */
  profileSource: string;
  createdMs: number;
  startMs: number;
  /** Planned end without edits; the plan built from the edits has the present one. */
  endMs: number;
  /** 1, or how much faster profile time passes in a rehearsal. */
  compression: number;
  rehearsal: boolean;
  environment: string | null;
  labels: Record<string, string>;
  /** Who started it. */
  startedBy: string;
  soakdVersion: string;
  /** What its criteria that say `baseline` are held against, as it was when the run started; absent: none asks for one. */
  baselines?: RunBaseline[];
  /** Of the request behind it, when that came with an idempotency key: the key gives the run to the same request only. */
  requestDigest?: string;
}

export interface Transition {
  atMs: number;
  from: RunState | null;
  to: RunState;
  reason: string;
}

/** An operator's action on a live run: the audit row, and the source of plan edits. */
export interface Action {
  id: number;
  atMs: number;
  who: string;
  kind: 'rate' | 'pause' | 'resume' | 'extend' | 'stop' | 'annotate';
  text: string;
  edit: PlanEdit | null;
}

export type EventSeverity = 'info' | 'warning' | 'error';

/** Something that happened and that a reader of the report may need. */
export interface RunEvent {
  id: number;
  atMs: number;
  /** Stable: `target_restarted`, `clock_stepped`, `k6_exited`, `source_failed`, `gap`, … (docs/formats.md lists all). */
  kind: string;
  severity: EventSeverity;
  message: string;
  data: Record<string, unknown>;
}

export type NewEvent = Omit<RunEvent, 'id'>;

/** A k6 process that worked for a run: enough to find it again after a restart of the daemon. */
export interface LoadProcessRow {
  /** Unique for each start of k6. */
  processId: string;
  pid: number;
  /** Field 22 of /proc/PID/stat: with the pid, the identity of a process on Linux. */
  startTicks: number;
  startedMs: number;
  spoolFile: string;
  /** Bytes of the spool file whose records are committed as rows. */
  committedOffset: number;
  exitedMs: number | null;
  exitReason: string | null;
}
