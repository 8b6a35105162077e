import { TIME_COLUMN } from './columns.ts';
import type { ProblemList } from './problem-list.ts';

/** Rows as they were read. */
export interface Rows {
  readonly timesMs: Float64Array;
  /** Line of each. */
  readonly lines: Float64Array;
  /** Values of each column but the time. */
  readonly columns: readonly Float64Array[];
}

/** A few rows may be written twice; where more disagree, two sources were written into one column. */
const MOST_CONTRADICTIONS = 0.005;

/** Rows in the order of time, and what is to be said of those that were not; null: nothing. */
export function sortedByTime(rows: Rows): { rows: Rows; note: string | null } {
  const late = rowsOutOfOrder(rows.timesMs);
  if (late.count === 0) return { rows, note: null };
  const many = late.count === 1 ? '1 row is' : `${late.count} rows are`;
  return {
    rows: inOrder(rows),
    note: `${many} earlier than the row before (first in line ${rows.lines[late.first]}): sorted by time`,
  };
}

/**
 * One row for each instant, from sorted rows: of several the cells that are not empty, and of those the last. A problem when many
 * contradict each other. The rows given are used up.
 */
export function joinedByTime(sorted: Rows, problems: ProblemList): { rows: Rows; note: string | null } {
  const { rows, contradictions, firstLine } = oneRowAnInstant(sorted);
  if (contradictions === 0) return { rows, note: null };
  const many = contradictions === 1 ? '1 row has' : `${contradictions} rows have`;
  const said = `${many} the time of another row and other values`;
  if (contradictions <= Math.max(1, MOST_CONTRADICTIONS * sorted.timesMs.length))
    return { rows, note: `${said} (first in line ${firstLine}): the later line counts` };
  const hint =
    'give each source a column or a file of its own; local time repeats an hour in autumn, so write the zone';
  problems.add({ line: firstLine, column: 1, path: TIME_COLUMN, problem: said, hint });
  return { rows, note: null };
}

function rowsOutOfOrder(timesMs: Float64Array): { count: number; first: number } {
  let count = 0;
  let first = -1;
  for (let row = 1; row < timesMs.length; row++) {
    if (!((timesMs[row] ?? 0) < (timesMs[row - 1] ?? 0))) continue;
    if (count === 0) first = row;
    count++;
  }
  return { count, first };
}

function inOrder({ timesMs, lines, columns }: Rows): Rows {
  const order = Uint32Array.from(timesMs.keys()).sort((a, b) => (timesMs[a] ?? 0) - (timesMs[b] ?? 0) || a - b);
  const ordered = (values: Float64Array): Float64Array => Float64Array.from(order, (row) => values[row] ?? Number.NaN);
  return { timesMs: ordered(timesMs), lines: ordered(lines), columns: columns.map(ordered) };
}

/** Rows of one time joined, in place. */
function oneRowAnInstant(rows: Rows): { rows: Rows; contradictions: number; firstLine: number } {
  const { timesMs, lines, columns } = rows;
  let length = 0;
  let contradictions = 0;
  let firstLine = 0;
  for (let row = 0; row < timesMs.length; row++) {
    const isRepeated = length > 0 && timesMs[row] === timesMs[length - 1];
    const to = isRepeated ? length - 1 : length++;
    let isContradiction = false;
    for (const values of columns) {
      const value = values[row] ?? Number.NaN;
      const before = values[to] ?? Number.NaN;
      if (isRepeated && Number.isNaN(value)) continue;
      isContradiction ||= isRepeated && !Number.isNaN(before) && before !== value;
      values[to] = value;
    }
    if (isContradiction && contradictions++ === 0) firstLine = lines[row] ?? 0;
    if (isRepeated) continue;
    timesMs[to] = timesMs[row] ?? 0;
    lines[to] = lines[row] ?? 0;
  }
  return {
    rows: {
      timesMs: timesMs.subarray(0, length),
      lines: lines.subarray(0, length),
      columns: columns.map((values) => values.subarray(0, length)),
    },
    contradictions,
    firstLine,
  };
}
