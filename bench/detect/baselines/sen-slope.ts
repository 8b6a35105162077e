/** Sen, P. K. (1968), "Estimates of the regression coefficient based on Kendall's tau", JASA 63: the median of all slopes. */
import type { Growth } from '../detector.ts';
import { medianOf } from '../moment.ts';
import { type Bins, binned } from './bins.ts';

const Z_95 = 1.959964;

/** Slopes of all pairs, ascending, in units an hour. */
export function pairSlopes({ hours, values }: Bins): Float64Array {
  const slopes: number[] = [];
  for (const [later, value] of values.entries()) {
    for (let earlier = 0; earlier < later; earlier += 1) {
      slopes.push((value - (values[earlier] ?? 0)) / ((hours[later] ?? 0) - (hours[earlier] ?? 0)));
    }
  }
  return Float64Array.from(slopes).sort();
}

/**
 * Growth by the slope over hourly means, relative to Sen's line at the start (its intercept goes through the medians),
 * with Sen's interval from the variance of Kendall's S (`varianceFactor` widens it for serial dependence).
 */
export function senGrowth(hours: Float64Array, values: Float64Array, varianceFactor = 1): Growth | null {
  const hourly = binned(hours, values, 60);
  const count = hourly.values.length;
  const slopes = pairSlopes(hourly);
  if (count < 4) return null;
  const slope = medianOf(slopes);
  const level = medianOf(hourly.values) - slope * medianOf(hourly.hours);
  if (!(level > 0)) return null;
  const half = Z_95 * Math.sqrt((varianceFactor * count * (count - 1) * (2 * count + 5)) / 18);
  const at = (rank: number) => slopes[Math.min(slopes.length - 1, Math.max(0, Math.round(rank)))] ?? slope;
  const percent = (perHour: number) => (100 * 24 * perHour) / level;
  return {
    estimate: percent(slope),
    low: percent(at((slopes.length - half) / 2 - 1)),
    high: percent(at((slopes.length + half) / 2)),
  };
}
