import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correlatedNoise, normalNoise } from '../../../tests/support/noise.ts';
import { seededRandom } from '../../base/random.ts';
import { type ChangeOptions, type ChangePoint, changePoints } from './change-points.ts';

const COUNT = 144;
const HOURS = Float64Array.from({ length: COUNT }, (_, at) => at / 2);
/** The hours of the day stand for an unknown load; these series have none. */
const NO_DAY: ChangeOptions = { cycleHours: null };

const series = (value: (at: number) => number, count = COUNT): Float64Array =>
  Float64Array.from({ length: count }, (_, at) => value(at));
const changesIn = (values: Float64Array, options: ChangeOptions = NO_DAY): ChangePoint[] =>
  changePoints({ hours: Float64Array.from(values, (_, at) => at / 2), values, load: null }, options);
const places = (values: Float64Array, options?: ChangeOptions): number[] =>
  changesIn(values, options).map(({ index }) => index);

/** Share of seeds for which a series has a change point. */
function shareWithChanges(seeds: number, values: (seed: number) => Float64Array, options?: ChangeOptions): number {
  let found = 0;
  for (let seed = 1; seed <= seeds; seed++) if (places(values(seed), options).length > 0) found++;
  return found / seeds;
}

function noisy(seed: number, correlation = 0): (level: (at: number) => number) => Float64Array {
  const next = correlatedNoise(seed, correlation);
  return (level) => series((at) => level(at) + next());
}

describe('change points', () => {
  it('date a step, with the levels on both sides', () => {
    const [change, ...more] = changesIn(noisy(1)((at) => (at < 60 ? 100 : 120)));
    expect(more).toEqual([]);
    expect(change?.index).toBe(60);
    expect(change?.at).toBe(30);
    expect(change?.earliestAt).toBe(29.5);
    expect(change?.before).toBeCloseTo(100, 0);
    expect(change?.after).toBeCloseTo(120, 0);
    expect(change?.size).toBeCloseTo(0.2, 1);
    expect(change?.pValue).toBeLessThan(1e-10);
  });

  it('find several steps, up and down, and a level that came and went', () => {
    const found = places(noisy(2)((at) => (at < 30 ? 0 : at < 70 ? 6 : at < 100 ? 2 : at < 110 ? 9 : 2)));
    expect(found).toEqual([30, 70, 100, 110]);
  });

  it('lie at the end of a gap, which says since when', () => {
    const values = noisy(3)((at) => (at < 60 ? 0 : 8));
    values.fill(Number.NaN, 52, 64);
    const [change] = changesIn(values);
    expect(change?.index).toBe(64);
    expect(change?.at).toBe(32);
    expect(change?.earliestAt).toBe(25.5);
  });

  it('are found beside growth, whose size they leave alone', () => {
    const [change, ...more] = changesIn(noisy(4)((at) => 1000 + 0.5 * at + (at < 90 ? 0 : 10)));
    expect(more).toEqual([]);
    expect(Math.abs((change?.index ?? 0) - 90)).toBeLessThanOrEqual(1);
    expect((change?.after ?? 0) - (change?.before ?? 0)).toBeGreaterThan(8);
    expect((change?.after ?? 0) - (change?.before ?? 0)).toBeLessThan(12);
  });

  it('are exact where nothing is noise', () => {
    expect(places(series((at) => (at < 77 ? 10 : 12)))).toEqual([77]);
    expect(places(series((at) => (at < 40 ? 0.1 : at < 90 ? 0.3 : 0.2)))).toEqual([40, 90]);
  });

  it('that are small may be left out', () => {
    const values = noisy(5)((at) => (at < 50 ? 100 : at < 100 ? 104 : 140));
    expect(places(values)).toEqual([50, 100]);
    expect(places(values, { ...NO_DAY, minimumSize: 0.1 })).toEqual([100]);
  });
});

