import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withExtremes } from './extremes.ts';

const AXIS = { fromMs: 0, untilMs: 100_000 };
const valuesOf = (points: ReturnType<typeof withExtremes>): number[] => points.flatMap(({ value }) => value ?? []);

describe('a line made short', () => {
  it('keeps the highest and the lowest of all, in order of time, at most two a column', () => {
    const line = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 500 });
    fc.assert(
      fc.property(line, fc.integer({ min: 1, max: 50 }), (values, columns) => {
        const stepMs = AXIS.untilMs / values.length;
        const points = values.map((value, at) => ({ atMs: at * stepMs, value }));
        const short = withExtremes(points, AXIS, columns, stepMs);
        expect(Math.max(...valuesOf(short))).toBe(Math.max(...values));
        expect(Math.min(...valuesOf(short))).toBe(Math.min(...values));
        expect(short.length).toBeLessThanOrEqual(2 * columns);
        expect(short.map(({ atMs }) => atMs)).toEqual(short.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
      }),
    );
  });

  it('breaks where nothing was read for longer than a step and a column explain', () => {
    const points = [0, 1, 2, 60, 61].map((second) => ({ atMs: second * 1000, value: second }));
    expect(withExtremes(points, AXIS, 100, 1000).map(({ value }) => value)).toEqual([0, 1, 2, null, 60, 61]);
  });

  it('does not break for a reading that failed between two that did not', () => {
    const points = [0, 1, 2, 3].map((second) => ({ atMs: second * 1000, value: second === 1 ? null : second }));
    expect(withExtremes(points, AXIS, 100, 1000).map(({ value }) => value)).toEqual([0, 2, 3]);
  });
});
