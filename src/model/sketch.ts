/**
 * DDSketch with relative error 0.5 % (Masson, Rim, Lee: DDSketch, VLDB 2019). Buckets as in
 * sketches-go's logarithmic mapping: index floor(log_γ x), representative γ^index · (1 + α),
 * γ = (1 + α) / (1 − α); so sketches from Go and from here merge by adding counts.
 */
export const SKETCH_ALPHA = 0.005;
const GAMMA = (1 + SKETCH_ALPHA) / (1 - SKETCH_ALPHA);
const LOG_GAMMA = Math.log(GAMMA);
/** Smaller values count as zero: a nanosecond in milliseconds. */
const SMALLEST = 1e-6;

export interface Sketch {
  count: number;
  /** Zero and too small to matter. */
  zeros: number;
  negatives: number;
  sum: number;
  min: number | null;
  max: number | null;
  /** Counts of the buckets from `firstIndex` on. */
  firstIndex: number;
  bins: number[];
}

export const emptySketch = (): Sketch => ({
  count: 0,
  zeros: 0,
  negatives: 0,
  sum: 0,
  min: null,
  max: null,
  firstIndex: 0,
  bins: [],
});

/** Adds one value, `weight` times, in place. */
export function addToSketch(sketch: Sketch, value: number, weight = 1): void {
  sketch.count += weight;
  sketch.sum += value * weight;
  sketch.min = sketch.min === null ? value : Math.min(sketch.min, value);
  sketch.max = sketch.max === null ? value : Math.max(sketch.max, value);
  if (value < 0) sketch.negatives += weight;
  else if (value < SMALLEST) sketch.zeros += weight;
  else addToBin(sketch, Math.floor(Math.log(value) / LOG_GAMMA), weight);
}

function addToBin(sketch: Sketch, index: number, weight: number): void {
  if (sketch.bins.length === 0) sketch.firstIndex = index;
  while (index < sketch.firstIndex) {
    sketch.bins.unshift(0);
    sketch.firstIndex--;
  }
  const at = index - sketch.firstIndex;
  while (sketch.bins.length <= at) sketch.bins.push(0);
  sketch.bins[at] = (sketch.bins[at] ?? 0) + weight;
}

/** Adds all of `from` to `into`, in place: exact, whatever the order. */
export function mergeSketch(into: Sketch, from: Sketch): void {
  if (from.count === 0) return;
  into.count += from.count;
  into.zeros += from.zeros;
  into.negatives += from.negatives;
  into.sum += from.sum;
  if (from.min !== null) into.min = into.min === null ? from.min : Math.min(into.min, from.min);
  if (from.max !== null) into.max = into.max === null ? from.max : Math.max(into.max, from.max);
  from.bins.forEach((weight, at) => {
    if (weight > 0) addToBin(into, from.firstIndex + at, weight);
  });
}

/**
 * Value at `quantile` in [0, 1] (rank `quantile · (count − 1)`, lower), within 0.5 % of a true value of that rank;
 * null when empty. Negative values count as the smallest seen.
 */
export function quantileOf(sketch: Sketch, quantile: number): number | null {
  if (sketch.count === 0 || sketch.min === null || sketch.max === null) return null;
  const rank = Math.floor(quantile * (sketch.count - 1));
  let below = sketch.negatives;
  if (rank < below) return sketch.min;
  below += sketch.zeros;
  if (rank < below) return 0;
  for (let at = 0; at < sketch.bins.length; at++) {
    below += sketch.bins[at] ?? 0;
    if (rank < below) {
      const value = GAMMA ** (sketch.firstIndex + at) * (1 + SKETCH_ALPHA);
      return Math.min(sketch.max, Math.max(sketch.min, value));
    }
  }
  return sketch.max;
}
