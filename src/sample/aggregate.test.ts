import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Aggregate } from './aggregate.ts';

const sampleOf = (values: readonly (number | null)[]) => {
  const aggregate = new Aggregate();
  for (const value of values) aggregate.add(value);
  return aggregate.sample('agent.rss_bytes', 60_000);
};

describe('the readings of an interval', () => {
  it('leave out what was not known, and keep the last value that was', () => {
    expect(sampleOf([3, null, 9, 6, Number.NaN, Number.POSITIVE_INFINITY, null])).toEqual({
      series: 'agent.rss_bytes',
      atMs: 60_000,
      min: 3,
      mean: 6,
      max: 9,
      last: 6,
      readings: 3,
    });
  });

  it('are null, not zero, when there is none', () => {
    expect(sampleOf([null, Number.NaN])).toMatchObject({ min: null, mean: null, max: null, last: null, readings: 0 });
  });

  it('keep minimum ≤ mean ≤ maximum, whatever is read', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), { minLength: 1 }), (values) => {
        const { min, mean, max, last } = sampleOf(values);
        expect(min).toBe(Math.min(...values));
        expect(max).toBe(Math.max(...values));
        expect(last).toBe(values.at(-1));
        expect(mean).toBeGreaterThanOrEqual(min ?? Number.NaN);
        expect(mean).toBeLessThanOrEqual(max ?? Number.NaN);
      }),
    );
  });
});
