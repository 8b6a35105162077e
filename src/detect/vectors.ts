/** Sum of products over the shorter of the two. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

/** Adds `factor` times `source` to `target`, in place. */
export function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let at = 0; at < target.length; at++) target[at] = (target[at] ?? 0) + factor * (source[at] ?? 0);
}

/** A new array of `length` values, one for each place. */
export function generate(length: number, value: (at: number) => number): Float64Array {
  const made = new Float64Array(length);
  for (let at = 0; at < length; at++) made[at] = value(at);
  return made;
}

/** Value below which `share` of the finite values lie (nearest rank); NaN when there is none. Leaves its input alone. */
export function quantileOf(values: ArrayLike<number>, share: number): number {
  const finite = new Float64Array(values.length);
  let count = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? Number.NaN;
    if (Number.isFinite(value)) finite[count++] = value;
  }
  if (count === 0) return Number.NaN;
  const sorted = finite.subarray(0, count).sort();
  return sorted[Math.min(count - 1, Math.max(0, Math.floor(share * count)))] ?? Number.NaN;
}

/** Median absolute deviation from `centre`, as the standard deviation of a normal distribution that has it. */
export function robustSpread(values: ArrayLike<number>, centre: number): number {
  return (
    1.4826 *
    quantileOf(
      generate(values.length, (at) => Math.abs((values[at] ?? Number.NaN) - centre)),
      0.5,
    )
  );
}
