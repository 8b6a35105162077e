import { describe, expect, it } from 'vitest';
import { seedWith } from '../../tests/support/profile.ts';
import { HOUR_MS, MINUTE_MS } from '../base/zone.ts';
import type { Exclusion } from '../model/profile.ts';
import { buildPlan } from './build.ts';
import { excludedStretches } from './exclusions.ts';

const MONDAY = Date.UTC(2026, 5, 1);

function stretches(exclude: Exclusion[], { startMs = MONDAY, timezone = 'UTC', compression = 1 } = {}) {
  const profile = seedWith({ timezone }, { exclude });
  const found = excludedStretches(profile, buildPlan(profile, { startMs, compression }, []));
  return found.map(({ fromMs, untilMs, reason }) => [
    (fromMs - startMs) / HOUR_MS,
    (untilMs - startMs) / HOUR_MS,
    reason,
  ]);
}

const daily = (from: number, until: number, weekdays: number[] | null = null, reason = 'backup'): Exclusion => ({
  kind: 'daily',
  fromMinuteOfDay: from * 60,
  untilMinuteOfDay: until * 60,
  weekdays,
  reason,
});

describe('what is not judged', () => {
  it('counts hours of the run from its start and ends with it', () => {
    const run: Exclusion = { kind: 'hours', fromMs: 70 * HOUR_MS, untilMs: 80 * HOUR_MS, reason: 'migration' };
    expect(stretches([run])).toEqual([[70, 72, 'migration']]);
  });

  it('comes back each day, across midnight, and on the days that are named', () => {
    expect(stretches([daily(2, 3)])).toEqual([
      [2, 3, 'backup'],
      [26, 27, 'backup'],
      [50, 51, 'backup'],
    ]);
    expect(stretches([daily(23, 1)])).toEqual([
      [0, 1, 'backup'],
      [23, 25, 'backup'],
      [47, 49, 'backup'],
      [71, 72, 'backup'],
    ]);
    expect(stretches([daily(23, 1, [1])])).toEqual([[47, 49, 'backup']]);
  });

  it('follows the clock on the wall: twice in the night in which the hour comes twice, not at all where it is missing', () => {
    const autumn = { startMs: Date.UTC(2026, 9, 24, 22), timezone: 'Europe/Berlin' };
    expect(stretches([daily(2, 3)], autumn).slice(0, 2)).toEqual([
      [2, 3, 'backup'],
      [3, 4, 'backup'],
    ]);
    const spring = { startMs: Date.UTC(2026, 2, 28, 23), timezone: 'Europe/Berlin' };
    expect(stretches([daily(2, 3)], spring)[0]).toEqual([25, 26, 'backup']);
  });

  it('never counts the same time twice: the exclusion named first keeps it', () => {
    const run: Exclusion = { kind: 'hours', fromMs: 1.5 * HOUR_MS, untilMs: 4 * HOUR_MS, reason: 'deploy' };
    expect(stretches([daily(2, 3, [0]), run])).toEqual([
      [1.5, 2, 'deploy'],
      [2, 3, 'backup'],
      [3, 4, 'deploy'],
    ]);
  });

  it('shrinks with a rehearsal', () => {
    const run: Exclusion = { kind: 'hours', fromMs: 12 * HOUR_MS, untilMs: 24 * HOUR_MS, reason: 'deploy' };
    expect(stretches([run], { compression: 720 })).toEqual([
      [MINUTE_MS / HOUR_MS, (2 * MINUTE_MS) / HOUR_MS, 'deploy'],
    ]);
  });
});
