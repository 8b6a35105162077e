/**
 * Linear backward regression: Jindal et al. (2021), "Online memory leak detection in the cloud-based infrastructures"
 * (arXiv 2101.09799, algorithm 1): lines through windows that reach back from now; a rising one with R² of at least 0.8
 * is a call. Five-minute means; windows of six hours and more, each three hours longer.
 */
import { askedEveryHour, type Detector, type Growth } from '../detector.ts';
import { type Bins, binned, countBefore } from './bins.ts';

const BIN_MINUTES = 5;
const LEAST_HOURS = 6;
const LONGER_BY_HOURS = 3;
const LEAST_R_SQUARED = 0.8;
const LEAST_BINS = 12;

export const backwardRegression: Detector = {
  name: 'regression R² ≥ 0.8',
  judge: (trace) =>
    trace.series.map(({ name, values }) => {
      const bins = binned(trace.hours, values, BIN_MINUTES);
      const lineOf = linesIn(bins);
      return {
        name,
        ...askedEveryHour(trace.lengthHours, (hour) => {
          const end = countBefore(bins.hours, hour);
          for (let back = LEAST_HOURS; back <= hour; back += LONGER_BY_HOURS) {
            const line = lineOf(countBefore(bins.hours, hour - back), end);
            if (line !== null && line.slope > 0 && line.rSquared >= LEAST_R_SQUARED) return true;
          }
          return false;
        }),
        percentPer24h: growthOf(lineOf(0, bins.values.length)),
      };
    }),
};

export interface Line {
  slope: number;
  /** Value at hour 0 of the run. */
  intercept: number;
  slopeError: number;
  rSquared: number;
}

/** Least squares through any stretch of bins in constant time, from running sums. */
export function linesIn({ hours, values }: Bins): (from: number, to: number) => Line | null {
  // Sums of products lose digits where the values are large and vary little: centre them first.
  const middle = values[0] ?? 0;
  const running = { x: [0], y: [0], xx: [0], xy: [0], yy: [0] };
  for (const [index, value] of values.entries()) {
    const [x, y] = [hours[index] ?? 0, value - middle];
    running.x.push((running.x[index] ?? 0) + x);
    running.y.push((running.y[index] ?? 0) + y);
    running.xx.push((running.xx[index] ?? 0) + x * x);
    running.xy.push((running.xy[index] ?? 0) + x * y);
    running.yy.push((running.yy[index] ?? 0) + y * y);
  }
  return (from, to) => {
    const count = to - from;
    if (count < LEAST_BINS) return null;
    const over = (sums: readonly number[]) => (sums[to] ?? 0) - (sums[from] ?? 0);
    const [x, y] = [over(running.x), over(running.y)];
    const xx = over(running.xx) - (x * x) / count;
    const xy = over(running.xy) - (x * y) / count;
    const yy = over(running.yy) - (y * y) / count;
    if (!(xx > 0) || !(yy > 0)) return null;
    const slope = xy / xx;
    const rSquared = (xy * xy) / (xx * yy);
    const slopeError = Math.sqrt(Math.max(0, yy * (1 - rSquared)) / (count - 2) / xx);
    return { slope, intercept: middle + (y - slope * x) / count, slopeError, rSquared };
  };
}

function growthOf(line: Line | null): Growth | null {
  if (line === null || !(line.intercept > 0)) return null;
  const percent = (perHour: number) => (100 * 24 * perHour) / line.intercept;
  return {
    estimate: percent(line.slope),
    low: percent(line.slope - 1.96 * line.slopeError),
    high: percent(line.slope + 1.96 * line.slopeError),
  };
}
