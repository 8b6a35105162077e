import type { IterationCounts, Outcome } from '../model/window.ts';
import type { WindowRow } from '../store/store.ts';

/** Counters of many windows. */
export interface Tally {
  windows: number;
  /** Windows in which anything was asked of the target. */
  windowsWithDemand: number;
  lengthMs: number;
  byOutcome: Record<Outcome, number>;
  iterations: IterationCounts;
  /** Requests that ended, whatever the outcome. */
  requests: number;
  /** Arrivals that starved, in requests. */
  starvedRequests: number;
  /** Requests that ended and starved ones: what was asked of the target. */
  demand: number;
  /** The part of the demand that was not answered well. */
  failed: number;
  /** Checks of the answers, and how often each failed that did. */
  checks: { passes: number; fails: number; byName: Map<string, number> };
  /**
   * Conversations under way where the windows begin (as the end of the first tells) and wherever they break off: at the
   * last, before time that is not judged, and when a k6 ended. What was left of them was asked elsewhere, or never.
   */
  inFlightAtEdges: number;
}

export function tally(windows: readonly WindowRow[], requestsPerIteration: number): Tally {
  const byOutcome: Record<Outcome, number> = { ok: 0, http_error: 0, timeout: 0, connect: 0 };
  const iterations = { planned: 0, started: 0, finished: 0, interrupted: 0, starved: 0, late: 0, paused: 0 };
  const checks: Tally['checks'] = { passes: 0, fails: 0, byName: new Map() };
  let lengthMs = 0;
  let windowsWithDemand = 0;
  let inFlightAtEdges = windows[0]?.inFlight.iterations ?? 0;
  for (const [at, window] of windows.entries()) {
    if (!goesOn(window, windows[at + 1])) inFlightAtEdges += window.inFlight.iterations;
    lengthMs += window.endMs - window.startMs;
    for (const { outcome, count } of window.requests) byOutcome[outcome] += count;
    if (window.iterations.starved > 0 || window.requests.some(({ count }) => count > 0)) windowsWithDemand++;
    for (const { name, passes, fails } of window.checks) {
      checks.passes += passes;
      checks.fails += fails;
      if (fails > 0) checks.byName.set(name, (checks.byName.get(name) ?? 0) + fails);
    }
    for (const key of COUNTS) iterations[key] += window.iterations[key];
  }
  const requests = byOutcome.ok + byOutcome.http_error + byOutcome.timeout + byOutcome.connect;
  const starvedRequests = iterations.starved * requestsPerIteration;
  return {
    windows: windows.length,
    windowsWithDemand,
    lengthMs,
    byOutcome,
    iterations,
    requests,
    starvedRequests,
    demand: requests + starvedRequests,
    failed: requests - byOutcome.ok + starvedRequests,
    checks,
    inFlightAtEdges,
  };
}

/**
 * Requests of conversations of the judged time that k6 counted in the window after it: a conversation may be over in one
 * window and its last answer be counted in the next. What a window asked beyond its own conversations, and those under way
 * where it begins, came from before it; conversations under way where it ends get the benefit of the doubt.
 */
export function requestsBehindEdges(
  windows: readonly WindowRow[],
  isJudged: (window: WindowRow) => boolean,
  requestsPerIteration: number,
): number {
  let behind = 0;
  for (const [at, window] of windows.entries()) {
    const after = windows[at + 1];
    if (after === undefined || !isJudged(window) || isJudged(after) || !goesOn(window, after)) continue;
    const { started, starved, interrupted } = after.iterations;
    const own = window.inFlight.iterations + started + starved - interrupted - after.inFlight.iterations;
    behind += Math.max(0, tally([after], requestsPerIteration).demand - requestsPerIteration * own);
  }
  return behind;
}

/** Is the window after it the next of the same k6? */
const goesOn = (window: WindowRow, after: WindowRow | undefined): boolean =>
  after !== undefined && after.processId === window.processId && after.startMs <= window.endMs;

const COUNTS = ['planned', 'started', 'finished', 'interrupted', 'starved', 'late', 'paused'] as const;
