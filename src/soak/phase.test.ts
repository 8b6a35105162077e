import { describe, expect, it } from 'vitest';
import { decidePhase, type PhaseFacts } from './phase.ts';

const facts: PhaseFacts = {
  state: 'running',
  nowMs: 500,
  startMs: 100,
  warmupEndMs: 200,
  endMs: 1000,
  paused: false,
  stopReason: null,
  loadLostReason: null,
};

describe('the next step of a live run', () => {
  it('is to wait for the start, then to warm up, then to run', () => {
    expect(decidePhase({ ...facts, state: 'preparing', nowMs: 50 })).toEqual({ waitUntilMs: 100 });
    expect(decidePhase({ ...facts, state: 'preparing', nowMs: 100 })).toMatchObject({ to: 'warming_up' });
    expect(decidePhase({ ...facts, state: 'warming_up', nowMs: 150 })).toEqual({ waitUntilMs: 200 });
    expect(decidePhase({ ...facts, state: 'warming_up', nowMs: 200 })).toMatchObject({ to: 'running' });
    expect(decidePhase(facts)).toEqual({ waitUntilMs: 1000 });
  });

  it('skips a warm-up that the profile does not ask for', () => {
    expect(decidePhase({ ...facts, state: 'preparing', nowMs: 100, warmupEndMs: 100 })).toMatchObject({
      to: 'running',
    });
  });

  it('is to finish at the end, whatever the state before', () => {
    for (const state of ['preparing', 'warming_up', 'running', 'paused'] as const) {
      expect(decidePhase({ ...facts, state, nowMs: 1000, paused: state === 'paused' })).toMatchObject({
        to: 'finishing',
      });
    }
  });

  it('is to finish when somebody stops the run or the load is lost, even before the start', () => {
    expect(decidePhase({ ...facts, state: 'preparing', nowMs: 0, stopReason: 'stopped by ana' })).toEqual({
      to: 'finishing',
      reason: 'stopped by ana',
    });
    expect(decidePhase({ ...facts, loadLostReason: 'k6 is lost' })).toEqual({ to: 'finishing', reason: 'k6 is lost' });
  });

  it('is to pause and to go back to where the run belongs by then', () => {
    expect(decidePhase({ ...facts, paused: true })).toMatchObject({ to: 'paused' });
    expect(decidePhase({ ...facts, state: 'paused', paused: true })).toEqual({ waitUntilMs: 1000 });
    expect(decidePhase({ ...facts, state: 'paused' })).toMatchObject({ to: 'running' });
    expect(decidePhase({ ...facts, state: 'paused', nowMs: 150 })).toMatchObject({ to: 'warming_up' });
  });

  it('is nobody’s business once the run is finishing', () => {
    expect(decidePhase({ ...facts, state: 'finishing', nowMs: 2000, stopReason: 'again' })).toEqual({
      waitUntilMs: Number.POSITIVE_INFINITY,
    });
  });
});
