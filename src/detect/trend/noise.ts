import type { Noise } from '../noise-filter.ts';
import { Projection } from './projection.ts';
import { Whitener } from './whitener.ts';

/** Correlations of the slow part over half an hour: from hardly any to a day and more of memory. */
const PHI_OF_HALF_HOUR = [0.3, 0.6, 0.8, 0.9, 0.95, 0.975, 0.99];
const WHITE_RATIO = [0.02, 0.3, 1.5, 6];

/** Starting point, and what is assumed where there is too little to estimate it. */
export const usualNoise = (binHours: number): Noise => ({ correlation: 0.9 ** (2 * binHours), whiteRatio: 0.3 });

export interface FittedNoise {
  noise: Noise;
  /** Variance of the whitened residuals. */
  variance: number;
}

/**
 * Noise of `y` beside the given columns, by restricted maximum likelihood (Harville, JASA 72, 1977) on a small grid, from
 * `start` downhill. A weak prior ∝ φ³√(1 − φ²) keeps from the two ends: little data looks white, and a random walk would
 * explain any trend.
 */
export function fitNoise(
  observed: Uint8Array,
  y: Float64Array,
  columns: readonly Float64Array[],
  binHours: number,
  start: Noise,
): FittedNoise {
  const phis = PHI_OF_HALF_HOUR.map((phi) => phi ** (2 * binHours));
  const tried = new Map<number, { cost: number; variance: number }>();
  const tryAt = (row: number, column: number): { cost: number; variance: number } => {
    const key = row * WHITE_RATIO.length + column;
    const known = tried.get(key);
    if (known !== undefined) return known;
    const correlation = phis[row] ?? 0;
    const fitted = restrictedCost(observed, y, columns, { correlation, whiteRatio: WHITE_RATIO[column] ?? 1 });
    const halfHour = PHI_OF_HALF_HOUR[row] ?? 0.5;
    const prior = 3 * Math.log(halfHour) + 0.5 * Math.log(1 - halfHour * halfHour);
    const made = { cost: fitted.cost - 2 * prior, variance: fitted.variance };
    tried.set(key, made);
    return made;
  };
  let row = nearest(phis, start.correlation);
  let column = nearest(WHITE_RATIO, start.whiteRatio);
  for (;;) {
    const here = tryAt(row, column).cost;
    const neighbours = [
      [row + 1, column],
      [row - 1, column],
      [row, column + 1],
      [row, column - 1],
    ] as const;
    let best = here - 1e-9;
    let next: readonly [number, number] | null = null;
    for (const [r, c] of neighbours) {
      if (r < 0 || r >= phis.length || c < 0 || c >= WHITE_RATIO.length) continue;
      const { cost } = tryAt(r, c);
      if (cost < best) {
        best = cost;
        next = [r, c];
      }
    }
    if (next === null) break;
    [row, column] = next;
  }
  return {
    noise: { correlation: phis[row] ?? 0, whiteRatio: WHITE_RATIO[column] ?? 1 },
    variance: tryAt(row, column).variance,
  };
}

function restrictedCost(
  observed: Uint8Array,
  y: Float64Array,
  columns: readonly Float64Array[],
  noise: Noise,
): { cost: number; variance: number } {
  const whitener = new Whitener(observed, noise);
  const white = columns.map((column) => whitener.whiten(column));
  const projection = Projection.of(white, whitener.whiten(y));
  let logInformation = 0;
  for (let column = 0; column < white.length; column++) {
    const left = projection.left[column] ?? 0;
    if (projection.join(column)) logInformation += Math.log(left);
  }
  const degrees = Math.max(1, whitener.count - projection.members.length);
  const variance = Math.max(1e-300, projection.rest / degrees);
  return { cost: whitener.logDeterminant + degrees * Math.log(variance) + logInformation, variance };
}

function nearest(values: readonly number[], wanted: number): number {
  let best = 0;
  for (const [at, value] of values.entries())
    if (Math.abs(value - wanted) < Math.abs((values[best] ?? 0) - wanted)) best = at;
  return best;
}
