/** How a scripted target and generator behave, and what a generator's windows depend on. */
import type { ArrivalPlan } from '../../src/model/plan.ts';
import type { Outcome } from '../../src/model/window.ts';

export interface Stretch {
  fromMs: number;
  /** Exclusive. */
  untilMs: number;
}

export interface LatencyShape {
  medianMs: number;
  /** Log-logistic shape: 8 puts p95 at 1.44 × the median, 4 at 2.1 ×. */
  shape: number;
}

/** How target and generator behave, by Unix milliseconds. Everything left out is healthy. */
export interface LoadScript {
  seed: number;
  requests: { name: string; scenario?: string; share: number }[];
  /** Total duration of answered requests at an instant and planned load. */
  latency(at: { atMs: number; requestsPerMinute: number; name: string }): LatencyShape;
  /** Shares of all requests that fail at an instant. */
  failures?(atMs: number): Partial<Record<Exclude<Outcome, 'ok'>, number>>;
  /** The target accepts requests and does not answer: users hang, then arrivals starve. */
  hangs?: Stretch[];
  /** The generator stands still (stopped, machine suspended): arrivals are late, windows are missing. */
  stalls?: Stretch[];
  /** The generator dies. */
  crashes?: { atMs: number; exitCode: number | null; signal: string | null }[];
  /** The wall clock jumps against the monotonic clock. */
  clockSteps?: { atMs: number; stepMs: number }[];
}

/** A healthy target that answers one request name in 200 ms, whatever the load. */
export const healthyScript = (changes: Partial<LoadScript> = {}): LoadScript => ({
  seed: 1,
  requests: [{ name: 'POST /api/chat', share: 1 }],
  latency: () => ({ medianMs: 200, shape: 8 }),
  ...changes,
});

/** One start of the generator, as far as its windows depend on it. */
export interface Generation {
  processId: string;
  startedMs: number;
  users: number;
  timeoutMs: number;
  /** Plans in order, each from the instant at which it was given. */
  plans: { sinceMs: number; plan: ArrivalPlan }[];
  /** null while it lives. */
  exitedMs: number | null;
  /** A process that was killed takes its open window with it. */
  killed: boolean;
}
