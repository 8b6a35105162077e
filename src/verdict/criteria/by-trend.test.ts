import { describe, expect, it } from 'vitest';
import { MEMORY, runRows } from '../../../tests/support/run-rows.ts';
import { gatherEvidence } from '../evidence.ts';
import type { AskedSeries } from '../trend-of-series.ts';
import { decideByTrend, type MeasuredTrend } from './by-trend.ts';

const spec = {
  id: 'memory_leak',
  comparison: '<',
  target: 5,
  unit: 'percent_per_24h',
  text: '< 5% growth per 24h',
  fromProfile: true,
} as const;

/** A series that was asked after twenty hours. */
const asked = ((): AskedSeries => {
  const [one] = gatherEvidence(runRows({ hours: 20, series: { 'agent.heap_after_gc_bytes': MEMORY } })).trends.growth;
  if (one === undefined) throw new Error('a series');
  return { ...one, gates: [] };
})();

const decided = (measured: MeasuredTrend) => decideByTrend(spec, measured, asked, 'it grows');

describe('a trend against its limit', () => {
  it('passes and fails by its whole interval', () => {
    expect(decided({ estimate: 2, low: 1, high: 4.9, over: 'day' }).status).toBe('pass');
    expect(decided({ estimate: 8, low: 5.1, high: 11, over: 'day' }).status).toBe('fail');
    expect(decided({ estimate: 4, low: 2, high: 6, over: 'day' }).status).toBe('inconclusive');
  });

  it('is open for as many more hours as its interval needs to leave the limit', () => {
    // Half of it is 2 and must be 1: 20 h · 2^(2/3) = 31.7 h.
    expect(decided({ estimate: 4, low: 2, high: 6, over: 'day' }).why).toMatch(/6 %; about 12 h more would settle it$/);
    expect(decided({ estimate: 6, low: 4, high: 8, over: 'day' }).why).toMatch(/8 %; about 12 h more would settle it$/);
  });

  it('of all hours grows with them: what is just below the limit will be above it', () => {
    // After t times as long 4 t − 5 is more than 2 / √t from t = 1.65 on.
    expect(decided({ estimate: 4, low: 2, high: 6, over: 'span' }).why).toMatch(/about 13 h more would settle it$/);
  });

  it('is hardly ever settled next to the limit', () => {
    expect(decided({ estimate: 4.99, low: 2, high: 8, over: 'day' }).why).toMatch(/hardly settle it$/);
  });
});
