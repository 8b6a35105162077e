/** Middle value; the mean of the two middle ones for an even count. NaN for none. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/**
 * Mean of the values between two ranks, as shares of the count: low ranks follow the floors of a sawtooth
 * without hanging on the single lowest value. NaN for none.
 */
export function meanOfRanks(values: readonly number[], from: number, until: number): number {
  const sorted = Float64Array.from(values).sort();
  const first = Math.min(sorted.length - 1, Math.floor(from * sorted.length));
  const last = Math.max(first + 1, Math.ceil(until * sorted.length));
  const inside = sorted.subarray(first, last);
  return inside.reduce((sum, value) => sum + value, 0) / inside.length;
}
