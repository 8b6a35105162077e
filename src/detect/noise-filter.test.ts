import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NoiseFilter } from './noise-filter.ts';
import { dot } from './vectors.ts';

const evenly = (count: number): Float64Array => new Float64Array(count).fill(1);
const stepFrom = (count: number, at: number): Float64Array => new Float64Array(count).fill(1, at);

const noises = fc.record({
  correlation: fc.double({ min: 0, max: 0.98, noNaN: true }),
  whiteRatio: fc.double({ min: 0, max: 8, noNaN: true }),
});
const columns = fc.integer({ min: 2, max: 40 }).chain((count) =>
  fc.record({
    distances: fc.array(fc.double({ min: 0.5, max: 9, noNaN: true }), { minLength: count, maxLength: count }),
    column: fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: count, maxLength: count }),
  }),
);

describe('the filter that whitens noise', () => {
  it('takes from each point of an autoregression what the one before predicts', () => {
    const filter = new NoiseFilter(evenly(3), { correlation: 0.8, whiteRatio: 0 });
    const white = filter.whiten(Float64Array.of(2, 3, 1));
    expect(white[0]).toBeCloseTo(2, 12);
    expect(white[1]).toBeCloseTo((3 - 0.8 * 2) / 0.6, 12);
    expect(white[2]).toBeCloseTo((1 - 0.8 * 3) / 0.6, 12);
    expect(filter.logDeterminant).toBeCloseTo(2 * Math.log(0.36), 12);
  });

  it('expects less of a point after a gap', () => {
    const filter = new NoiseFilter(Float64Array.of(3, 1), { correlation: 0.8, whiteRatio: 0 });
    expect(filter.whiten(Float64Array.of(2, 3))[1]).toBeCloseTo((3 - 0.8 ** 3 * 2) / Math.sqrt(1 - 0.8 ** 6), 12);
  });

  it('has the covariance that the noise says: white part on the diagonal, slow part by distance', () => {
    const noise = { correlation: 0.7, whiteRatio: 0.5 };
    const filter = new NoiseFilter(evenly(3), noise);
    const unit = [0, 1, 2].map((at) => filter.whiten(Float64Array.from([0, 1, 2], (other) => (other === at ? 1 : 0))));
    // Precision of the whitened columns times the covariance is the identity.
    const covariance = [0, 1, 2].map((row) =>
      [0, 1, 2].map((column) => 0.7 ** Math.abs(row - column) + (row === column ? 0.5 : 0)),
    );
    for (const [row, first] of unit.entries())
      for (let column = 0; column < 3; column++) {
        const product = unit.reduce((sum, other, at) => sum + dot(first, other) * (covariance[at]?.[column] ?? 0), 0);
        expect(product).toBeCloseTo(row === column ? 1 : 0, 12);
      }
  });

  it('knows the products with all steps and their lengths without whitening each', () => {
    fc.assert(
      fc.property(noises, columns, (noise, { distances, column }) => {
        const filter = new NoiseFilter(Float64Array.from(distances), noise);
        const white = Float64Array.from(column);
        const products = filter.productsWithSteps(white);
        const lengths = filter.squaredLengthsOfSteps();
        for (let at = 0; at < column.length; at++) {
          const step = filter.whiten(stepFrom(column.length, at));
          expect(products[at]).toBeCloseTo(dot(step, white), 8);
          expect(lengths[at]).toBeCloseTo(dot(step, step), 8);
        }
        const impulses = column.map((_, at) => filter.whiten(stepFrom(column.length, at).fill(0, at + 1)));
        const energy = impulses.reduce((sum, impulse) => sum + dot(impulse, impulse), 0);
        expect(filter.energyOfWhiteNoise()).toBeCloseTo(energy, 7);
      }),
    );
  });
});
