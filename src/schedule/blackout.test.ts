import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../base/zone.ts';
import type { Blackout } from '../model/schedule.ts';
import { blackoutAt, blackoutWindows } from './blackout.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const text = (atMs: number): string => new Date(atMs).toISOString().slice(0, 16);

const nightly: Blackout = {
  ...{ kind: 'weekly', weekdays: [5, 6], fromMinuteOfDay: 23 * 60, untilMinuteOfDay: 4 * 60 },
  ...{ timezone: 'Europe/Berlin', reason: 'maintenance' },
};

describe('a blackout', () => {
  it('that comes again follows the clock on the wall, across midnight and both changes of the clocks', () => {
    const windows = (from: string, until: string) =>
      blackoutWindows([nightly], at(from), at(until)).map(({ fromMs, untilMs }) => [
        text(fromMs),
        text(untilMs),
        (untilMs - fromMs) / HOUR_MS,
      ]);
    expect(windows('2026-03-27T12:00', '2026-03-30T12:00')).toEqual([
      ['2026-03-28T22:00', '2026-03-29T02:00', 4],
      ['2026-03-29T21:00', '2026-03-30T02:00', 5],
    ]);
    expect(windows('2026-10-24T12:00', '2026-10-25T12:00')).toEqual([['2026-10-24T21:00', '2026-10-25T03:00', 6]]);
  });

  it('holds from its first moment to before its last, and the one that ends last counts', () => {
    const fixed: Blackout = { kind: 'fixed', fromMs: 1000, untilMs: 2000, reason: 'sale' };
    const longer: Blackout = { kind: 'fixed', fromMs: 1500, untilMs: 3000, reason: 'stocktaking' };
    expect(blackoutAt([fixed], 999)).toBeNull();
    expect(blackoutAt([fixed], 1000)?.reason).toBe('sale');
    expect(blackoutAt([fixed], 2000)).toBeNull();
    expect(blackoutAt([fixed, longer], 1600)?.reason).toBe('stocktaking');
    expect(blackoutAt([longer, fixed], 1600)?.reason).toBe('stocktaking');
  });
});
