/** Where a number goes from run to run: `rising` and `falling` at a level of 5 %, both sides. */
export interface RunOrderTrend {
  direction: 'rising' | 'falling' | 'none' | 'too_few';
  runs: number;
  /** Median change from one run to the next (Theil and Sen), in the number's unit; null for fewer than two. */
  perRun: number | null;
  /** Chance of an order at least as clear where there is no trend; null for too few. */
  probability: number | null;
}

const LEVEL = 0.05;
/** With four runs even a perfect order has a chance of 2 in 24. */
const LEAST_RUNS = 5;

/**
 * Mann and Kendall's test for a trend (Mann, Econometrica 13, 1945), exact without ties for up to 60 values, which nobody keeps
 * more of on a screen, in the normal approximation beyond and where values are equal; slope by Sen (JASA 63, 1968). The order of
 * runs counts, not the days between them.
 */
export function trendOverRuns(values: readonly number[]): RunOrderTrend {
  const { length: runs } = values;
  const slopes: number[] = [];
  let score = 0;
  let ties = 0;
  values.forEach((early, at) => {
    values.slice(at + 1).forEach((late, distance) => {
      score += Math.sign(late - early);
      if (late === early) ties++;
      slopes.push((late - early) / (distance + 1));
    });
  });
  const perRun = medianOf(slopes);
  if (runs < LEAST_RUNS) return { direction: 'too_few', runs, perRun, probability: null };
  const probability = ties === 0 && runs <= 60 ? exactChance(score, runs) : normalChance(score, values);
  const direction = probability > LEVEL || score === 0 ? 'none' : score > 0 ? 'rising' : 'falling';
  return { direction, runs, perRun, probability };
}

/** Of all orders of `count` values, the share whose score is at least as far from zero. */
function exactChance(score: number, count: number): number {
  // By the number of pairs out of order (Kendall, Rank Correlation Methods, §5.2): one more value adds 0 to n of them.
  let chances = [1];
  for (let n = 1; n < count; n++) {
    const next = new Array<number>(chances.length + n).fill(0);
    chances.forEach((chance, pairs) => {
      for (let more = 0; more <= n; more++) next[pairs + more] = (next[pairs + more] ?? 0) + chance / (n + 1);
    });
    chances = next;
  }
  const most = (count * (count - 1)) / 2;
  return Math.min(
    1,
    chances.reduce((sum, chance, pairs) => (Math.abs(most - 2 * pairs) >= Math.abs(score) ? sum + chance : sum), 0),
  );
}

/** With the variance that ties leave and a correction for continuity. */
function normalChance(score: number, values: readonly number[]): number {
  const n = values.length;
  const groups = [...Map.groupBy(values, (value) => value).values()].map(({ length }) => length);
  const term = (k: number): number => k * (k - 1) * (2 * k + 5);
  const variance = (term(n) - groups.reduce((sum, k) => sum + term(k), 0)) / 18;
  if (variance <= 0) return 1;
  const z = Math.max(0, Math.abs(score) - 1) / Math.sqrt(variance);
  return 2 * upperTail(z);
}

/** Abramowitz and Stegun 26.2.17, within 7.5e-8. */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const series = [0.319_381_53, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
  return density * series.reduceRight((sum, factor) => (sum + factor) * t, 0);
}

function medianOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? high)) / 2;
}
