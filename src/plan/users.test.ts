import { describe, expect, it } from 'vitest';
import { seedProfile, seedWith } from '../../tests/support/profile.ts';
import { buildPlan } from './build.ts';
import { usersNeeded } from './users.ts';

const start = { startMs: Date.UTC(2026, 5, 1), compression: 1 };

describe('users', () => {
  it('are enough for the peak rate while every request hangs until its time-out', () => {
    const profile = seedProfile();
    const needed = usersNeeded(profile, buildPlan(profile, start, []));
    // 75 requests/min in conversations of 3.375 requests; eight turns of 30 s with pauses of 12 s between.
    expect(needed.peakIterationsPerSecond).toBeCloseTo(75 / 60 / 3.375, 9);
    expect(needed.longestIterationMs).toBe(8 * 30_000 + 7 * 12_000);
    const mean = (75 / 60 / 3.375) * 324;
    expect(needed.users).toBe(Math.ceil(mean + 3 * Math.sqrt(mean)));
    expect(needed.memoryMb).toBeCloseTo(needed.users * 0.11, 9);
  });

  it('need no margin when arrivals are even', () => {
    const profile = seedWith({ arrivals: 'even' });
    expect(usersNeeded(profile, buildPlan(profile, start, [])).users).toBe(Math.ceil((75 / 60 / 3.375) * 324));
  });

  it('grow with what an operator asked for', () => {
    const profile = seedProfile();
    const edits = [{ kind: 'rate' as const, atMs: start.startMs, factor: 2, untilMs: null }];
    const plain = usersNeeded(profile, buildPlan(profile, start, []));
    expect(usersNeeded(profile, buildPlan(profile, start, edits)).users).toBeGreaterThan(1.8 * plain.users);
  });

  it('stop at the cap of the profile and say what was wanted', () => {
    const seed = seedProfile();
    const profile = { ...seed, users: { ...seed.users, maxUsers: 20 } };
    const needed = usersNeeded(profile, buildPlan(profile, start, []));
    expect(needed.users).toBe(20);
    expect(needed.wanted).toBeGreaterThan(100);
  });
});
