import { studentQuantile, studentTwoSided } from './distributions.ts';
import { median } from './order-statistics.ts';

export interface Estimate {
  value: number;
  standardError: number;
  /** 95 % interval. */
  low: number;
  high: number;
  /** Two-sided probability of so large a value where the true one is 0. */
  pValue: number;
}

export interface RobustFit {
  /** One for each column, in their order. */
  coefficients: Estimate[];
  residuals: number[];
  /** Robust standard deviation of the residuals. */
  scale: number;
  /** Huber weights in (0, 1]. */
  weights: number[];
  /** Observations that count after allowing for serial correlation. */
  effectiveObservations: number;
}

/** Huber's constant: 95 % efficiency where the noise is normal (Huber, Robust Statistics, 1981, §4). */
const HUBER_K = 1.345;
/** Median absolute deviation of a normal distribution, in standard deviations. */
const MAD_OF_NORMAL = 0.674_489_750_196_081_7;
const MAX_ITERATIONS = 50;
/** Residuals closer to a random walk than this cannot be told from one with a few hundred points. */
const MAX_CORRELATION = 0.97;
/** Beyond this the residuals say nothing about the noise any more, and Student's t is wide already. */
const MAX_DEGREES_FACTOR = 3;

/**
 * Linear regression that outliers cannot turn and serial correlation cannot flatter.
 *
 * - Fit: Huber's M-estimator by iteratively reweighted least squares, scale by the median absolute deviation.
 * - Errors: Newey and West (Econometrica 55, 1987) with the bandwidth of Andrews (Econometrica 59, 1991, AR(1) plug-in),
 *   applied to the scores of the M-estimator (Huber 1981, §6.3). Newey-West errors are known to be too small under strong
 *   correlation, so none is smaller than the ordinary one inflated by (1 + ρ) / (1 − ρ), with ρ freed from its bias
 *   towards zero (Marriott and Pope, Biometrika 41, 1954).
 * - Intervals: Student's t with the degrees of freedom of the effective number of observations.
 *
 * Observations are in order of time; `columns` includes the constant. Null when there are too few observations
 * or when a column is a combination of others.
 */
export function robustRegression(y: readonly number[], columns: readonly (readonly number[])[]): RobustFit | null {
  const n = y.length;
  const p = columns.length;
  if (p === 0 || n < p + 3) return null;
  const norms = columns.map((column) => Math.hypot(...column));
  if (norms.some((norm) => !(norm > 0))) return null;
  const x = columns.map((column, at) => column.map((value) => value / (norms[at] ?? 1)));

  let weights = new Array<number>(n).fill(1);
  let beta = weightedLeastSquares(y, x, weights);
  if (beta === null) return null;
  let residuals = residualsOf(y, x, beta);
  let scale = scaleOf(residuals, p);
  const magnitude = Math.hypot(...y) / Math.sqrt(n);
  const exact = magnitude * 1e-9;
  for (let iteration = 0; iteration < MAX_ITERATIONS && scale > exact; iteration++) {
    const cut = HUBER_K * scale;
    weights = residuals.map((residual) => Math.min(1, cut / Math.abs(residual)));
    const next: number[] | null = weightedLeastSquares(y, x, weights);
    if (next === null) return null;
    const moved = Math.max(...next.map((value, at) => Math.abs(value - (beta?.[at] ?? 0))));
    beta = next;
    residuals = residualsOf(y, x, beta);
    scale = scaleOf(residuals, p);
    if (moved < 1e-8 * Math.hypot(...beta)) break;
  }

  const { covariance, effectiveObservations } = errorsOf(residuals, x, scale, exact);
  if (covariance === null) return null;
  const degrees = Math.max(2, effectiveObservations - p);
  const quantile = studentQuantile(0.975, degrees);
  const coefficients = beta.map((scaled, at): Estimate => {
    const norm = norms[at] ?? 1;
    const value = scaled / norm;
    const standardError = Math.sqrt(Math.max(0, covariance[at] ?? 0)) / norm;
    const pValue = standardError === 0 ? (value === 0 ? 1 : 0) : studentTwoSided(value / standardError, degrees);
    return {
      value,
      standardError,
      low: value - quantile * standardError,
      high: value + quantile * standardError,
      pValue,
    };
  });
  return { coefficients, residuals, scale, weights, effectiveObservations };
}

/** Sum of weighted squares that a model leaves, for the choice between rivals; null when it cannot be fitted. */
export function weightedRest(
  y: readonly number[],
  columns: readonly (readonly number[])[],
  weights: readonly number[],
): number | null {
  const beta = weightedLeastSquares(y, columns, weights);
  if (beta === null) return null;
  return residualsOf(y, columns, beta).reduce((sum, residual, at) => sum + (weights[at] ?? 0) * residual * residual, 0);
}

function residualsOf(y: readonly number[], x: readonly (readonly number[])[], beta: readonly number[]): number[] {
  const residuals = [...y];
  for (let column = 0; column < x.length; column++) {
    const values = x[column] ?? [];
    const coefficient = beta[column] ?? 0;
    for (let at = 0; at < residuals.length; at++)
      residuals[at] = (residuals[at] ?? 0) - coefficient * (values[at] ?? 0);
  }
  return residuals;
}

const scaleOf = (residuals: readonly number[], parameters: number): number =>
  // Residuals of a fit with p parameters are too small by about this factor.
  (median(residuals.map(Math.abs)) / MAD_OF_NORMAL) * Math.sqrt(residuals.length / (residuals.length - parameters));

