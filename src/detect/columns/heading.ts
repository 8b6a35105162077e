import { quote } from '../../base/parsed.ts';
import { readNumber, readTime } from './cell-values.ts';
import { LOAD_COLUMN, TIME_COLUMN } from './columns.ts';
import type { CsvCells } from './csv-cells.ts';
import type { ProblemList } from './problem-list.ts';

const CONTROL_CHARACTER = /\p{Cc}/u;
const EXAMPLE = `${TIME_COLUMN},${LOAD_COLUMN},rss_bytes`;

/** Reads the names of the columns from the first row that is not empty; null when it cannot be a header, which is then said. */
export function readHeading(cells: CsvCells, problems: ProblemList): string[] | null {
  const names: string[] = [];
  const before = problems.count;
  while (cells.next()) {
    if (names.length === 0 && cells.endsRow && cells.isEmpty) continue;
    const place = { line: cells.line, column: cells.column() };
    const name = cells.text();
    const problem =
      (names.length === 0 ? firstProblem(cells, name) : null) ?? nameProblem(cells, name, names, names.length + 1);
    if (problem !== null) problems.add({ ...place, path: '', ...problem });
    // Behind a cell that is no name of a time the others only repeat the trouble.
    if (names.length === 0 && problem !== null) return null;
    names.push(name);
    if (cells.endsRow) break;
  }
  if (names.length === 0) {
    problems.add({
      line: 1,
      column: 1,
      path: '',
      problem: 'the file is empty',
      hint: `begin with a header: ${EXAMPLE}`,
    });
    return null;
  }
  if (problems.count > before) return null;
  if (names.some((name) => name !== TIME_COLUMN && name !== LOAD_COLUMN)) return names;
  problems.add({
    line: cells.line,
    column: 1,
    path: '',
    problem: 'there is no series',
    hint: `name one column a series: ${EXAMPLE}`,
  });
  return null;
}

interface Said {
  readonly problem: string;
  readonly hint: string;
}

function firstProblem(cells: CsvCells, name: string): Said | null {
  if (name === TIME_COLUMN) return null;
  const [, separator] = /^"?time"?\s*([;\t|])/i.exec(name) ?? [];
  if (separator !== undefined) {
    const written = separator === '\t' ? 'tabs' : `"${separator}"`;
    return { problem: `columns are separated by ${written}`, hint: 'separate them by commas' };
  }
  const isData =
    readTime(cells.bytes, cells.start, cells.end) !== null || readNumber(cells.bytes, cells.start, cells.end) !== null;
  return isData && name !== ''
    ? { problem: 'there is no header', hint: `begin with one: ${EXAMPLE}` }
    : {
        problem: `the first column is ${quote(name)}, not ${TIME_COLUMN}`,
        hint: `put the time of each row first and name it ${TIME_COLUMN}`,
      };
}

function nameProblem({ fault }: CsvCells, name: string, names: readonly string[], place: number): Said | null {
  if (fault !== null) return describeFault(fault);
  if (name === '') return { problem: `column ${place} has no name`, hint: 'name every column' };
  if (CONTROL_CHARACTER.test(name))
    return { problem: `${JSON.stringify(name)} has control characters`, hint: 'use printable characters in names' };
  return names.includes(name)
    ? { problem: `${quote(name)} is there twice`, hint: 'give each column its own name' }
    : null;
}

/** What is wrong with the quotes of a cell. */
export const describeFault = (fault: 'unclosed' | 'after'): Said =>
  fault === 'unclosed'
    ? { problem: 'this quote is never closed', hint: 'close it, and write a quote inside of quotes as ""' }
    : { problem: 'something stands behind the closing quote', hint: 'write a quote inside of quotes as ""' };
