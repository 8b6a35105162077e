import { describe, expect, it } from 'vitest';
import { betaCdf, chiSquareQuantile, gammaCdf, logGamma, studentCdf, studentQuantile } from './distributions.ts';

describe('distributions', () => {
  it('agree with closed forms', () => {
    expect(logGamma(5)).toBeCloseTo(Math.log(24), 12);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
    for (const x of [0.01, 0.5, 1, 3, 12]) expect(gammaCdf(1, x)).toBeCloseTo(1 - Math.exp(-x), 12);
    for (const x of [0.1, 0.5, 0.9]) expect(betaCdf(1, 3, x)).toBeCloseTo(1 - (1 - x) ** 3, 12);
    // One degree of freedom is the Cauchy distribution.
    for (const t of [-3, -0.2, 0, 1, 8]) expect(studentCdf(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 12);
  });

  it('agree with printed tables', () => {
    expect(chiSquareQuantile(0.95, 1)).toBeCloseTo(3.8415, 4);
    expect(chiSquareQuantile(0.95, 2)).toBeCloseTo(5.9915, 4);
    expect(chiSquareQuantile(0.025, 10)).toBeCloseTo(3.247, 3);
    expect(chiSquareQuantile(0.99, 100)).toBeCloseTo(135.8067, 3);
    expect(studentQuantile(0.975, 3)).toBeCloseTo(3.1824, 4);
    expect(studentQuantile(0.975, 30)).toBeCloseTo(2.0423, 4);
    expect(studentQuantile(0.025, 1e6)).toBeCloseTo(-1.96, 3);
  });
});
