/** Rows on a regular grid: one entry for each step, null where there is nothing. */
import { SoakdError } from '../base/errors.ts';

export interface Grid {
  /** A multiple of `stepMs` since the epoch. */
  fromMs: number;
  stepMs: number;
  /** Number of steps. */
  count: number;
}

/** More entries than this in one answer would hold up the event loop. */
export const MAX_GRID_STEPS = 30_000;
/** What a chart can show; a coarser step is chosen when none is asked for. */
const DEFAULT_STEPS = 2_000;
const NICE_STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600].map((s) => s * 1_000);

/**
 * The grid over [fromMs, untilMs) with steps of a multiple of `baseMs`: the one asked for, or the finest that stays
 * readable and is no finer than `leastMs`. Throws SoakdError `step_invalid` when the step is no multiple, or the answer
 * would be too long.
 */
export function gridOver(fromMs: number, untilMs: number, baseMs: number, askedMs?: number, leastMs = baseMs): Grid {
  const lengthMs = Math.max(0, untilMs - fromMs);
  const stepMs = askedMs ?? niceStep(Math.max(leastMs, lengthMs / DEFAULT_STEPS), baseMs);
  if (stepMs % baseMs !== 0) {
    throw stepInvalid(`${stepMs} ms is no multiple of ${baseMs} ms`, `what is stored has steps of ${baseMs} ms`);
  }
  const gridFromMs = Math.floor(fromMs / stepMs) * stepMs;
  const count = lengthMs === 0 ? 0 : Math.ceil((untilMs - gridFromMs) / stepMs);
  if (count > MAX_GRID_STEPS) {
    throw stepInvalid(
      `${count} steps are more than ${MAX_GRID_STEPS}`,
      `ask for a shorter stretch, or for a step of ${niceStep(lengthMs / MAX_GRID_STEPS, baseMs)} ms`,
    );
  }
  return { fromMs: gridFromMs, stepMs, count };
}

/** More numbers than this for each of min, mean, max and last would take the daemon's memory. */
const MAX_NUMBERS = 1_000_000;

/** Throws SoakdError `step_invalid` when so many series on this grid are too much for one answer. */
export function refuseTooMany({ stepMs, count }: Grid, series: number): void {
  if (count * series <= MAX_NUMBERS) return;
  throw stepInvalid(
    `${series} series of ${count} steps are more than ${MAX_NUMBERS} entries`,
    `name fewer series, or ask for a step of ${stepMs * Math.ceil((count * series) / MAX_NUMBERS)} ms`,
  );
}

function niceStep(leastMs: number, baseMs: number): number {
  const nice = NICE_STEPS_MS.find((ms) => ms >= leastMs && ms % baseMs === 0);
  return nice ?? Math.max(1, Math.ceil(leastMs / baseMs)) * baseMs;
}

/** Index of the step that holds the instant; null outside the grid. */
export function stepAt(grid: Grid, atMs: number): number | null {
  const index = Math.floor((atMs - grid.fromMs) / grid.stepMs);
  return index >= 0 && index < grid.count ? index : null;
}

/** A column of nulls. */
export const emptyColumn = (grid: Grid): (number | null)[] => new Array<number | null>(grid.count).fill(null);

/** Adds to one entry; the first value replaces null. */
export function addAt(column: (number | null)[], index: number, value: number): void {
  column[index] = (column[index] ?? 0) + value;
}

/** The columns that were asked for, rounded when that was asked for too: most of an answer is digits that no chart shows. */
export function picked<Name extends string>(
  columns: Record<Name, (number | null)[]>,
  names: readonly Name[],
  digits?: number,
): Partial<Record<Name, (number | null)[]>> {
  const rounded = (value: number | null): number | null =>
    value === null || digits === undefined ? value : Number(value.toPrecision(digits));
  const wanted: Partial<Record<Name, (number | null)[]>> = {};
  for (const name of names) wanted[name] = digits === undefined ? columns[name] : columns[name].map(rounded);
  return wanted;
}

const stepInvalid = (message: string, hint: string): SoakdError =>
  new SoakdError(message, { code: 'step_invalid', hint, httpStatus: 400 });
