/**
 * Two runs at like load: within each bin of planned load the readings of the one against those of the other, the bins weighed
 * as the later run has them (direct standardisation). Readings that follow one another are alike, so fewer of them count.
 */
import type { AtLoad } from '../model/at-load.ts';
import { studentQuantile } from './distributions.ts';

/** In order of time. */
export interface ReadingAtLoad {
  load: number;
  value: number;
  weight: number;
}

/** More readings in the noise than bins; less has no noise to speak of. */
const LEAST_DEGREES = 3;
/** A noise that remembers more than this is a trend, of which no number of readings makes an average. */
const MOST_CORRELATION = 0.95;

/**
 * Means by load, and the noise around them: pooled variance, and the loss of information by first-order correlation,
 * (1 + r) / (1 − r) (Bayley and Hammersley, J. Roy. Stat. Soc. 8, 1946), with Kendall's correction of r for short series. null for too few readings.
 */
export function readingsAtLoad(readings: readonly ReadingAtLoad[]): AtLoad | null {
  const byLoad = Map.groupBy(readings, ({ load }) => load);
  const freedom = readings.length - byLoad.size;
  if (freedom < LEAST_DEGREES) return null;
  const bins = [...byLoad].map(([load, own]) => ({
    load,
    readings: own.length,
    mean: own.reduce((sum, { value }) => sum + value, 0) / own.length,
    weight: own.reduce((sum, { weight }) => sum + weight, 0),
  }));
  const meanAt = new Map(bins.map(({ load, mean }) => [load, mean]));
  const residuals = readings.map(({ load, value }) => value - (meanAt.get(load) ?? value));
  const squares = residuals.reduce((sum, one) => sum + one * one, 0);
  const products = residuals.reduce((sum, one, at) => sum + one * (residuals[at - 1] ?? 0), 0);
  const seen = squares === 0 ? 0 : products / squares;
  const correlation = Math.min(MOST_CORRELATION, Math.max(0, seen + (1 + 4 * seen) / readings.length));
  const inflation = squares === 0 ? 1 : (1 + correlation) / (1 - correlation);
  return {
    variance: squares / freedom,
    inflation,
    degrees: Math.max(1, freedom / inflation),
    bins: bins.toSorted((a, b) => a.load - b.load),
  };
}

export interface DifferenceAtLoad {
  /** Later less earlier, with a 95 % interval, in the unit of the readings. */
  estimate: number;
  low: number;
  high: number;
  /** Means over the loads that both had, weighed alike. */
  before: number;
  after: number;
  /** Share of the later run's weight at loads that the earlier one had too. */
  coverage: number;
}

/** null when no load is common. Interval by Welch and Satterthwaite (Biometrics Bulletin 2, 1946). */
export function differenceAtLikeLoad(after: AtLoad, before: AtLoad): DifferenceAtLoad | null {
  const known = new Map(before.bins.map((bin) => [bin.load, bin]));
  const common = after.bins.flatMap((bin) => {
    const other = known.get(bin.load);
    return other === undefined ? [] : [{ bin, other }];
  });
  const total = after.bins.reduce((sum, { weight }) => sum + weight, 0);
  const shared = common.reduce((sum, { bin }) => sum + bin.weight, 0);
  if (!(shared > 0)) return null;
  let meanAfter = 0;
  let meanBefore = 0;
  let noiseAfter = 0;
  let noiseBefore = 0;
  for (const { bin, other } of common) {
    const share = bin.weight / shared;
    meanAfter += share * bin.mean;
    meanBefore += share * other.mean;
    noiseAfter += (share * share * after.variance * after.inflation) / bin.readings;
    noiseBefore += (share * share * before.variance * before.inflation) / other.readings;
  }
  const noise = noiseAfter + noiseBefore;
  const degrees =
    noise === 0 ? 1 : (noise * noise) / (noiseAfter ** 2 / after.degrees + noiseBefore ** 2 / before.degrees);
  const spread = noise === 0 ? 0 : studentQuantile(0.975, degrees) * Math.sqrt(noise);
  // Readings that are all alike are alike after rounding.
  const half = Math.hypot(spread, (after.resolution ?? 0) + (before.resolution ?? 0));
  const estimate = meanAfter - meanBefore;
  return {
    ...{ estimate, low: estimate - half, high: estimate + half },
    ...{ before: meanBefore, after: meanAfter, coverage: shared / total },
  };
}

/** An estimate with its interval; an open side is null. */
export interface Estimated {
  value: number;
  low: number | null;
  high: number | null;
}

/**
 * `after − factor · before` with a 95 % interval from those of the two (MOVER: Zou and Donner, Statistics in Medicine 27, 2008).
 * A side whose part is open is open.
 */
export function contrastOf(after: Estimated, before: Estimated, factor: number): Estimated {
  const value = after.value - factor * before.value;
  const side = (own: number | null, other: number | null): number | null =>
    own === null || other === null ? null : Math.hypot(after.value - own, factor * (before.value - other));
  const down = side(after.low, before.high);
  const up = side(after.high, before.low);
  return { value, low: down === null ? null : value - down, high: up === null ? null : value + up };
}