describe('what is no change point', () => {
  it('noise, white or correlated: at most one series in a hundred', () => {
    for (const correlation of [0, 0.3, 0.6, 0.9])
      expect(shareWithChanges(400, (seed) => noisy(seed, correlation)(() => 0))).toBeLessThanOrEqual(0.01);
  });

  it('noise of which each reading has its own share', () => {
    const share = shareWithChanges(200, (seed) => {
      const own = normalNoise(seed + 5000);
      return noisy(seed, 0.97)(() => 1.2 * own());
    });
    expect(share).toBeLessThanOrEqual(0.02);
  });

  it('slow linear growth, however clear, is no staircase', () => {
    for (const slope of [0.01, 0.05, 0.5, 50])
      for (const correlation of [0, 0.7])
        expect(shareWithChanges(60, (seed) => noisy(seed, correlation)((at) => slope * at))).toBeLessThanOrEqual(0.02);
  });

  it('growth that begins late, that ends, that fills up', () => {
    const shapes: ((at: number) => number)[] = [
      (at) => 0.3 * Math.max(0, at - 60),
      (at) => 0.3 * Math.min(at, 80),
      (at) => 20 * (1 - Math.exp(-at / 20)),
      (at) => 40 * (1 - Math.exp(-at / 50)),
    ];
    for (const shape of shapes)
      expect(shareWithChanges(60, (seed) => noisy(seed, 0.3)(shape))).toBeLessThanOrEqual(0.035);
  });

  it('a count that grows by ones', () => {
    expect(places(series((at) => Math.round(10 + at / 12)))).toEqual([]);
  });

  it('a spike, and a burst shorter than a level', () => {
    expect(shareWithChanges(60, (seed) => noisy(seed)((at) => (at === 70 ? 60 : 0)))).toBe(0);
    expect(shareWithChanges(60, (seed) => noisy(seed)((at) => (at >= 70 && at < 74 ? 60 : 0)))).toBe(0);
  });

  it('nothing at all: no readings, too few, all equal', () => {
    expect(places(new Float64Array(0))).toEqual([]);
    expect(places(Float64Array.of(1, 9, 1, 9, 1))).toEqual([]);
    expect(places(new Float64Array(COUNT).fill(4))).toEqual([]);
    expect(places(new Float64Array(COUNT).fill(Number.NaN))).toEqual([]);
  });

  it('the load, when it is given', () => {
    const block = (at: number): number => (Math.floor(at / 16) % 3 === 1 ? 3 : 1);
    const load = series(block);
    const judged = (step: number): number[] => {
      const next = correlatedNoise(11, 0.3);
      const values = series((at) => 100 + 20 * block(at) + (at < 80 ? 0 : step) + next());
      return changePoints({ hours: HOURS, values, load }).map(({ index }) => index);
    };
    expect(judged(0)).toEqual([]);
    expect(judged(12)).toEqual([80]);
  });

  it('the hours of the day, where the load is not known', () => {
    const wave = (at: number): number =>
      30 * Math.sin((2 * Math.PI * at) / 48) + 12 * Math.cos((4 * Math.PI * at) / 48);
    expect(shareWithChanges(60, (seed) => noisy(seed, 0.3)(wave), {})).toBeLessThanOrEqual(0.02);
    const found = places(
      noisy(7)((at) => wave(at) + (at < 80 ? 0 : 15)),
      {},
    );
    expect(found).toHaveLength(1);
    expect(nearestTo(found, 80)).toBeLessThanOrEqual(2);
  });
});

describe('change points do not depend on', () => {
  const stepped = fc.record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    at: fc.integer({ min: 20, max: 124 }),
    size: fc.double({ min: -12, max: 12, noNaN: true }),
    correlation: fc.constantFrom(0, 0.4, 0.8),
  });
  const made = ({
    seed,
    at: from,
    size,
    correlation,
  }: {
    seed: number;
    at: number;
    size: number;
    correlation: number;
  }) => noisy(seed, correlation)((at) => 50 + (at < from ? 0 : size));
  const same = (found: ChangePoint[], expected: ChangePoint[]): void => {
    expect(found.map(({ index }) => index)).toEqual(expected.map(({ index }) => index));
    for (const [place, { pValue }] of found.entries()) expect(pValue).toBeCloseTo(expected[place]?.pValue ?? -1, 6);
  };

  it('a constant that is added', () => {
    fc.assert(
      fc.property(stepped, fc.integer({ min: -1000, max: 1000 }), (shape, constant) => {
        const values = made(shape);
        same(changesIn(values.map((value) => value + constant)), changesIn(values));
      }),
    );
  });

  it('the unit', () => {
    fc.assert(
      fc.property(stepped, fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (shape, factor) => {
        const values = made(shape);
        same(changesIn(values.map((value) => value * factor)), changesIn(values));
      }),
    );
  });

  it('when the clock began', () => {
    fc.assert(
      fc.property(stepped, fc.integer({ min: -500, max: 500_000 }), (shape, hours) => {
        const values = made(shape);
        const shifted = changePoints({ hours: HOURS.map((hour) => hour + hours), values, load: null }, NO_DAY);
        same(shifted, changesIn(values));
        for (const { at, index } of shifted) expect(at).toBe((HOURS[index] ?? 0) + hours);
      }),
    );
  });

  it('the sign: a rise mirrored is a fall', () => {
    fc.assert(
      fc.property(stepped, (shape) => {
        const values = made(shape);
        same(changesIn(values.map((value) => -value)), changesIn(values));
      }),
    );
  });

  it('the order of points within a level, but for a point or two', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 30, max: 114 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        (seed, from, order) => {
          const values = noisy(seed)((at) => (at < from ? 0 : 6));
          const random = seededRandom(order);
          const shuffled = Float64Array.from([
            ...shuffle([...values.subarray(0, from)], random),
            ...shuffle([...values.subarray(from)], random),
          ]);
          expect(nearestTo(places(values), from)).toBeLessThanOrEqual(2);
          expect(nearestTo(places(shuffled), from)).toBeLessThanOrEqual(2);
        },
      ),
    );
  });
});

const nearestTo = (found: readonly number[], wanted: number): number =>
  Math.min(...found.map((place) => Math.abs(place - wanted)));

function shuffle(values: number[], random: () => number): number[] {
  for (let at = values.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [values[at], values[other]] = [values[other] ?? 0, values[at] ?? 0];
  }
  return values;
}
