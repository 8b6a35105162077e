import { describe, expect, it } from 'vitest';
import { correlatedNoise, normalNoise } from '../../../tests/support/noise.ts';
import { median } from '../order-statistics.ts';
import { correlationBesideSteps, NoiseGrid } from './noise-fit.ts';

const COUNT = 288;
const level = new Float64Array(COUNT).fill(1);
const measured = (values: Float64Array) => ({ values, distances: new Float64Array(COUNT).fill(1), rounding: 1e-10 });
const seeds = Array.from({ length: 25 }, (_, at) => at + 1);

function autoregression(seed: number, correlation: number, white = 0): Float64Array {
  const slow = correlatedNoise(seed, correlation);
  const fast = normalNoise(seed + 1000);
  return Float64Array.from({ length: COUNT }, () => slow() + white * fast());
}

describe('the noise of a series', () => {
  it.each([0, 0.4, 0.8])(
    'has its correlation of %f found, and no jump of level passes for correlation',
    (correlation) => {
      const plain = seeds.map((seed) => correlationBesideSteps(autoregression(seed, correlation)));
      const stepped = seeds.map((seed) =>
        correlationBesideSteps(autoregression(seed, correlation).map((value, at) => value + (at < 100 ? 0 : 50))),
      );
      expect(Math.abs(median(plain) - correlation)).toBeLessThan(0.12);
      expect(Math.abs(median(stepped) - median(plain))).toBeLessThan(0.05);
    },
  );

  it('does not take a line for correlation', () => {
    const growing = autoregression(1, 0).map((value, at) => value + 30 * at);
    expect(correlationBesideSteps(growing)).toBeLessThan(0.25);
  });

  it('is told apart from readings that err each by itself', () => {
    const start = { correlation: 0, whiteRatio: 0 };
    const pure = seeds.map((seed) => new NoiseGrid(measured(autoregression(seed, 0.9)), [level]).fit([], start));
    const mixed = seeds.map((seed) => new NoiseGrid(measured(autoregression(seed, 0.9, 1.2)), [level]).fit([], start));
    expect(median(pure.map(({ correlation }) => correlation))).toBeCloseTo(0.9, 1);
    expect(median(pure.map(({ whiteRatio }) => whiteRatio))).toBe(0);
    expect(median(mixed.map(({ correlation }) => correlation))).toBeGreaterThanOrEqual(0.8);
    expect(median(mixed.map(({ whiteRatio }) => whiteRatio))).toBeCloseTo(1.5, 1);
  });
});
