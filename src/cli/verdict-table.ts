import { stripVTControlCharacters, styleText } from 'node:util';
import { visible } from '../base/visible.ts';
import type { CriterionResult, CriterionStatus, Verdict } from '../model/verdict.ts';
import { formatInterval, formatValue } from '../verdict/quantity.ts';
import type { Io } from './io.ts';

const MARKS: Record<CriterionStatus, string> = { pass: '✔', fail: '✘', inconclusive: '?', not_applicable: '·' };
const COLOURS = { pass: 'green', fail: 'red', inconclusive: 'yellow', not_applicable: 'gray' } as const;
const HEAD = ['', 'criterion', 'target', 'actual', '95 % interval', 'why'];

/** What the table is written on. */
export type VerdictPage = Pick<Io, 'colour' | 'columns' | 'outIsTerminal'>;

/** The criteria as a table, worst first. A terminal's width bounds the last cell; a file or a pipe gets all of it. */
export function verdictTable(
  verdict: Pick<Verdict, 'criteria'>,
  { colour, columns, outIsTerminal }: VerdictPage,
): string {
  const paint = (status: CriterionStatus, text: string): string =>
    colour ? styleText(COLOURS[status], text, { validateStream: false }) : text;
  const order: CriterionStatus[] = ['fail', 'inconclusive', 'pass', 'not_applicable'];
  const sorted = verdict.criteria.toSorted((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  const rows = [HEAD, ...sorted.map((criterion) => cellsOf(criterion, paint))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  const fixed = widths.slice(0, -1).reduce((sum, each) => sum + each + 2, 0);
  const room = outIsTerminal ? Math.max(30, columns - fixed - 1) : Number.POSITIVE_INFINITY;
  return rows
    .map((row) => {
      const cells = row.slice(0, -1).map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)));
      const why = row.at(-1) ?? '';
      return [...cells, why.length > room ? `${why.slice(0, room - 1)}…` : why].join('  ').trimEnd();
    })
    .join('\n');
}

const width = (text: string): number => stripVTControlCharacters(text).length;

const cellsOf = (criterion: CriterionResult, paint: (status: CriterionStatus, text: string) => string): string[] => [
  paint(criterion.status, MARKS[criterion.status]),
  criterion.name,
  visible(criterion.targetText),
  formatValue(criterion.actual, criterion.unit),
  formatInterval(criterion.interval, criterion.unit),
  visible(criterion.why),
];
