import { describe, expect, it } from 'vitest';
import { rulesOf } from '../../tests/support/alert-rig.ts';
import type { Alert, Silence } from '../model/alert.ts';
import { exact } from './reading.ts';
import { USUAL_REPEAT_MS } from './rules-file.ts';
import { end, step } from './standing.ts';
import { type TellingInput, telling } from './telling.ts';

const HOUR_MS = 3_600_000;
const { rules } = rulesOf(`alerts:
  - { name: Down, condition: up == 0 for 1m, severity: critical, inhibits: [Slow] }
  - { name: Slow, condition: in_flight > 10, severity: warning }
  - { name: Noted, condition: in_flight > 10, severity: info }
`);

/** An alert of a rule after readings of 99 (or 0 for a flag) at these instants. */
function alertOf(name: string, ...instants: number[]): Alert {
  const rule = rules.find((one) => one.name === name);
  if (rule === undefined) throw new Error(name);
  let alert: Alert | null = null;
  const value = rule.condition.unit === 'flag' ? 0 : 99;
  const identity = { runId: 'r1', labels: { alertname: name, severity: rule.severity, run: 'r1' } };
  for (const atMs of instants) ({ alert } = step(rule, identity, alert, exact(atMs, null, value, 'bad'), HOUR_MS));
  if (alert === null) throw new Error('no alert');
  return alert;
}

const tell = (changes: Partial<TellingInput>) =>
  telling({
    ...{
      open: [],
      resolved: [],
      lately: [],
      silences: [],
      nowMs: 0,
      repeatMs: USUAL_REPEAT_MS,
      faultBehind: () => null,
    },
    ...changes,
  });
const kinds = (changes: Partial<TellingInput>): string[] =>
  tell(changes).news.map(({ kind, alert }) => `${kind} ${alert.rule.name}`);
const silence = (matchers: Silence['matchers'], fromMs: number, untilMs: number): Silence => ({
  ...{ id: 's1', matchers, fromMs, untilMs, who: 'ana', comment: 'deploy', createdMs: 0, endedMs: null },
});

