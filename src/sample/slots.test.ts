import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { slotAfter, slotsOf } from './slots.ts';

describe('the slots of a source', () => {
  it('are six an interval for a cheap source, one for a costly one, and never closer than a second', () => {
    const periods = (intervalMs: number) => [true, false].map((cheap) => slotsOf(intervalMs, cheap, () => 0).periodMs);
    expect(periods(60_000)).toEqual([10_000, 60_000]);
    expect(periods(3000)).toEqual([1000, 3000]);
    expect(periods(1000)).toEqual([1000, 1000]);
  });

  it('come after the instant that was asked for, at most a period later, at the same phase', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 3_600_000 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 2 ** 32 }),
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
        (intervalMs, cheap, seed, nowMs) => {
          const slots = slotsOf(intervalMs, cheap, seededRandom(seed));
          const next = slotAfter(slots, nowMs);
          expect(next).toBeGreaterThan(nowMs);
          expect(next - nowMs).toBeLessThanOrEqual(slots.periodMs);
          expect(slotAfter(slots, next)).toBe(next + slots.periodMs);
        },
      ),
    );
  });
});
