import { chiSquareQuantile } from './distributions.ts';

/** Two-sided; an open side is null. */
export interface Interval {
  low: number | null;
  high: number | null;
}

/** 97.5 % quantile of the standard normal distribution. */
const Z = 1.959_963_984_540_054;

/**
 * 95 % interval of a share by Wilson's score method (E. B. Wilson, JASA 22, 1927; recommended by Brown, Cai,
 * DasGupta, Statistical Science 16, 2001). Both sides in [0, 1]; `trials` must be positive.
 */
export function wilsonInterval(successes: number, trials: number): { low: number; high: number } {
  const share = successes / trials;
  const spread = (Z * Z) / trials;
  const centre = share + spread / 2;
  const half = Z * Math.sqrt((share * (1 - share)) / trials + spread / (4 * trials));
  return {
    low: successes === 0 ? 0 : Math.max(0, (centre - half) / (1 + spread)),
    high: successes === trials ? 1 : Math.min(1, (centre + half) / (1 + spread)),
  };
}

/**
 * Ranks (as shares in [0, 1]) whose values enclose the `quantile` of the population with 95 % confidence: order
 * statistics and the binomial distribution in its normal approximation (Conover, Practical Nonparametric Statistics, §3.2).
 * A side is null when the sample is too small to bound it.
 */
export function quantileRanks(quantile: number, count: number): Interval {
  const half = Z * Math.sqrt(count * quantile * (1 - quantile));
  const low = count * quantile - half;
  const high = count * quantile + half;
  return {
    low: low < 0 ? null : Math.floor(low) / count,
    high: high > count - 1 ? null : Math.ceil(high) / count,
  };
}

/** Exact 95 % interval of a Poisson mean after `events` events (F. Garwood, Biometrika 28, 1936). */
export function poissonInterval(events: number): { low: number; high: number } {
  return {
    low: events === 0 ? 0 : chiSquareQuantile(0.025, 2 * events) / 2,
    high: chiSquareQuantile(0.975, 2 * events + 2) / 2,
  };
}

/**
 * Mean time between failures that is exceeded with 95 % confidence (one-sided) after `failures` failures in `uptime`,
 * in the unit of `uptime`: 2T / χ²(0.95; 2r + 2), the bound of a time-terminated test (MIL-HDBK-338B §5.7.1, Epstein 1960).
 */
export const mtbfLowerBound = (uptime: number, failures: number): number =>
  (2 * uptime) / chiSquareQuantile(0.95, 2 * failures + 2);

/** Upper side of the same, one-sided 95 %; null without a failure: nothing bounds it. */
export const mtbfUpperBound = (uptime: number, failures: number): number | null =>
  failures === 0 ? null : (2 * uptime) / chiSquareQuantile(0.05, 2 * failures);

/**
 * 95 % interval of the mean of `count` durations taken as exponential: 2Σ / χ² (Epstein 1960). Null for fewer than two.
 */
export function exponentialMeanInterval(sum: number, count: number): { low: number; high: number } | null {
  if (count < 2) return null;
  return {
    low: (2 * sum) / chiSquareQuantile(0.975, 2 * count),
    high: (2 * sum) / chiSquareQuantile(0.025, 2 * count),
  };
}
