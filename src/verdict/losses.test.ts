import { describe, expect, it } from 'vitest';
import { HOUR_MS, runRows, START_MS } from '../../tests/support/run-rows.ts';
import { lossesOf } from './losses.ts';
import { spanOf } from './span.ts';

describe('what was lost', () => {
  it('says how often the same thing happened', () => {
    const missed = (hours: number, message: string) => ({
      atMs: START_MS + hours * HOUR_MS,
      kind: 'ticks_missed',
      severity: 'warning' as const,
      message,
      data: {},
    });
    const one = '1 sampling interval was missed: soakd stood still';
    const rows = runRows({ hours: 6, events: [missed(1, one), missed(2, one), missed(3, one), missed(4, 'another')] });
    expect(lossesOf(rows, spanOf(rows))).toEqual([`${one} (3 times)`, 'another']);
  });

  it('names the samples that nobody took while soakd was away', () => {
    const message = 'nobody sampled while soakd was away: 12 intervals of agent';
    const atMs = START_MS + HOUR_MS;
    const rows = runRows({
      hours: 6,
      events: [{ atMs, kind: 'samples_missed', severity: 'warning', message, data: {} }],
    });
    expect(lossesOf(rows, spanOf(rows))).toEqual([message]);
  });
});
