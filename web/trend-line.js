/** A fitted line at the instants of a grid. */

/** @typedef {import('../src/verdict/trend-line.ts').TrendPoint} TrendPoint */

/**
 * Between the corners of a line that the daemon fitted; null where it says nothing.
 * @param {readonly TrendPoint[]} line
 * @param {readonly number[]} instantsS in order
 * @returns {{ value: (number | null)[], low: (number | null)[], high: (number | null)[] }}
 */
export function lineAt(line, instantsS) {
  const value = instantsS.map(() => /** @type {number | null} */ (null));
  const low = [...value];
  const high = [...value];
  let corner = 0;
  instantsS.forEach((atS, place) => {
    const atMs = atS * 1000;
    while (corner + 1 < line.length && (line[corner + 1]?.atMs ?? 0) < atMs) corner++;
    const [left, right] = [line[corner], line[corner + 1]];
    if (left === undefined || right === undefined || atMs < left.atMs || atMs > right.atMs) return;
    const share = right.atMs === left.atMs ? 1 : (atMs - left.atMs) / (right.atMs - left.atMs);
    const between = (/** @type {number | null} */ from, /** @type {number | null} */ to) =>
      from === null || to === null ? null : from + share * (to - from);
    value[place] = between(left.value, right.value);
    low[place] = between(left.low, right.low);
    high[place] = between(left.high, right.high);
  });
  return { value, low, high };
}
