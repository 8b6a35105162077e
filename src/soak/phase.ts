import type { RunState } from '../model/run.ts';

/** All that decides which state a live run should be in. */
export interface PhaseFacts {
  state: RunState;
  nowMs: number;
  startMs: number;
  warmupEndMs: number;
  /** Of the plan with all edits. */
  endMs: number;
  paused: boolean;
  /** Somebody asked to stop. */
  stopReason: string | null;
  /** The load cannot be brought back. */
  loadLostReason: string | null;
}

export type PhaseDecision = { to: RunState; reason: string } | { waitUntilMs: number };

/**
 * The next step of a live run, or how long nothing will change by itself. One step a call; the caller
 * asks again after each. Finishing and final states wait for ever: others lead them on.
 */
export function decidePhase(facts: PhaseFacts): PhaseDecision {
  const { state, nowMs, startMs, warmupEndMs, endMs } = facts;
  if (state !== 'preparing' && state !== 'warming_up' && state !== 'running' && state !== 'paused') {
    return { waitUntilMs: Number.POSITIVE_INFINITY };
  }
  if (facts.stopReason !== null) return { to: 'finishing', reason: facts.stopReason };
  if (facts.loadLostReason !== null) return { to: 'finishing', reason: facts.loadLostReason };
  if (nowMs >= endMs) return { to: 'finishing', reason: 'the plan is at its end' };
  if (nowMs < startMs) return { waitUntilMs: startMs };
  const warm = nowMs >= warmupEndMs;
  if (state === 'preparing') {
    return warm ? { to: 'running', reason: 'the load begins' } : { to: 'warming_up', reason: 'the load begins' };
  }
  if (facts.paused) {
    return state === 'paused' ? { waitUntilMs: endMs } : { to: 'paused', reason: 'the operator paused the load' };
  }
  if (state === 'paused') {
    return { to: warm ? 'running' : 'warming_up', reason: 'the operator resumed the load' };
  }
  if (state === 'warming_up') {
    return warm ? { to: 'running', reason: 'the warm-up is over' } : { waitUntilMs: Math.min(warmupEndMs, endMs) };
  }
  return { waitUntilMs: endMs };
}
