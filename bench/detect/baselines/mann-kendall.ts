/**
 * Mann-Kendall trend test on every reading: Mann (1945), Econometrica 13; Kendall (1975), Rank Correlation Methods, with
 * the correction for ties. A rising trend at the two-sided 5 % level is a call. S is kept up reading by reading with a
 * tree of counts (Fenwick 1994), so that being asked at every hour of the run costs O(n log n) in all.
 */
import { askedEveryHour, type Detector } from '../detector.ts';
import { countBefore } from './bins.ts';
import { senGrowth } from './sen-slope.ts';

const Z_95 = 1.959964;
/** pyMannKendall takes any length; below ten readings the normal approximation does not hold (Kendall 1975). */
const LEAST_READINGS = 10;

export const mannKendall: Detector = {
  name: 'mann-kendall',
  judge: (trace) =>
    trace.series.map(({ name, values }) => {
      const present = trace.hours.map((_, index) => (Number.isNaN(values[index] ?? Number.NaN) ? 0 : 1));
      const hours = trace.hours.filter((_, index) => present[index] === 1);
      const scores = mannKendallScores(values.filter((value) => !Number.isNaN(value)));
      return {
        name,
        ...askedEveryHour(trace.lengthHours, (hour) => {
          const count = countBefore(hours, hour);
          return count >= LEAST_READINGS && (scores[count - 1] ?? 0) > Z_95;
        }),
        percentPer24h: senGrowth(trace.hours, values),
      };
    }),
};

/** The normal score of the test after each value; above 0 for a rising trend. */
export function mannKendallScores(values: Float64Array): Float64Array {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const ranks = new Map(sorted.map((value, index) => [value, index + 1]));
  const tree = new Float64Array(sorted.length + 1);
  const repeats = new Float64Array(sorted.length + 1);
  let statistic = 0;
  let ties = 0;
  return values.map((value, before) => {
    const rank = ranks.get(value) ?? 0;
    const lower = countUpTo(tree, rank - 1);
    const same = repeats[rank] ?? 0;
    statistic += lower - (before - lower - same);
    ties += tieTerm(same + 1) - tieTerm(same);
    repeats[rank] = same + 1;
    addAt(tree, rank);
    return kendallScore(statistic, before + 1, ties);
  });
}

/** The score of a sum S of `count` values, with the continuity correction. `ties` is the sum of t(t − 1)(2t + 5). */
export function kendallScore(statistic: number, count: number, ties: number, varianceFactor = 1): number {
  const variance = (varianceFactor * (count * (count - 1) * (2 * count + 5) - ties)) / 18;
  return variance > 0 ? (statistic - Math.sign(statistic)) / Math.sqrt(variance) : 0;
}

export function tieTerm(repeats: number): number {
  return repeats * (repeats - 1) * (2 * repeats + 5);
}

function addAt(tree: Float64Array, rank: number): void {
  for (let node = rank; node < tree.length; node += node & -node) tree[node] = (tree[node] ?? 0) + 1;
}

function countUpTo(tree: Float64Array, rank: number): number {
  let count = 0;
  for (let node = rank; node > 0; node -= node & -node) count += tree[node] ?? 0;
  return count;
}