describe('what is told', () => {
  it('is a firing alert, once; again when its repeat interval is over; and not again once somebody is at it', () => {
    const [told] = tell({ open: [alertOf('Slow', 0)] }).changed;
    if (told === undefined) throw new Error('not told');
    expect(told).toMatchObject({ toldCount: 1, toldMs: 0 });
    expect(kinds({ open: [told], nowMs: 4 * HOUR_MS - 1 })).toEqual([]);
    expect(kinds({ open: [told], nowMs: 4 * HOUR_MS })).toEqual(['again Slow']);
    const acknowledged = { atMs: 1, who: 'ana', text: '' };
    expect(kinds({ open: [{ ...told, acknowledged }], nowMs: 4 * HOUR_MS })).toEqual([]);
  });

  it('is never what is pending, nor what is only noted', () => {
    expect(kinds({ open: [alertOf('Down', 0), alertOf('Noted', 0)] })).toEqual([]);
  });

  it('is the end of what was told, and of nothing else', () => {
    const [told] = tell({ open: [alertOf('Slow', 0)] }).changed;
    if (told === undefined) throw new Error('not told');
    const over = end(told, 10, 'over').alert;
    if (over === null) throw new Error('not ended');
    expect(kinds({ resolved: [over] })).toEqual(['resolved Slow']);
    const pending = end(alertOf('Down', 0), 10, 'over').alert;
    if (pending === null) throw new Error('not ended');
    expect(kinds({ resolved: [pending] })).toEqual([]);
  });

  it('is an end before the beginning of the next of the same key', () => {
    const [told] = tell({ open: [alertOf('Slow', 0)] }).changed;
    const over = told === undefined ? null : end(told, 10, 'over').alert;
    const next = alertOf('Slow', 20);
    if (over === null) throw new Error('not ended');
    expect(next.key).toBe(over.key);
    expect(kinds({ resolved: [over], open: [next], nowMs: 20 })).toEqual(['resolved Slow', 'firing Slow']);
  });

  it('is, of what fired and was over within one look, its beginning and its end, once', () => {
    const missed = end(alertOf('Slow', 0), 10, 'over').alert;
    if (missed === null) throw new Error('not ended');
    const { news, changed } = tell({ resolved: [missed], nowMs: HOUR_MS });
    expect(news.map(({ kind, alert }) => [kind, alert.state, alert.resolvedMs])).toEqual([
      ['firing', 'firing', null],
      ['resolved', 'resolved', 10],
    ]);
    expect(changed).toMatchObject([{ state: 'resolved', toldCount: 1, toldMs: HOUR_MS }]);
    expect(kinds({ resolved: changed })).toEqual(['resolved Slow']);
  });

  it('is nothing of it where it was noted only, silent, expected of a fault, or followed from a cause', () => {
    const over = (name: string, ...instants: number[]): Alert => {
      const { alert } = end(alertOf(name, ...instants), 90_000, 'over');
      if (alert === null) throw new Error('not ended');
      return alert;
    };
    const slow = over('Slow', 0);
    expect(kinds({ resolved: [over('Noted', 0)] })).toEqual([]);
    expect(kinds({ resolved: [{ ...slow, inhibitedBy: 'Down' }] })).toEqual([]);
    expect(kinds({ resolved: [{ ...slow, silencedBy: 's1' }] })).toEqual([]);
    expect(kinds({ resolved: [slow], faultBehind: () => 'R-002' })).toEqual([]);
    const byRun = (fromMs: number, untilMs: number) => [silence({ run: 'r1' }, fromMs, untilMs)];
    expect(kinds({ resolved: [slow], silences: byRun(0, 90_001), nowMs: HOUR_MS })).toEqual([]);
    expect(kinds({ resolved: [slow], silences: byRun(HOUR_MS, 2 * HOUR_MS), nowMs: HOUR_MS })).toEqual([]);
    expect(kinds({ resolved: [slow], silences: byRun(0, 10), nowMs: HOUR_MS })).toHaveLength(2);
    const down = over('Down', 0, 60_000);
    expect(kinds({ resolved: [slow, down], nowMs: HOUR_MS })).toEqual(['firing Down', 'resolved Down']);
    expect(kinds({ resolved: [slow], open: [alertOf('Down', 0, 60_000)], nowMs: HOUR_MS })).toEqual(['firing Down']);
  });

  it('is not what follows from a cause: while it fires, while it is pending, and a while after', () => {
    const slow = alertOf('Slow', 0);
    const firing = alertOf('Down', 0, 60_000);
    expect(kinds({ open: [slow, firing] })).toEqual(['firing Down']);
    expect(kinds({ open: [slow, alertOf('Down', 0)] })).toEqual([]);
    const over = end(firing, 90_000, 'over').alert;
    if (over === null) throw new Error('not ended');
    expect(kinds({ open: [slow], lately: [over], nowMs: 100_000 })).toEqual([]);
    const still = alertOf('Slow', 0, HOUR_MS);
    expect(kinds({ open: [still], lately: [over], nowMs: HOUR_MS })).toEqual(['firing Slow']);
    expect(kinds({ open: [alertOf('Slow', 95_000)], lately: [over], nowMs: 100_000 })).toEqual(['firing Slow']);
    expect(kinds({ open: [slow, { ...firing, runId: 'r2' }] })).toEqual(['firing Slow', 'firing Down']);
  });

  it('is not what a fault was expected to raise', () => {
    const { news, changed } = tell({ open: [alertOf('Slow', 0)], faultBehind: () => 'R-002' });
    expect([news, changed[0]?.inhibitedBy]).toEqual([[], 'fault:R-002']);
  });

  it('is not what a silence fits, until it is over or ended', () => {
    const open = [alertOf('Slow', 0)];
    expect(kinds({ open, silences: [silence({ alertname: 'Sl*', run: 'r1' }, 0, 10)] })).toEqual([]);
    expect(tell({ open, silences: [silence({ alertname: 'Slow' }, 0, 10)] }).changed[0]?.silencedBy).toBe('s1');
    expect(kinds({ open, silences: [silence({ alertname: 'Slow' }, 0, 10)], nowMs: 10 })).toEqual(['firing Slow']);
    expect(kinds({ open, silences: [{ ...silence({ alertname: 'Slow' }, 0, 10), endedMs: 5 }], nowMs: 6 })).toEqual([
      'firing Slow',
    ]);
    expect(kinds({ open, silences: [silence({ alertname: 'Slow.' }, 0, 10)] })).toEqual(['firing Slow']);
    expect(kinds({ open, silences: [silence({ alertname: 'Slow', team: 'x' }, 0, 10)] })).toEqual(['firing Slow']);
    // As in a route: a label that is missing is a slip, and fits nothing.
    expect(kinds({ open, silences: [silence({ alertnam: '*' }, 0, 10)] })).toEqual(['firing Slow']);
  });
});
