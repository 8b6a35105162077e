import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { dot, generate } from '../vectors.ts';
import { Whitener } from './whitener.ts';

/** xᵀ V⁻¹ y with V written out: the definition that whitening must agree with. */
function generalisedProduct(
  observed: Uint8Array,
  phi: number,
  whiteRatio: number,
  x: Float64Array,
  y: Float64Array,
): number {
  const bins = [...observed.keys()].filter((bin) => observed[bin] === 1);
  const covariance = bins.map((a) => bins.map((b) => phi ** Math.abs(a - b) + (a === b ? whiteRatio : 0)));
  const right = bins.map((bin) => y[bin] ?? 0);
  // Gauss elimination without pivots: the matrix is positive definite.
  for (let row = 0; row < bins.length; row++) {
    const pivot = covariance[row] ?? [];
    for (let below = row + 1; below < bins.length; below++) {
      const target = covariance[below] ?? [];
      const factor = (target[row] ?? 0) / (pivot[row] ?? 1);
      for (let column = row; column < bins.length; column++)
        target[column] = (target[column] ?? 0) - factor * (pivot[column] ?? 0);
      right[below] = (right[below] ?? 0) - factor * (right[row] ?? 0);
    }
  }
  const solved = new Array<number>(bins.length).fill(0);
  for (let row = bins.length - 1; row >= 0; row--) {
    let sum = right[row] ?? 0;
    for (let column = row + 1; column < bins.length; column++)
      sum -= (covariance[row]?.[column] ?? 0) * (solved[column] ?? 0);
    solved[row] = sum / (covariance[row]?.[row] ?? 1);
  }
  return bins.reduce((sum, bin, at) => sum + (x[bin] ?? 0) * (solved[at] ?? 0), 0);
}

describe('whitening', () => {
  it.each([
    ['without gaps', 0],
    ['with gaps', 0.3],
  ])('makes ordinary products of generalised ones, %s', (_, missing) => {
    const random = seededRandom(11);
    const observed = Uint8Array.from({ length: 30 }, () => (random() < missing ? 0 : 1));
    const x = generate(30, () => random() - 0.5);
    const y = generate(30, () => random() - 0.5);
    for (const [phi, whiteRatio] of [
      [0.3, 6],
      [0.9, 0.3],
      [0.99, 0.02],
    ] as const) {
      const whitener = new Whitener(observed, { correlation: phi, whiteRatio });
      expect(dot(whitener.whiten(x), whitener.whiten(y))).toBeCloseTo(
        generalisedProduct(observed, phi, whiteRatio, x, y),
        8,
      );
    }
  });

  it('has one value for each observed bin', () => {
    const whitener = new Whitener(Uint8Array.of(1, 0, 1, 1, 0), { correlation: 0.5, whiteRatio: 1 });
    expect(whitener.count).toBe(3);
    expect(whitener.whiten(generate(5, (at) => at))).toHaveLength(3);
  });
});
