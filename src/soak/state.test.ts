import { describe, expect, it } from 'vitest';
import { FINAL_STATES, type RunState } from '../model/run.ts';
import { mayGo, stateOf, transition } from './state.ts';

const ALL: RunState[] = ['preparing', 'warming_up', 'running', 'paused', 'finishing', ...FINAL_STATES];

describe('the states of a run', () => {
  it('lead from preparing over warm-up, load and finishing to a verdict', () => {
    const way: RunState[] = ['preparing', 'warming_up', 'running', 'paused', 'running', 'finishing', 'failed'];
    let from: RunState | null = null;
    for (const to of way) {
      expect(transition(from, to, 7, 'because')).toEqual({ atMs: 7, from, to, reason: 'because' });
      from = to;
    }
  });

  it('end for good: no final state leads anywhere', () => {
    for (const from of FINAL_STATES) expect(ALL.filter((to) => mayGo(from, to))).toEqual([]);
  });

  it('reach a final state only through finishing', () => {
    for (const to of FINAL_STATES) expect(ALL.filter((from) => mayGo(from, to))).toEqual(['finishing']);
  });

  it('let every live state finish, so that a stop always works', () => {
    for (const from of ['preparing', 'warming_up', 'running', 'paused'] as const) {
      expect(mayGo(from, 'finishing')).toBe(true);
    }
  });

  it('refuse a step that does not exist, and say which ones do', () => {
    expect(() => transition('finishing', 'running', 0, '')).toThrow(
      expect.objectContaining({ code: 'illegal_transition', hint: expect.stringContaining('passed') }),
    );
    expect(() => transition(null, 'running', 0, '')).toThrow('a run that is not created cannot become running');
  });

  it('are what the last row says', () => {
    expect(stateOf([])).toBe('preparing');
    expect(stateOf([transition(null, 'preparing', 0, ''), transition('preparing', 'running', 1, '')])).toBe('running');
  });
});
