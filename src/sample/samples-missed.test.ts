import { describe, expect, it } from 'vitest';
import { type Away, samplesMissed } from './samples-missed.ts';

const MINUTE_MS = 60_000;
const minute = (count: number): number => count * MINUTE_MS;
const resumed = { kind: 'soakd_resumed', data: {} };

const away = (changes: Partial<Away> = {}): Away => ({
  sources: ['agent', 'redis'],
  sampledUntil: new Map([
    ['agent', minute(10)],
    ['redis', minute(10)],
  ]),
  events: [resumed],
  beginMs: minute(0),
  nowMs: minute(14) + 20_000,
  endMs: minute(100),
  intervalMs: MINUTE_MS,
  ...changes,
});

describe('samples missed while no soakd was there', () => {
  it('are the intervals between the newest sample and the one under way', () => {
    expect(samplesMissed(away())).toEqual({
      atMs: minute(14) + 20_000,
      kind: 'samples_missed',
      severity: 'warning',
      message: 'nobody sampled while soakd was away: 3 intervals of agent, redis',
      data: { intervals: 3, sources: { agent: 3, redis: 3 }, fromMs: minute(11), untilMs: minute(14) },
    });
  });

  it('are counted for each source; one that was never sampled was away as long as the others', () => {
    const sampledUntil = new Map([
      ['agent', minute(10)],
      ['redis', minute(12)],
    ]);
    const told = samplesMissed(away({ sources: ['agent', 'redis', 'new'], sampledUntil }));
    expect(told?.message).toMatch(/: 3 intervals of agent; 1 interval of redis, new$/);
    expect(told?.data.sources).toEqual({ agent: 3, redis: 1, new: 1 });
  });

  it('are none when soakd was back within the interval or the next one', () => {
    expect(samplesMissed(away({ nowMs: minute(10) + 59_999 }))).toBeNull();
    expect(samplesMissed(away({ nowMs: minute(11) + 59_999 }))).toBeNull();
  });

  it('are none of a run that has just begun, and all since the beginning of one that nobody ever sampled', () => {
    const sampledUntil = new Map<string, number>();
    expect(samplesMissed(away({ sampledUntil, events: [] }))).toBeNull();
    expect(samplesMissed(away({ sampledUntil }))?.data).toMatchObject({ intervals: 13, fromMs: minute(1) });
  });

  it('are not told twice when the next soakd dies as well before it has sampled', () => {
    const first = samplesMissed(away());
    if (first === null) throw new Error('nothing was missed');
    const events = [resumed, first, resumed];
    expect(samplesMissed(away({ events }))).toBeNull();
    expect(samplesMissed(away({ events, nowMs: minute(16) }))?.data).toMatchObject({
      intervals: 2,
      fromMs: minute(14),
      untilMs: minute(16),
    });
  });

  it('end with the plan: nobody was to sample after it', () => {
    expect(samplesMissed(away({ nowMs: minute(500) }))?.data).toMatchObject({ intervals: 89, untilMs: minute(100) });
  });

  it('are no warning when they are seconds of a rehearsal', () => {
    const seconds = { intervalMs: 1000, sampledUntil: new Map([['agent', 5000]]), sources: ['agent'], nowMs: 9500 };
    expect(samplesMissed(away(seconds))).toMatchObject({ severity: 'info', data: { intervals: 3 } });
  });

  it('are none when the wall clock was set back meanwhile', () => {
    expect(samplesMissed(away({ nowMs: minute(3) }))).toBeNull();
  });
});
