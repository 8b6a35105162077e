import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinParts } from '../model/sample.ts';
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

  it('say the same when they were read in two parts, wherever the cut was', () => {
    const value = fc.option(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { nil: null });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 12 }), fc.nat(12), (values, cut) => {
        const { series: _, ...whole } = sampleOf(values);
        const joined = joinParts(sampleOf(values.slice(0, cut)), sampleOf(values.slice(cut)));
        // A sum in another order: its last digits are not the same.
        const size = 1 + Math.max(0, ...values.map((one) => Math.abs(one ?? 0)));
        expect(joined).toEqual({ ...whole, mean: whole.mean === null ? null : expect.any(Number) });
        expect(Math.abs((joined.mean ?? 0) - (whole.mean ?? 0))).toBeLessThanOrEqual(1e-12 * size);
      }),
    );
  });

  it('keep the mean between minimum and maximum when parts are joined', () => {
    const value = fc.double({ noNaN: true, min: -1e300, max: 1e300 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), fc.array(value, { minLength: 1 }), (first, second) => {
        const { min, mean, max } = joinParts(sampleOf(first), sampleOf(second));
        expect(mean).toBeGreaterThanOrEqual(min ?? Number.NaN);
        expect(mean).toBeLessThanOrEqual(max ?? Number.NaN);
      }),
    );
  });
});
