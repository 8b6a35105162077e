import { describe, expect, it } from 'vitest';
import { HOUR_MS, MEMORY, runRows, START_MS } from '../../tests/support/run-rows.ts';
import type { NewEvent } from '../model/run.ts';
import type { Verdict } from '../model/verdict.ts';
import { judge } from '../verdict/judge.ts';
import { TrendStates } from './trend-changes.ts';

const leaking = { ...MEMORY, level: (hour: number) => 200e6 * (1 + (0.3 * hour) / 24) };
const rowsAt = (hour: number) =>
  runRows({ hours: 72, series: { 'agent.rss_bytes': leaking }, liveUntilMs: START_MS + hour * HOUR_MS });
const verdictAt = (hour: number): Verdict => judge(rowsAt(hour));

/** Judged at these hours one after the other, each event taken note of. */
function told(states: TrendStates, ...hours: number[]): NewEvent[] {
  return hours.flatMap((hour) => {
    const events = states.changes(verdictAt(hour), { hour, atMs: START_MS + hour * HOUR_MS });
    for (const event of events) states.add(event);
    return events;
  });
}

const ofMemory = (events: readonly NewEvent[]): unknown[] =>
  events.flatMap(({ data, severity }) => (data.series === 'agent.rss_bytes' ? [[data.from, data.to, severity]] : []));

describe('events of a series that leaks', () => {
  it('say each change once, with the hour, and leaks as warnings', () => {
    const events = told(new TrendStates(), 2, 12, 13, 36, 37);
    expect(ofMemory(events)).toEqual([
      ['insufficient', 'growing', 'info'],
      ['growing', 'leak', 'warning'],
    ]);
    expect(events.findLast(({ data }) => data.to === 'leak')).toMatchObject({
      kind: 'trend_changed',
      atMs: START_MS + 36 * HOUR_MS,
      data: { series: 'agent.rss_bytes', hour: 36 },
      message: expect.stringMatching(/^agent\.rss_bytes: leak, before it was growing\. It grows by 30 % a day/),
    });
  });

  it('are not said again by the next soakd, which knows them from the store', () => {
    const before = told(new TrendStates(), 12, 36);
    const next = new TrendStates();
    for (const event of before) next.add(event);
    expect(told(next, 37)).toEqual([]);
  });

  it('are not taken back by what was asked of an earlier hour', () => {
    const states = new TrendStates();
    told(states, 12, 36);
    expect(told(states, 13)).toEqual([]);
  });

  it('tell response times apart from series, by request', () => {
    const events = told(new TrendStates(), 12, 60);
    expect(new Set(events.map(({ data }) => data.series))).toEqual(new Set(['agent.rss_bytes', 'p95']));
  });
});
