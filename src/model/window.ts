import type { Sketch } from './sketch.ts';

/** Length of a window; windows are aligned to the wall clock. */
export const WINDOW_MS = 10_000;

/**
 * What happened to one request. `timeout`: no full answer within the time-out; `connect`: no
 * connection (refused, reset before an answer, DNS, TLS); `http_error`: an answer that says failed
 * (4xx and 5xx unless expected).
 */
export type Outcome = 'ok' | 'http_error' | 'timeout' | 'connect';
export const OUTCOMES: readonly Outcome[] = ['ok', 'http_error', 'timeout', 'connect'];

/** One record of the spool file: everything k6 saw within one window (docs/formats.md). */
export interface LoadWindow {
  /** The k6 start that wrote it (`LoadProcessRow.processId`) and its own count from 0: duplicates are recognised. */
  processId: string;
  sequence: number;
  /** Unix ms. `endMs - startMs` is WINDOW_MS except for the first and last window of a process. */
  startMs: number;
  endMs: number;
  iterations: IterationCounts;
  /** At the window's end. */
  inFlight: {
    iterations: number;
    oldestIterationMs: number | null;
    requests: number;
    oldestRequestMs: number | null;
  };
  users: { busy: number; max: number };
  requests: RequestCell[];
  checks: { name: string; passes: number; fails: number }[];
  bytes: { sent: number; received: number };
  /** Largest lateness of the generator's own timer, and wall clock minus monotonic clock since the window before. */
  clock: { timerLagMs: number; stepMs: number };
  /** Distinct tag sets so far, requests pooled under `other` in this window, and records lost to a full disk so far. */
  tagSets: number;
  pooledRequests: number;
  droppedRecords: number;
}

/** `planned` = started + starved + late + paused, in iterations. */
export interface IterationCounts {
  planned: number;
  started: number;
  finished: number;
  interrupted: number;
  /** On time, but every virtual user hung in a request: the target's. */
  starved: number;
  /** The generator was not there in time (stalled, stopped, suspended): its own. */
  late: number;
  /** Not offered because the operator paused. */
  paused: number;
}

export interface RequestCell {
  scenario: string;
  name: string;
  outcome: Outcome;
  count: number;
  /** Status class to count: `2xx`, `5xx`, `none`. */
  statuses: Record<string, number>;
  /** k6 error code to count: `1050` request timeout, `1212` connection refused. */
  errorCodes: Record<string, number>;
  /** Total duration in milliseconds: blocked + connecting + TLS + duration. */
  durationsMs: Sketch;
}
