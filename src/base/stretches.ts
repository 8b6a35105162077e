/** A half-open stretch of time, Unix milliseconds. */
export interface Stretch {
  fromMs: number;
  untilMs: number;
}

/** The same time as ascending, disjoint, non-empty stretches. */
export function unionOf(stretches: readonly Stretch[]): Stretch[] {
  const sorted = stretches
    .filter(({ fromMs, untilMs }) => untilMs > fromMs)
    .toSorted((a, b) => a.fromMs - b.fromMs || a.untilMs - b.untilMs);
  const union: Stretch[] = [];
  for (const { fromMs, untilMs } of sorted) {
    const last = union.at(-1);
    if (last !== undefined && fromMs <= last.untilMs) last.untilMs = Math.max(last.untilMs, untilMs);
    else union.push({ fromMs, untilMs });
  }
  return union;
}

/** Time that is in both; both must be ascending and disjoint. */
export function intersectionOf(a: readonly Stretch[], b: readonly Stretch[]): Stretch[] {
  const common: Stretch[] = [];
  for (let i = 0, j = 0; ; ) {
    const left = a[i];
    const right = b[j];
    if (left === undefined || right === undefined) return common;
    const fromMs = Math.max(left.fromMs, right.fromMs);
    const untilMs = Math.min(left.untilMs, right.untilMs);
    if (untilMs > fromMs) common.push({ fromMs, untilMs });
    if (left.untilMs <= right.untilMs) i++;
    else j++;
  }
}

/** Time that is in `from` and not in `taken`; both must be ascending and disjoint. */
export function differenceOf(from: readonly Stretch[], taken: readonly Stretch[]): Stretch[] {
  const rest: Stretch[] = [];
  let at = 0;
  for (const { fromMs, untilMs } of from) {
    let cursor = fromMs;
    while (at < taken.length && (taken[at]?.untilMs ?? 0) <= cursor) at++;
    for (let next = at; next < taken.length; next++) {
      const cut = taken[next];
      if (cut === undefined || cut.fromMs >= untilMs) break;
      if (cut.fromMs > cursor) rest.push({ fromMs: cursor, untilMs: cut.fromMs });
      cursor = Math.max(cursor, cut.untilMs);
    }
    if (cursor < untilMs) rest.push({ fromMs: cursor, untilMs });
  }
  return rest;
}

/** Milliseconds in all of them. */
export const lengthOf = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0);

/** Milliseconds of one stretch that lie in `stretches` (ascending, disjoint). */
export function overlapOf({ fromMs, untilMs }: Stretch, stretches: readonly Stretch[]): number {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stretches[middle]?.untilMs ?? 0) <= fromMs) low = middle + 1;
    else high = middle;
  }
  let sum = 0;
  for (let at = low; at < stretches.length; at++) {
    const stretch = stretches[at];
    if (stretch === undefined || stretch.fromMs >= untilMs) break;
    sum += Math.min(untilMs, stretch.untilMs) - Math.max(fromMs, stretch.fromMs);
  }
  return sum;
}

/** True when the instant lies in one of them (ascending, disjoint). */
export const contains = (stretches: readonly Stretch[], atMs: number): boolean =>
  overlapOf({ fromMs: atMs, untilMs: atMs + 1 }, stretches) > 0;
