/** A reading; null where there was none. */
export interface Point {
  atMs: number;
  value: number | null;
}

/**
 * At most two points a column of time, its lowest and its highest in the order in which they came: no peak is lost, however
 * much is left out. A null stands where two readings lie farther apart than `stepMs` and a column explain.
 */
export function withExtremes(
  points: readonly Point[],
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
  columns: number,
  stepMs: number,
): Point[] {
  const columnMs = (untilMs - fromMs) / columns;
  const mostMs = 2.5 * Math.max(columnMs, stepMs);
  const kept: Point[] = [];
  let column = Number.NaN;
  let own: Reading[] = [];
  let lastMs: number | null = null;
  const close = (): void => {
    const [first, ...others] = own;
    if (first === undefined) return;
    const lowest = others.reduce((least, one) => (one.value < least.value ? one : least), first);
    const highest = others.reduce((most, one) => (one.value > most.value ? one : most), first);
    if (lastMs !== null && first.atMs - lastMs > mostMs) kept.push({ atMs: first.atMs, value: null });
    kept.push(...(lowest === highest ? [lowest] : [lowest, highest].toSorted((a, b) => a.atMs - b.atMs)));
    lastMs = own.at(-1)?.atMs ?? lastMs;
    own = [];
  };
  for (const { atMs, value } of points) {
    if (value === null || atMs < fromMs || atMs > untilMs) continue;
    const at = Math.min(columns - 1, Math.floor((atMs - fromMs) / columnMs));
    if (at !== column) close();
    column = at;
    own.push({ atMs, value });
  }
  close();
  return kept;
}

interface Reading {
  atMs: number;
  value: number;
}
