/**
 * Binary segmentation for changes of the mean: Scott and Knott (1974), Biometrics 30, with a penalty of 3 ln n (the
 * modified BIC of Zhang and Siegmund 2007, as in R's `changepoint`). The noise is measured by the median absolute difference of
 * neighbours. It finds change points and says nothing about leaks.
 */
import type { Detector } from '../detector.ts';
import { medianOf } from '../moment.ts';

const LEAST_LENGTH = 3;
/** As the default of R's `changepoint` package: at most five. */
const MOST = 5;

export const binarySegmentation: Detector = {
  name: 'binary segmentation',
  judge: (trace) =>
    trace.series.map(({ name }) => ({ name, firstCalledHour: null, calledAtEnd: false, percentPer24h: null })),
  changePoints: (trace) =>
    trace.series.map(({ name, values }) => {
      const hours = trace.hours.filter((_, index) => !Number.isNaN(values[index] ?? Number.NaN));
      const found = changesOfMean(values.filter((value) => !Number.isNaN(value)));
      return { name, hours: found.map((index) => hours[index] ?? 0) };
    }),
};

/** Indices at which a new level begins, ascending. */
export function changesOfMean(values: Float64Array): number[] {
  const steps = values.slice(1).map((value, index) => Math.abs(value - (values[index] ?? 0)));
  // 0.6745 · √2: the median absolute difference of independent normal neighbours in standard deviations.
  const noise = medianOf(steps) / 0.9539;
  if (!(noise > 0)) return [];
  const sums = [0];
  for (const [index, value] of values.entries()) sums.push((sums[index] ?? 0) + value / noise);
  const penalty = 3 * Math.log(values.length);
  const found: number[] = [];
  const open = [bestSplit(sums, 0, values.length)];
  while (found.length < MOST) {
    open.sort((a, b) => a.gain - b.gain);
    const best = open.pop();
    if (best === undefined || best.gain < penalty) break;
    found.push(best.at);
    open.push(bestSplit(sums, best.from, best.at), bestSplit(sums, best.at, best.to));
  }
  return found.sort((a, b) => a - b);
}

interface Split {
  from: number;
  to: number;
  at: number;
  /** How much smaller the sum of squares becomes, in units of the noise's variance. */
  gain: number;
}

function bestSplit(sums: readonly number[], from: number, to: number): Split {
  const part = (a: number, b: number) => ((sums[b] ?? 0) - (sums[a] ?? 0)) ** 2 / (b - a);
  let best: Split = { from, to, at: from, gain: 0 };
  for (let at = from + LEAST_LENGTH; at <= to - LEAST_LENGTH; at += 1) {
    const gain = part(from, at) + part(at, to) - part(from, to);
    if (gain > best.gain) best = { from, to, at, gain };
  }
  return best;
}
