import { formatDuration } from '../../base/duration.ts';
import { quote } from '../../base/parsed.ts';
import type { Problem } from '../../config/problem.ts';
import { describeBadNumber, describeBadTime, readNumber, readTime } from './cell-values.ts';
import { type Columns, LOAD_COLUMN, TIME_COLUMN, usualSpacingMs } from './columns.ts';
import { CsvCells } from './csv-cells.ts';
import { GrowingArray } from './growing-array.ts';
import { describeFault, readHeading } from './heading.ts';
import { ProblemList } from './problem-list.ts';
import { joinedByTime, type Rows, sortedByTime } from './row-order.ts';

/** A file read to its end: columns, or every problem at once; `unshown` counts those beyond what a person reads. */
export type ColumnsRead =
  | { readonly ok: true; readonly columns: Columns; readonly notes: readonly string[] }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly unshown: number };

/** Samples that lie farther apart are too few for days; closer ones are no samples of a day but of a trace. */
const SPACING_MS = { least: 1000, most: 900_000 };
/** Clocks are not exact. */
const SPACING_TOLERANCE = 1.1;
/** As long as the longest run. */
const LONGEST_MS = 60 * 86_400_000;

/**
 * Reads CSV: a header `time,…`, then a row for each instant (docs/formats.md). Rows are put into the order of time and rows of
 * one instant into one, which `notes` tell. `file` is the name that problems carry.
 */
export function readColumns(bytes: Buffer, file: string): ColumnsRead {
  const problems = new ProblemList(file);
  const failed = (): ColumnsRead => ({
    ok: false,
    problems: problems.shown,
    unshown: problems.count - problems.shown.length,
  });
  if (!isText(bytes)) {
    const hint = 'save it as CSV in UTF-8, not compressed';
    problems.add({ line: 1, column: 1, path: '', problem: 'the file is not text in UTF-8', hint });
    return failed();
  }
  const cells = new CsvCells(bytes);
  const names = readHeading(cells, problems);
  if (names === null) return failed();
  const rows = readRows(cells, names, problems);
  if (rows.timesMs.length === 0)
    problems.add({ line: 1, column: 1, path: '', problem: 'there are no rows', hint: 'write a row for each sample' });
  if (problems.count > 0) return failed();
  const sorted = sortedByTime(rows);
  // Times of another unit fall on each other too, so that the unit is looked at first.
  checkTimes(columnsOf(sorted.rows, names), sorted.rows, problems);
  if (problems.count > 0) return failed();
  const joined = joinedByTime(sorted.rows, problems);
  if (problems.count > 0) return failed();
  const notes = [sorted.note, joined.note].filter((note) => note !== null);
  return { ok: true, columns: columnsOf(joined.rows, names), notes };
}

/** UTF-16 and compressed files hold zero bytes early, text never. */
const isText = (bytes: Buffer): boolean => !bytes.subarray(0, 4096).includes(0);

function readRows(cells: CsvCells, names: readonly string[], problems: ProblemList): Rows {
  const times = new GrowingArray();
  const lines = new GrowingArray();
  const columns = names.slice(1).map(() => new GrowingArray());
  const { bytes } = cells;
  while (cells.next()) {
    if (cells.endsRow && cells.isEmpty) continue;
    const { line } = cells;
    const at = readTime(bytes, cells.start, cells.end);
    if (at === null || cells.fault !== null) addProblem(cells, TIME_COLUMN, describeBadTime, problems);
    times.push(at ?? Number.NaN);
    lines.push(line);
    let place = 0;
    while (!cells.endsRow && cells.next()) {
      const column = columns[place++];
      if (column === undefined) continue;
      const value = readNumber(bytes, cells.start, cells.end);
      column.push(value ?? Number.NaN);
      const name = names[place] ?? '';
      if (value === null || cells.fault !== null) addProblem(cells, name, describeBadNumber, problems);
      else if (value < 0 && name === LOAD_COLUMN) addProblem(cells, name, describeNegativeLoad, problems);
    }
    if (place !== columns.length) {
      const problem = `the row has ${place + 1} of ${names.length} cells`;
      const hint =
        place < columns.length ? 'a cell without a sample is empty, but its comma stays' : 'add the name to the header';
      problems.add({ line, column: 1, path: '', problem, hint });
    }
  }
  return { timesMs: times.values(), lines: lines.values(), columns: columns.map((column) => column.values()) };
}

const describeNegativeLoad = (text: string): { problem: string; hint: string } => ({
  problem: `${quote(text)} is below 0`,
  hint: 'load counts requests a minute',
});

function addProblem(
  cells: CsvCells,
  path: string,
  describe: (text: string) => { problem: string; hint: string },
  problems: ProblemList,
): void {
  // Beyond what is shown the texts are not needed, and a million of them take a while.
  const said = !problems.hasRoom
    ? { problem: '', hint: '' }
    : cells.fault === null
      ? describe(cells.text())
      : describeFault(cells.fault);
  problems.add({ line: cells.line, column: problems.hasRoom ? cells.column() : 0, path, ...said });
}

function columnsOf({ timesMs, columns }: Rows, names: readonly string[]): Columns {
  const all = columns.map((values, at) => ({ name: names[at + 1] ?? '', values }));
  const series = all.filter(({ name }) => name !== LOAD_COLUMN);
  return {
    timesMs,
    loadPerMinute: all.find(({ name }) => name === LOAD_COLUMN)?.values ?? null,
    series,
    usualSpacingMs: usualSpacingMs(timesMs, series),
  };
}

/** Times that cannot be those of samples: in another unit, or of another year. */
function checkTimes({ timesMs, usualSpacingMs }: Columns, { lines }: Rows, problems: ProblemList): void {
  const spanMs = (timesMs.at(-1) ?? 0) - (timesMs[0] ?? 0);
  const place = { column: 1, path: TIME_COLUMN };
  if (spanMs > LONGEST_MS) {
    const gap = longestGap(timesMs);
    problems.add({
      ...place,
      line: lines[gap.row] ?? 1,
      problem: `the file spans ${days(spanMs)}, ${days(gap.ms)} of them before this row`,
      hint: `give up to ${days(LONGEST_MS)}; is it a time of another unit?`,
    });
  } else if (usualSpacingMs !== null && usualSpacingMs > SPACING_MS.most * SPACING_TOLERANCE) {
    problems.add({
      ...place,
      line: lines[0] ?? 1,
      problem: `samples are usually ${formatDuration(usualSpacingMs)} apart`,
      hint: 'give samples every 1s to 15m; numbers are epoch seconds or epoch milliseconds',
    });
  } else if (usualSpacingMs !== null && usualSpacingMs < SPACING_MS.least / SPACING_TOLERANCE) {
    problems.add({
      ...place,
      line: lines[0] ?? 1,
      problem: `samples are usually ${formatDuration(usualSpacingMs)} apart`,
      hint: 'give samples every 1s to 15m; numbers are epoch seconds, not days or hours',
    });
  }
}

function longestGap(timesMs: Float64Array): { row: number; ms: number } {
  let longest = { row: 0, ms: 0 };
  for (let row = 1; row < timesMs.length; row++) {
    const ms = (timesMs[row] ?? 0) - (timesMs[row - 1] ?? 0);
    if (ms > longest.ms) longest = { row, ms };
  }
  return longest;
}

const days = (ms: number): string => `${Math.round(ms / 86_400_000)} days`;
