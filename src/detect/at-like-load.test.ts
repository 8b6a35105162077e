import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correlatedNoise } from '../../tests/support/noise.ts';
import { contrastOf, differenceAtLikeLoad, type ReadingAtLoad, readingsAtLoad } from './at-like-load.ts';

/** A run of readings over some days: the load by the hour, the level by the load, noise that remembers. */
function run(
  seed: number,
  { shift = 0, correlation = 0.5, count = 288, mix = (at: number) => (Math.floor(at / 24) % 3) as number } = {},
): ReadingAtLoad[] {
  const noise = correlatedNoise(seed, correlation);
  return Array.from({ length: count }, (_, at) => {
    const load = mix(at);
    return { load, value: 5 + 0.4 * load + shift + 0.1 * noise(), weight: 100 * (load + 1) };
  });
}
const difference = (after: ReadingAtLoad[], before: ReadingAtLoad[]) => {
  const [a, b] = [readingsAtLoad(after), readingsAtLoad(before)];
  return a === null || b === null ? null : differenceAtLikeLoad(a, b);
};

describe('two runs at like load', () => {
  it('differ by what the one is slower, whatever loads the other saw more of', () => {
    const busy = run(1, { shift: 0.2, mix: (at) => (at % 10 === 0 ? 0 : 2) });
    const calm = run(2, { mix: (at) => (at % 10 === 0 ? 2 : 0) });
    const found = difference(busy, calm);
    expect(found?.low).toBeGreaterThan(0.12);
    expect(found?.high).toBeLessThan(0.28);
    expect(found?.coverage).toBe(1);
  });

  it.each([0, 0.5, 0.8])(
    'that are alike have an interval that holds zero about nineteen times in twenty (correlation %f)',
    (correlation) => {
      let held = 0;
      const pairs = 400;
      for (let at = 0; at < pairs; at++) {
        const found = difference(run(2 * at + 1, { correlation }), run(2 * at + 2, { correlation }));
        if (found !== null && found.low <= 0 && found.high >= 0) held++;
      }
      expect(held / pairs).toBeGreaterThan(0.91);
      expect(held / pairs).toBeLessThan(0.99);
    },
  );

  it('are not compared at loads that only one of them had, and say how much is left', () => {
    const found = difference(run(1, { mix: (at) => at % 2 }), run(2, { shift: 0.3, mix: () => 1 }));
    expect(found?.estimate).toBeCloseTo(-0.3, 1);
    expect(found?.coverage).toBeCloseTo(2 / 3, 6);
    expect(difference(run(1, { mix: () => 0 }), run(2, { mix: () => 1 }))).toBeNull();
  });

  it('are not compared when one has no more readings than loads', () => {
    expect(readingsAtLoad(run(1, { count: 3, mix: (at) => at }))).toBeNull();
    expect(readingsAtLoad([])).toBeNull();
  });

  it('are no better known than their readings were rounded, were these all alike', () => {
    const same = (value: number): ReadingAtLoad[] => Array.from({ length: 20 }, () => ({ load: 3, value, weight: 1 }));
    const [a, b] = [readingsAtLoad(same(1.002)), readingsAtLoad(same(1))];
    if (a === null || b === null) throw new Error('twenty readings are enough');
    expect(differenceAtLikeLoad(a, b)).toMatchObject({ low: expect.closeTo(0.002, 9), high: expect.closeTo(0.002, 9) });
    const rounded = differenceAtLikeLoad({ ...a, resolution: 0.005 }, { ...b, resolution: 0.005 });
    expect(rounded).toMatchObject({ low: expect.closeTo(-0.008, 9), high: expect.closeTo(0.012, 9) });
  });

  it('change sides with their order when they had the same load', () => {
    const [a, b] = [run(1), run(2, { shift: 0.1 })];
    expect(difference(a, b)?.estimate).toBeCloseTo(-(difference(b, a)?.estimate ?? Number.NaN), 9);
  });
});

describe('the contrast of two numbers with intervals', () => {
  it('has the interval of a difference of two means where both are even', () => {
    expect(contrastOf({ value: 10, low: 7, high: 13 }, { value: 8, low: 4, high: 12 }, 1)).toEqual({
      value: 2,
      low: -3,
      high: 7,
    });
  });

  it('is open on the side on which one of the two is', () => {
    expect(contrastOf({ value: 1, low: 0, high: null }, { value: 1, low: 0, high: 2 }, 1).high).toBeNull();
    expect(contrastOf({ value: 1, low: 0, high: null }, { value: 1, low: 0, high: 2 }, 1).low).not.toBeNull();
  });

  it('holds its own value', () => {
    const side = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(side, side, side, side, side, side, (a, al, ah, b, bl, bh) => {
        const { value, low, high } = contrastOf(
          { value: a, low: a - al, high: a + ah },
          { value: b, low: b - bl, high: b + bh },
          1.05,
        );
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
      }),
    );
  });
});
