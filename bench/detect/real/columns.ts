/** Comma-separated columns of the real data sets: none of them quotes its cells. */
import { readFileSync } from 'node:fs';

export interface Columns {
  header: string[];
  rows: string[][];
}

export function columnsOf(file: string): Columns {
  const [header = [], ...rows] = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.replace(/\r$/, '').split(','))
    .filter((cells) => cells.length > 1);
  return { header, rows };
}

/** NaN for an empty cell. */
export function numberOf(cell: string | undefined): number {
  return cell === undefined || cell.trim() === '' ? Number.NaN : Number(cell);
}

/** Hours since the first of the instants, which are written without a zone. */
export function hoursSinceFirst(instants: readonly string[]): Float64Array {
  const milliseconds = instants.map((instant) => Date.parse(`${instant.trim().replace(' ', 'T')}Z`));
  const first = milliseconds[0] ?? 0;
  return Float64Array.from(milliseconds, (ms) => (ms - first) / 3_600_000);
}
