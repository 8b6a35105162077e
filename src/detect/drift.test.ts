import { describe, expect, it } from 'vitest';
import { durationTrace } from '../../tests/support/traces.ts';
import { driftOf } from './drift.ts';

const trace = (seed: number, driftPercent: number, ratePerMinute = 60): ReturnType<typeof driftOf> =>
  driftOf(durationTrace({ seed, hours: 72, driftPercent, ratePerMinute }));

const seeds = Array.from({ length: 25 }, (_, at) => at + 1);
const degrading = (driftPercent: number): number =>
  seeds.filter((seed) => {
    const { finding, pValue } = trace(seed, driftPercent);
    return finding === 'degrading' && (pValue ?? 1) <= 0.01;
  }).length;

describe('drift of response times', () => {
  it('is measured from start to end, the load taken out', () => {
    const totals = seeds.map((seed) => trace(seed, 30).totalPercent ?? Number.NaN).toSorted((a, b) => a - b);
    expect(totals[12]).toBeGreaterThan(27);
    expect(totals[12]).toBeLessThan(33);
  });

  it('is found at 10 %, and not called where there is none', () => {
    expect(degrading(0)).toBeLessThanOrEqual(1);
    expect(degrading(10)).toBeGreaterThanOrEqual(22);
  });

  it('says that a faster end is an improvement', () => {
    expect(trace(3, -30).finding).toBe('improving');
  });

  it('needs 200 requests for each P95, so a quiet service is judged in wider bins or not at all', () => {
    expect(trace(1, 0, 9).bins).toBeLessThan(trace(1, 0, 60).bins);
    const slices = durationTrace({ seed: 1, hours: 72, driftPercent: 0, ratePerMinute: 0.4 });
    expect(driftOf(slices).finding).toBe('too_early');
    expect(driftOf({ ...slices, slices: [] }).finding).toBe('no_data');
    expect(driftOf({ ...slices, quantile: 0.5 }).finding).toBe('flat');
  });
});
