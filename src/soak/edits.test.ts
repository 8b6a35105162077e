import { describe, expect, it } from 'vitest';
import type { Action } from '../model/run.ts';
import type { ActionRequest } from './control.ts';
import { actionRow, editsOf, isPaused } from './edits.ts';

const nowMs = 1_790_000_000_000;
const HOUR_MS = 3_600_000;
const running = { state: 'running', edits: [] } as const;
const row = (request: ActionRequest) => actionRow(request, running, nowMs);

describe('what an operator may do to a live run', () => {
  it('is to change the rate, for a time or until further notice', () => {
    expect(row({ kind: 'rate', factor: 2, forMs: HOUR_MS, who: 'ana' })).toEqual({
      atMs: nowMs,
      who: 'ana',
      kind: 'rate',
      text: 'rate × 2',
      edit: { kind: 'rate', atMs: nowMs, factor: 2, untilMs: nowMs + HOUR_MS },
    });
    expect(row({ kind: 'rate', factor: 0.5, forMs: null, who: 'ana' }).edit).toMatchObject({ untilMs: null });
  });

  it('is to pause once and to resume what is paused', () => {
    const paused = { state: 'paused', edits: [{ kind: 'pause', atMs: 1 }] } as const;
    expect(row({ kind: 'pause', who: 'ana' }).edit).toEqual({ kind: 'pause', atMs: nowMs });
    expect(actionRow({ kind: 'resume', who: 'ana' }, paused, nowMs).edit).toEqual({ kind: 'resume', atMs: nowMs });
    expect(() => actionRow({ kind: 'pause', who: 'ana' }, paused, nowMs)).toThrow(
      expect.objectContaining({ code: 'already_paused', httpStatus: 409, exitCode: 2 }),
    );
    expect(() => row({ kind: 'resume', who: 'ana' })).toThrow(
      expect.objectContaining({ code: 'not_paused', httpStatus: 409, exitCode: 2 }),
    );
  });

  it('is to extend, to annotate and to stop, none of which but the first changes the plan', () => {
    expect(row({ kind: 'extend', byMs: 12 * HOUR_MS, who: 'ana' }).edit).toMatchObject({ byMs: 12 * HOUR_MS });
    expect(row({ kind: 'annotate', text: ' deployed 1.4 ', who: 'ana' })).toMatchObject({
      text: 'deployed 1.4',
      edit: null,
    });
    expect(row({ kind: 'stop', who: 'ana' })).toMatchObject({ kind: 'stop', edit: null });
  });

  it('is nothing but a note once the run is finishing', () => {
    const finishing = { state: 'finishing', edits: [] } as const;
    expect(() => actionRow({ kind: 'stop', who: 'ana' }, finishing, nowMs)).toThrow(
      expect.objectContaining({ code: 'action_refused', httpStatus: 409 }),
    );
    expect(actionRow({ kind: 'annotate', text: 'odd', who: 'ana' }, finishing, nowMs)).toMatchObject({ text: 'odd' });
  });

  it.each<ActionRequest>([
    { kind: 'rate', factor: Number.NaN, forMs: null, who: 'ana' },
    { kind: 'rate', factor: -1, forMs: null, who: 'ana' },
    { kind: 'rate', factor: 1e-9, forMs: null, who: 'ana' },
    { kind: 'rate', factor: 0, forMs: null, who: 'ana' },
    { kind: 'rate', factor: 1e6, forMs: null, who: 'ana' },
    { kind: 'rate', factor: 1, forMs: 0, who: 'ana' },
    { kind: 'extend', byMs: 0, who: 'ana' },
    { kind: 'extend', byMs: 1e12, who: 'ana' },
    { kind: 'annotate', text: '  ', who: 'ana' },
  ])('is not $kind with nonsense', (request) => {
    expect(() => row(request)).toThrow(
      expect.objectContaining({ code: 'action_invalid', httpStatus: 400, exitCode: 2 }),
    );
  });
});

describe('edits among actions', () => {
  it('are those that change the plan, in order; the last of pause and resume decides', () => {
    const action = (id: number, edit: Action['edit']): Action => ({
      id,
      atMs: id,
      who: 'ana',
      kind: 'pause',
      text: '',
      edit,
    });
    const actions = [action(1, { kind: 'pause', atMs: 1 }), action(2, null), action(3, { kind: 'resume', atMs: 3 })];
    expect(editsOf(actions).map(({ kind }) => kind)).toEqual(['pause', 'resume']);
    expect(isPaused(editsOf(actions))).toBe(false);
    expect(isPaused(editsOf(actions.slice(0, 2)))).toBe(true);
  });
});
