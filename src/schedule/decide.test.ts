import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../base/zone.ts';
import { type DueStart, decide, END_GRACE_MS, type Situation } from './decide.ts';

const DUE = Date.parse('2026-11-21T08:00:00Z');

const start = (changes: Partial<DueStart> = {}, entry: Partial<DueStart['entry']> = {}): DueStart => ({
  entry: { onConflict: 'delay', lateLimitMs: HOUR_MS, delayLimitMs: 24 * HOUR_MS, ...entry },
  dueMs: DUE,
  lengthMs: 2 * HOUR_MS,
  waiting: false,
  ...changes,
});

const at = (lateMs: number, changes: Partial<Situation> = {}): Situation => ({
  ...{ nowMs: DUE + lateMs, paused: null, blackout: null, occupation: null },
  ...changes,
});

const takenFor = (ms: number, lateMs = 0, canAbsorb = true): Situation =>
  at(lateMs, { occupation: { what: 'soak-72h', endMs: DUE + lateMs + ms, canAbsorb } });

const outcome = (...args: Parameters<typeof decide>): string => decide(...args).outcome;

describe('a start that is due', () => {
  it('starts, on time or late within its limit, and is missed after it', () => {
    expect(decide(start(), at(0))).toEqual({ outcome: 'start', reason: 'on time' });
    expect(decide(start(), at(HOUR_MS))).toEqual({ outcome: 'start', reason: '1h late' });
    expect(decide(start(), at(HOUR_MS + 1000))).toEqual({
      outcome: 'missed',
      reason: '1h1s late, and 1h is its limit',
    });
  });

  it('does not start while it is paused or in a blackout, and is not made up for', () => {
    const blackout = { fromMs: DUE - 1, untilMs: DUE + HOUR_MS, reason: 'sale' };
    expect(decide(start(), at(0, { blackout }))).toEqual({ outcome: 'blackout', reason: 'blackout: sale' });
    expect(outcome(start(), at(0, { paused: 'everything', blackout }))).toBe('paused');
  });

  it('that was due before a blackout waits for its end, or is missed where that is too late', () => {
    const until = (untilMs: number) => ({ blackout: { fromMs: DUE + 10 * MINUTE_MS, untilMs, reason: 'sale' } });
    expect(decide(start(), at(15 * MINUTE_MS, until(DUE + HOUR_MS)))).toEqual({
      outcome: 'delay',
      untilMs: DUE + HOUR_MS,
      reason: 'blackout: sale',
    });
    expect(decide(start(), at(15 * MINUTE_MS, until(DUE + HOUR_MS + 1)))).toEqual({
      outcome: 'missed',
      reason: 'blackout: sale, which lasts for longer than 1h, the limit of its lateness',
    });
  });

  it('goes by its choice while its target is taken', () => {
    const taken = takenFor(10 * HOUR_MS);
    expect(outcome(start({}, { onConflict: 'skip' }), taken)).toBe('skip');
    expect(outcome(start({}, { onConflict: null }), taken)).toBe('skip');
    expect(decide(start({}, { onConflict: 'absorb' }), taken)).toEqual({
      outcome: 'absorb',
      reason: 'part of soak-72h',
    });
    expect(decide(start(), taken)).toMatchObject({ outcome: 'delay', untilMs: DUE + 10 * HOUR_MS });
  });

  it('waits where it would be absorbed, but ends after the other, or the other is no run', () => {
    const absorbs = start({}, { onConflict: 'absorb' });
    expect(outcome(absorbs, takenFor(2 * HOUR_MS))).toBe('absorb');
    expect(outcome(absorbs, takenFor(2 * HOUR_MS - 1))).toBe('delay');
    expect(outcome(absorbs, takenFor(10 * HOUR_MS, 0, false))).toBe('delay');
    expect(outcome(absorbs, at(0, { occupation: { what: 'x', endMs: null, canAbsorb: true } }))).toBe('delay');
  });

  it('waits for who is about to end, whatever it says', () => {
    for (const onConflict of ['skip', 'delay', 'absorb'] as const) {
      expect(outcome(start({}, { onConflict }), takenFor(END_GRACE_MS))).toBe('delay');
    }
    expect(outcome(start({}, { onConflict: 'skip' }), takenFor(END_GRACE_MS + 1))).toBe('skip');
  });

  it('does not begin to wait for what is known to take too long', () => {
    expect(outcome(start(), takenFor(24 * HOUR_MS))).toBe('delay');
    expect(outcome(start(), takenFor(24 * HOUR_MS + 1))).toBe('skip');
  });
});

describe('a start that waits', () => {
  const waits = start({ waiting: true });

  it('starts when its target is free, however late that is', () => {
    expect(decide(waits, at(20 * HOUR_MS))).toEqual({
      outcome: 'start',
      reason: '20h after it was due: it had to wait',
    });
  });

  it('goes on waiting for longer than was planned, also through a blackout, but not beyond its limit', () => {
    expect(outcome(waits, takenFor(30 * HOUR_MS, 10 * HOUR_MS))).toBe('delay');
    const blackout = { fromMs: DUE, untilMs: DUE + 7 * HOUR_MS, reason: 'sale' };
    expect(decide(waits, at(5 * HOUR_MS, { blackout }))).toMatchObject({
      outcome: 'delay',
      untilMs: DUE + 7 * HOUR_MS,
    });
    expect(outcome(waits, takenFor(MINUTE_MS, 24 * HOUR_MS + 1))).toBe('skip');
  });

  it('goes on waiting while it is paused, since it was due before, but not beyond its limit', () => {
    expect(decide(waits, at(HOUR_MS, { paused: 'everything' }))).toEqual({
      outcome: 'delay',
      untilMs: null,
      reason: 'the schedule is paused',
    });
    expect(outcome(waits, at(24 * HOUR_MS + 1, { paused: 'everything' }))).toBe('skip');
  });

  it('is absorbed by whoever has the target by then', () => {
    const absorbs = start({ waiting: true }, { onConflict: 'absorb' });
    expect(outcome(absorbs, takenFor(10 * HOUR_MS, 3 * HOUR_MS))).toBe('absorb');
  });
});