function weightedLeastSquares(
  y: readonly number[],
  x: readonly (readonly number[])[],
  weights: readonly number[],
): number[] | null {
  const p = x.length;
  const gram = x.map((row) => x.map((other) => weightedDot(row, other, weights)));
  const factor = cholesky(gram);
  if (factor === null) return null;
  const right = x.map((row) => weightedDot(row, y, weights));
  return solve(factor, right, p);
}

function weightedDot(a: readonly number[], b: readonly number[], weights: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0) * (weights[at] ?? 0);
  return sum;
}

/** Lower factor of a symmetric positive definite matrix; null when it is (nearly) singular. */
function cholesky(matrix: readonly (readonly number[])[]): number[][] | null {
  const p = matrix.length;
  const factor = matrix.map(() => new Array<number>(p).fill(0));
  for (let row = 0; row < p; row++) {
    const target = factor[row] ?? [];
    for (let column = 0; column <= row; column++) {
      const other = factor[column] ?? [];
      let sum = matrix[row]?.[column] ?? 0;
      for (let at = 0; at < column; at++) sum -= (target[at] ?? 0) * (other[at] ?? 0);
      if (row === column) {
        if (!(sum > 1e-10 * (matrix[row]?.[row] ?? 0))) return null;
        target[column] = Math.sqrt(sum);
      } else target[column] = sum / (other[column] ?? 1);
    }
  }
  return factor;
}

function solve(factor: readonly (readonly number[])[], right: readonly number[], p: number): number[] {
  const forward = [...right];
  for (let row = 0; row < p; row++) {
    let sum = forward[row] ?? 0;
    for (let at = 0; at < row; at++) sum -= (factor[row]?.[at] ?? 0) * (forward[at] ?? 0);
    forward[row] = sum / (factor[row]?.[row] ?? 1);
  }
  for (let row = p - 1; row >= 0; row--) {
    let sum = forward[row] ?? 0;
    for (let at = row + 1; at < p; at++) sum -= (factor[at]?.[row] ?? 0) * (forward[at] ?? 0);
    forward[row] = sum / (factor[row]?.[row] ?? 1);
  }
  return forward;
}

/** Variance of each coefficient. `exact`: residuals below it are rounding, the fit is perfect. */
function errorsOf(
  residuals: readonly number[],
  x: readonly (readonly number[])[],
  scale: number,
  exact: number,
): { covariance: number[] | null; effectiveObservations: number } {
  const n = residuals.length;
  const p = x.length;
  // More than half of the residuals may be 0 while a few are not: then nothing is clipped.
  const cut = scale > exact ? HUBER_K * scale : Number.POSITIVE_INFINITY;
  const scores = residuals.map((residual) => Math.max(-cut, Math.min(cut, residual)));
  const inner = residuals.filter((residual) => Math.abs(residual) <= cut).length / n;

  const factor = cholesky(x.map((row) => x.map((other) => weightedDot(row, other, new Array<number>(n).fill(1)))));
  if (factor === null) return { covariance: null, effectiveObservations: n };
  const inverse = x.map((_, column) =>
    solve(
      factor,
      x.map((_row, at) => (at === column ? 1 : 0)),
      p,
    ),
  );

  const rho = lagOneCorrelation(scores);
  const inflation = (1 + rho) / (1 - rho);
  const effectiveObservations = n / inflation;
  // A slow regressor takes p of the *effective* observations' freedom out of the residuals.
  const degreesFactor = Math.min(MAX_DEGREES_FACTOR, effectiveObservations / Math.max(1, effectiveObservations - p));
  const variance = (scores.reduce((sum, score) => sum + score * score, 0) / n) * degreesFactor;

  const bandwidth = andrewsBandwidth(rho, n);
  const covariance = inverse.map((row, coefficient) => {
    // Influence of each observation on this coefficient.
    const influence = scores.map((score, at) => {
      let sum = 0;
      for (let column = 0; column < p; column++) sum += (row[column] ?? 0) * (x[column]?.[at] ?? 0);
      return sum * score;
    });
    const longRun = neweyWest(influence, bandwidth) * degreesFactor;
    const floor = (row[coefficient] ?? 0) * variance * inflation;
    return Math.max(longRun, floor) / (inner * inner);
  });
  return { covariance, effectiveObservations };
}

/** Lag-one autocorrelation, freed to first order from its bias for residuals of a trend, in [0, 0.97]. */
function lagOneCorrelation(values: readonly number[]): number {
  let products = 0;
  let squares = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    squares += value * value;
    if (at > 0) products += value * (values[at - 1] ?? 0);
  }
  if (squares === 0) return 0;
  const raw = products / squares;
  return Math.min(MAX_CORRELATION, Math.max(0, raw + (2 + 4 * Math.max(0, raw)) / values.length));
}

/** Bandwidth of the Bartlett kernel for an AR(1) process (Andrews 1991, eq. 6.4), at most a quarter of the observations. */
function andrewsBandwidth(rho: number, n: number): number {
  const alpha = (4 * rho * rho) / ((1 - rho) ** 2 * (1 + rho) ** 2);
  return Math.min(Math.floor(n / 4), Math.ceil(1.1447 * (alpha * n) ** (1 / 3)));
}

/** Sum of the autocovariances with Bartlett weights: never negative (Newey and West 1987). */
function neweyWest(values: readonly number[], lags: number): number {
  let sum = 0;
  for (let lag = 0; lag <= lags; lag++) {
    let covariance = 0;
    for (let at = lag; at < values.length; at++) covariance += (values[at] ?? 0) * (values[at - lag] ?? 0);
    sum += (lag === 0 ? 1 : 2 * (1 - lag / (lags + 1))) * covariance;
  }
  return sum;
}
