/**
 * Mann-Kendall with the variance corrected for serial dependence: Hamed and Rao (1998), "A modified Mann-Kendall trend
 * test for autocorrelated data", Journal of Hydrology 204. On five-minute means; the ranks are of what Sen's line leaves,
 * and only autocorrelations outside ±1.96/√n count, as in the paper.
 */
import { askedEveryHour, type Detector } from '../detector.ts';
import { medianOf } from '../moment.ts';
import { type Bins, binned, countBefore, meanOf } from './bins.ts';
import { mannKendallScores } from './mann-kendall.ts';
import { pairSlopes, senGrowth } from './sen-slope.ts';

const Z_95 = 1.959964;
const BIN_MINUTES = 5;
const LEAST_BINS = 10;

export const hamedRao: Detector = {
  name: 'hamed-rao',
  judge: (trace) =>
    trace.series.map(({ name, values }) => {
      const bins = binned(trace.hours, values, BIN_MINUTES);
      const hourly = binned(trace.hours, values, 60);
      const scores = mannKendallScores(bins.values);
      let factor = 1;
      return {
        name,
        ...askedEveryHour(trace.lengthHours, (hour) => {
          const count = countBefore(bins.hours, hour);
          const score = scores[count - 1] ?? 0;
          // The correction only ever matters where the plain test would call.
          if (count < LEAST_BINS || score <= Z_95) return false;
          factor = varianceFactor(until(bins, count), slopeOf(until(hourly, countBefore(hourly.hours, hour))));
          return score / Math.sqrt(factor) > Z_95;
        }),
        percentPer24h: senGrowth(trace.hours, values, factor),
      };
    }),
};

/** n/n* of the paper (equation 11): how much wider S scatters than it would for independent values. */
export function varianceFactor({ hours, values }: Bins, slopePerHour: number): number {
  const count = values.length;
  const ranks = ranksOf(values.map((value, index) => value - slopePerHour * (hours[index] ?? 0)));
  const mean = meanOf(ranks);
  const around = ranks.map((rank) => rank - mean);
  const power = around.reduce((sum, value) => sum + value * value, 0);
  if (power === 0) return 1;
  const bound = Z_95 / Math.sqrt(count);
  let sum = 0;
  for (let lag = 1; lag < count - 2; lag += 1) {
    let product = 0;
    for (let index = lag; index < count; index += 1) product += (around[index] ?? 0) * (around[index - lag] ?? 0);
    const correlation = product / power;
    if (Math.abs(correlation) > bound) sum += (count - lag) * (count - lag - 1) * (count - lag - 2) * correlation;
  }
  return Math.max(1e-3, 1 + (2 * sum) / (count * (count - 1) * (count - 2)));
}

/** Ranks from 1, equal values at the mean of their ranks. */
export function ranksOf(values: Float64Array): Float64Array {
  const order = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    const value = values[order[from] ?? 0];
    let to = from;
    while (to < order.length && values[order[to] ?? 0] === value) to += 1;
    for (const index of order.slice(from, to)) ranks[index] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/** Sen's slope over hourly means: the same line to a part in hundreds, at a fraction of the pairs. */
function slopeOf(hourly: Bins): number {
  return hourly.values.length < 2 ? 0 : medianOf(pairSlopes(hourly));
}

function until({ hours, values }: Bins, count: number): Bins {
  return { hours: hours.subarray(0, count), values: values.subarray(0, count) };
}
