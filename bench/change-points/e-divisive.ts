/**
 * E-Divisive as Hunter and its heir Apache Otava run it, to stand beside: Matteson and James (JASA 109, 2014) for the
 * statistic, Fleming et al. (Hunter, ICPE 2023, §3) for windows, Student's t in place of permutations, and merging.
 * Reproduces Apache Otava on the cases of tests/fixtures/otava.json.
 */
import { studentTwoSided } from '../../src/detect/distributions.ts';

export interface EDivisiveOptions {
  window?: number;
  maxPValue?: number;
}

interface Split {
  index: number;
  pValue: number;
}

/** Places of the changes, with the p-value of each against its neighbouring segments. */
export function eDivisive(
  values: readonly number[],
  { window = 50, maxPValue = 0.001 }: EDivisiveOptions = {},
): Split[] {
  const weak = new Set<number>();
  // The first pass keeps what is significant at ten times the level; the merge decides.
  const weakPValue = maxPValue < 0.05 ? 10 * maxPValue : maxPValue;
  for (let start = 0; start < values.length; ) {
    const inside = divide(values.slice(start, start + window), weakPValue);
    for (const place of inside) weak.add(start + place);
    const last = inside.at(-1);
    start = Math.max(last === undefined ? 0 : start + last, start + Math.floor(window / 2));
  }
  const splits = [...weak].toSorted((a, b) => a - b).map((index): Split => ({ index, pValue: 1 }));
  const test = (at: number): void => {
    const split = splits[at];
    if (split === undefined) return;
    const before = values.slice(splits[at - 1]?.index ?? 0, split.index);
    const after = values.slice(split.index, splits[at + 1]?.index ?? values.length);
    split.pValue = pValueOf(before, after);
  };
  for (const at of splits.keys()) test(at);
  for (;;) {
    const weakest = splits.toSorted((a, b) => b.pValue - a.pValue)[0];
    if (weakest === undefined || weakest.pValue < maxPValue) return splits;
    const at = splits.indexOf(weakest);
    splits.splice(at, 1);
    // Otava tests the two that follow again; the one before keeps its p-value, though its segment grew.
    test(at);
    test(at + 1);
  }
}

/** Places at which the values divide, the most distinct division first, until one is not significant. */
function divide(values: readonly number[], maxPValue: number): number[] {
  const places: number[] = [];
  for (;;) {
    const bounds = [0, ...places, values.length];
    let best: { place: number; statistic: number; from: number; until: number } | null = null;
    for (let at = 0; at + 1 < bounds.length; at++) {
      const from = bounds[at] ?? 0;
      const until = bounds[at + 1] ?? 0;
      if (until - from < 2) continue;
      const { place, statistic } = mostDistinct(values.slice(from, until));
      if (best === null || statistic > best.statistic) best = { place: from + place, statistic, from, until };
    }
    if (best === null) return places;
    const pValue = pValueOf(values.slice(best.from, best.place), values.slice(best.place, best.until));
    if (!(pValue <= maxPValue)) return places;
    places.push(best.place);
    places.sort((a, b) => a - b);
  }
}

/** The division into a beginning and a stretch after it, which need not reach the end, with the largest energy distance. */
function mostDistinct(values: readonly number[]): { place: number; statistic: number } {
  const count = values.length;
  // sums[i][j]: distances of all pairs with one of the first i values and one of the first j.
  const sums = Array.from({ length: count + 1 }, () => new Float64Array(count + 1));
  for (let row = 1; row <= count; row++)
    for (let column = 1; column <= count; column++) {
      const distance = Math.abs((values[row - 1] ?? 0) - (values[column - 1] ?? 0));
      const above = sums[row - 1] ?? new Float64Array();
      const here = sums[row] ?? above;
      here[column] = distance + (here[column - 1] ?? 0) + (above[column] ?? 0) - (above[column - 1] ?? 0);
    }
  const sum = (row: number, column: number): number => sums[row]?.[column] ?? 0;
  let best = { place: 1, statistic: Number.NEGATIVE_INFINITY };
  for (let place = 1; place < count; place++)
    for (let end = place + 1; end <= count; end++) {
      const first = place;
      const second = end - place;
      const across = sum(place, end) - sum(place, place);
      const withinFirst = sum(place, place) / 2;
      const withinSecond = (sum(end, end) - 2 * sum(place, end) + sum(place, place)) / 2;
      const statistic =
        (2 / end) *
        (across -
          (first > 1 ? (second / (first - 1)) * withinFirst : 0) -
          (second > 1 ? (first / (second - 1)) * withinSecond : 0));
      if (statistic > best.statistic) best = { place, statistic };
    }
  return best;
}

/** Student's t for two samples of one variance, which Otava gives standard deviations over n, not n − 1. */
function pValueOf(first: readonly number[], second: readonly number[]): number {
  const degrees = first.length + second.length - 2;
  if (degrees <= 0) return 1;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = (values: readonly number[], middle: number): number =>
    values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length;
  const [left, right] = [mean(first), mean(second)];
  const pooled = ((first.length - 1) * spread(first, left) + (second.length - 1) * spread(second, right)) / degrees;
  const error = Math.sqrt(pooled * (1 / first.length + 1 / second.length));
  if (error === 0) return left === right ? 1 : 0;
  return studentTwoSided((left - right) / error, degrees);
}
