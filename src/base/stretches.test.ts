import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, differenceOf, intersectionOf, lengthOf, overlapOf, type Stretch, unionOf } from './stretches.ts';

const anyStretches = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 15 }))
    .map(([fromMs, length]): Stretch => ({ fromMs, untilMs: fromMs + length })),
  { maxLength: 8 },
);
const instants = Array.from({ length: 80 }, (_, at) => at);
const has = (stretches: Stretch[], at: number): boolean =>
  stretches.some(({ fromMs, untilMs }) => fromMs <= at && at < untilMs);

describe('stretches of time', () => {
  it('join when they touch', () => {
    expect(
      unionOf([
        { fromMs: 5, untilMs: 9 },
        { fromMs: 0, untilMs: 5 },
        { fromMs: 20, untilMs: 20 },
      ]),
    ).toEqual([{ fromMs: 0, untilMs: 9 }]);
  });

  it('behave as sets of instants', () => {
    fc.assert(
      fc.property(anyStretches, anyStretches, (first, second) => {
        const a = unionOf(first);
        const b = unionOf(second);
        for (const at of instants) {
          expect(contains(a, at)).toBe(has(first, at));
          expect(has(intersectionOf(a, b), at)).toBe(has(a, at) && has(b, at));
          expect(has(differenceOf(a, b), at)).toBe(has(a, at) && !has(b, at));
        }
        expect(lengthOf(a)).toBe(lengthOf(intersectionOf(a, b)) + lengthOf(differenceOf(a, b)));
        for (const stretch of second)
          expect(overlapOf(stretch, a)).toBe(lengthOf(intersectionOf(a, unionOf([stretch]))));
      }),
    );
  });
});
