import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangesOver } from './ranges.ts';

describe('ranges over a run', () => {
  it('hold every instant in exactly one, also before the first and after the last', () => {
    fc.assert(
      fc.property(
        fc.nat(100),
        fc.integer({ min: -20, max: 100 }),
        fc.integer({ min: 1, max: 30 }),
        (from, length, step) => {
          const ranges = [...rangesOver(from, from + length, step)];
          for (let atMs = -10; atMs < 250; atMs++) {
            const holding = ranges.filter(
              ({ fromMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY }) =>
                fromMs <= atMs && atMs < untilMs,
            );
            expect(holding).toHaveLength(1);
          }
          expect(ranges).toHaveLength(Math.max(1, Math.ceil(length / step)));
        },
      ),
    );
  });
});
