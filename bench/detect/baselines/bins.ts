/** Means over bins of fixed length: what the baselines work on where every reading would cost too much. */

export interface Bins {
  /** Middle of each bin that has a value, in hours, and the mean in it. */
  hours: Float64Array;
  values: Float64Array;
}

export function binned(hours: Float64Array, values: Float64Array, binMinutes: number): Bins {
  const perHour = 60 / binMinutes;
  const sums = new Map<number, { sum: number; count: number }>();
  for (const [index, hour] of hours.entries()) {
    const value = values[index] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    const bin = Math.floor(hour * perHour + 1e-9);
    const kept = sums.get(bin) ?? { sum: 0, count: 0 };
    sums.set(bin, { sum: kept.sum + value, count: kept.count + 1 });
  }
  return {
    hours: Float64Array.from(sums.keys(), (bin) => (bin + 0.5) / perHour),
    values: Float64Array.from(sums.values(), ({ sum, count }) => sum / count),
  };
}

/** How many of ascending hours lie before an hour. */
export function countBefore(hours: Float64Array, hour: number): number {
  let [low, high] = [0, hours.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hours[middle] ?? Number.POSITIVE_INFINITY) < hour) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
