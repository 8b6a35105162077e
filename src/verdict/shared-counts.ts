import type { WindowRow } from '../store/store.ts';

type Cell = WindowRow['requests'][number];
type Check = WindowRow['checks'][number];

/**
 * One object for all counts that are alike. A soak of 72 hours has half a million of them, but each name has only so many
 * different counts a window: kept once, they take a few megabytes instead of a hundred and more.
 */
export class SharedCounts {
  /** By name, then by count; those with the same count differ in outcome, status or error. */
  readonly #cells = new Map<string, Map<number, Cell[]>>();
  readonly #checks = new Map<string, Map<number, Check[]>>();

  /** The same window with shared counts; what is returned may not be changed. */
  share(window: WindowRow): WindowRow {
    return {
      ...window,
      requests: window.requests.map((cell) => one(this.#cells, cell.name, cell.count, cell, sameCell)),
      checks: window.checks.map((check) => one(this.#checks, check.name, check.passes, check, sameCheck)),
    };
  }
}

/** The first that was seen of those that are the same. */
function one<T>(
  seen: Map<string, Map<number, T[]>>,
  name: string,
  count: number,
  item: T,
  same: (a: T, b: T) => boolean,
): T {
  let byCount = seen.get(name);
  if (byCount === undefined) {
    byCount = new Map();
    seen.set(name, byCount);
  }
  const alike = byCount.get(count);
  if (alike === undefined) {
    byCount.set(count, [item]);
    return item;
  }
  const known = alike.find((other) => same(other, item));
  if (known === undefined) alike.push(item);
  return known ?? item;
}

/** Of the same name and count. */
const sameCell = (a: Cell, b: Cell): boolean =>
  a.outcome === b.outcome &&
  a.scenario === b.scenario &&
  sameRecord(a.statuses, b.statuses) &&
  sameRecord(a.errorCodes, b.errorCodes);

/** Of the same name and passes. */
const sameCheck = (a: Check, b: Check): boolean => a.fails === b.fails;

function sameRecord(a: Record<string, number>, b: Record<string, number>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
