import { describe, expect, it } from 'vitest';
import { seedProfile, seedWith } from '../../tests/support/profile.ts';
import { HOUR_MS, MINUTE_MS } from '../base/zone.ts';
import { buildPlan } from './build.ts';
import {
  levelAt,
  multiplierAt,
  pausedMsBetween,
  pausedStretches,
  profileClock,
  profileTimeMs,
  requestsBetween,
  requestsPerMinuteAt,
} from './rate.ts';

const MONDAY = Date.UTC(2026, 5, 1);
const seed = seedProfile();
const plan = buildPlan(seed, { startMs: MONDAY, compression: 1 }, []);

describe('requests between two instants', () => {
  it('are the exact integral of the rate through a ramp', () => {
    const ten = MONDAY + 10 * HOUR_MS;
    // From 30 to 75 over five minutes: the mean, 52.5, for five minutes.
    expect(requestsBetween(plan, ten - 2.5 * MINUTE_MS, ten + 2.5 * MINUTE_MS)).toBeCloseTo(262.5, 9);
    expect(requestsBetween(plan, ten, ten + 2.5 * MINUTE_MS)).toBeCloseTo(2.5 * 63.75, 9);
  });

  it('are none before the start, after the end, or backwards', () => {
    expect(requestsBetween(plan, MONDAY - HOUR_MS, MONDAY)).toBe(0);
    expect(requestsBetween(plan, plan.endMs, plan.endMs + HOUR_MS)).toBe(0);
    expect(requestsBetween(plan, MONDAY + HOUR_MS, MONDAY)).toBe(0);
    expect(requestsBetween(plan, MONDAY - HOUR_MS, MONDAY + HOUR_MS)).toBeCloseTo(60 * 9, 9);
  });
});

describe('the rate', () => {
  it('is 0 outside the run, and at a step the value after it', () => {
    const steps = buildPlan(seedWith({ rampMs: 0 }), { startMs: MONDAY, compression: 1 }, []);
    expect(requestsPerMinuteAt(steps, MONDAY - 1)).toBe(0);
    expect(requestsPerMinuteAt(steps, MONDAY + 10 * HOUR_MS - 1)).toBe(30);
    expect(requestsPerMinuteAt(steps, MONDAY + 10 * HOUR_MS)).toBe(75);
    expect(requestsPerMinuteAt(steps, steps.endMs)).toBe(0);
    expect(multiplierAt(steps, MONDAY + 10 * HOUR_MS)).toBe(2.5);
  });
});

describe('the level of the load', () => {
  it('is normal up to the base rate and peak up to the peak multiplier', () => {
    expect(levelAt(plan, seed, MONDAY + 3 * HOUR_MS)).toBe('normal');
    expect(levelAt(plan, seed, MONDAY + 8 * HOUR_MS)).toBe('normal');
    expect(levelAt(plan, seed, MONDAY + 11 * HOUR_MS)).toBe('peak');
  });

  it('is stress when an operator drives it beyond', () => {
    const driven = buildPlan(seed, { startMs: MONDAY, compression: 1 }, [
      { kind: 'rate', atMs: MONDAY + 10.5 * HOUR_MS, factor: 1.5, untilMs: null },
    ]);
    expect(levelAt(driven, seed, MONDAY + 11 * HOUR_MS)).toBe('stress');
    expect(levelAt(driven, seed, MONDAY + 13.5 * HOUR_MS)).toBe('peak');
  });

  it('does not mistake a rounding error for stress', () => {
    const profile = seedWith({
      hourlyMultipliers: Array(24).fill(0.1 * 3),
      peakMultiplier: 1,
      weekdayMultipliers: Array(7).fill(10 / 3),
    });
    const level = buildPlan(profile, { startMs: MONDAY, compression: 1 }, []);
    expect(levelAt(level, profile, MONDAY)).toBe('normal');
  });
});

describe('pauses', () => {
  it('are listed, joined over other edits, and measured', () => {
    const edited = buildPlan(seed, { startMs: MONDAY, compression: 1 }, [
      { kind: 'pause', atMs: MONDAY + 9.9 * HOUR_MS },
      { kind: 'rate', atMs: MONDAY + 10 * HOUR_MS, factor: 2, untilMs: null },
      { kind: 'resume', atMs: MONDAY + 11 * HOUR_MS },
    ]);
    expect(pausedStretches(edited)).toEqual([{ fromMs: MONDAY + 9.9 * HOUR_MS, untilMs: MONDAY + 11 * HOUR_MS }]);
    expect(pausedMsBetween(edited, MONDAY + 10.5 * HOUR_MS, MONDAY + 12 * HOUR_MS)).toBe(0.5 * HOUR_MS);
    expect(pausedStretches(plan)).toEqual([]);
  });
});

describe('the clock of the profile', () => {
  it('shows weekday and time in the zone of the profile', () => {
    const berlin = seedProfile({ timezone: 'Europe/Berlin' });
    const saturday = buildPlan(berlin, { startMs: Date.UTC(2026, 10, 21, 13, 5), compression: 1 }, []);
    expect(profileClock(berlin, saturday, saturday.startMs)).toBe('Sat 14:05');
  });

  it('runs faster in a rehearsal', () => {
    const fast = buildPlan(seed, { startMs: MONDAY, compression: 720 }, []);
    expect(profileTimeMs(fast, MONDAY + 5000)).toBe(MONDAY + HOUR_MS);
    expect(profileClock(seed, fast, MONDAY + 125_000)).toBe('Tue 01:00');
  });
});
