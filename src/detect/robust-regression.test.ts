import { describe, expect, it } from 'vitest';
import { correlatedNoise, normalNoise } from '../../tests/support/noise.ts';
import { robustRegression } from './robust-regression.ts';

const ones = (n: number): number[] => new Array<number>(n).fill(1);
const time = (n: number): number[] => Array.from({ length: n }, (_, at) => at);

describe('robust regression', () => {
  it('finds an exact line exactly', () => {
    const fit = robustRegression(
      time(30).map((t) => 5 + 2 * t),
      [ones(30), time(30)],
    );
    expect(fit?.coefficients[0]?.value).toBeCloseTo(5, 8);
    expect(fit?.coefficients[1]?.value).toBeCloseTo(2, 8);
    expect(fit?.coefficients[1]?.pValue).toBeLessThan(1e-6);
  });

  it('is not turned by one reading in ten that is far off', () => {
    const noise = normalNoise(1);
    const y = time(100).map((t) => 50 + 0.1 * t + 0.2 * noise() + (t > 80 && t % 2 === 0 ? 40 : 0));
    const fit = robustRegression(y, [ones(100), time(100)]);
    expect(fit?.coefficients[1]?.value).toBeCloseTo(0.1, 1);
    expect(fit?.coefficients[1]?.value).toBeLessThan(0.12);
  });

  it('refuses columns that say the same, and too few observations', () => {
    expect(robustRegression(time(20), [ones(20), time(20), time(20)])).toBeNull();
    expect(robustRegression(time(20), [ones(20), new Array<number>(20).fill(0)])).toBeNull();
    expect(robustRegression([1, 2, 3], [ones(3), time(3)])).toBeNull();
  });

  it.each([
    { correlation: 0, n: 24 },
    { correlation: 0, n: 144 },
    { correlation: 0.5, n: 144 },
    { correlation: 0.8, n: 144 },
    { correlation: 0.9, n: 144 },
    { correlation: 0.5, n: 24 },
  ])('covers the true slope about as often as it says, correlation $correlation, $n points', ({ correlation, n }) => {
    const runs = 400;
    let covered = 0;
    for (let seed = 0; seed < runs; seed++) {
      const noise = correlatedNoise(seed * 7 + 1, correlation);
      const slope = robustRegression(
        time(n).map((t) => 10 + 0.05 * t + noise()),
        [ones(n), time(n)],
      )?.coefficients[1];
      if (slope !== undefined && slope.low <= 0.05 && 0.05 <= slope.high) covered++;
    }
    expect(covered / runs).toBeGreaterThanOrEqual(0.9);
  });
});
