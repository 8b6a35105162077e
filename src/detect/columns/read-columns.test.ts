import { describe, expect, it } from 'vitest';
import { type ColumnsRead, readColumns } from './read-columns.ts';

const MINUTE_MS = 60_000;

function read(text: string): Extract<ColumnsRead, { ok: true }> {
  const result = readColumns(Buffer.from(text), 'samples.csv');
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result;
}

/** Rows a minute apart, beside a header. */
const minutes = (header: string, ...rows: string[]): string =>
  [header, ...rows.map((row, at) => `${at * 60},${row}`)].join('\n');

describe('a file of columns', () => {
  it('is times, load and series, an empty cell being no sample', () => {
    const { columns, notes } = read(minutes('time,load_rpm,a,b', '10,1,', '20,2,', ',,'));
    expect([...columns.timesMs]).toEqual([0, MINUTE_MS, 2 * MINUTE_MS]);
    expect([...(columns.loadPerMinute ?? [])]).toEqual([10, 20, Number.NaN]);
    expect(columns.series.map(({ name, values }) => [name, ...values])).toEqual([
      ['a', 1, 2, Number.NaN],
      ['b', Number.NaN, Number.NaN, Number.NaN],
    ]);
    expect(columns.usualSpacingMs).toBe(MINUTE_MS);
    expect(notes).toEqual([]);
  });

  it('may name no load, and may have the load behind a series', () => {
    expect(read(minutes('time,a', '1', '2')).columns.loadPerMinute).toBeNull();
    const { columns } = read(minutes('time,a,load_rpm', '1,5', '2,6'));
    expect([...(columns.loadPerMinute ?? [])]).toEqual([5, 6]);
    expect(columns.series.map(({ name }) => name)).toEqual(['a']);
  });

  it('is sorted by time, which is said once', () => {
    const { columns, notes } = read('time,a\n120,3\n0,1\n60,2\n180,4\n');
    expect([...columns.timesMs]).toEqual([0, 1, 2, 3].map((minute) => minute * MINUTE_MS));
    expect([...(columns.series[0]?.values ?? [])]).toEqual([1, 2, 3, 4]);
    expect(notes).toEqual(['1 row is earlier than the row before (first in line 3): sorted by time']);
  });

  it('joins rows of one instant: cells that are there, the later line where both are', () => {
    const { columns, notes } = read('time,a,b\n0,1,\n0,,2\n60,3,4\n60,5,\n120,7,8\n');
    expect([...columns.timesMs]).toEqual([0, MINUTE_MS, 2 * MINUTE_MS]);
    expect(columns.series.map(({ values }) => [...values])).toEqual([
      [1, 5, 7],
      [2, 4, 8],
    ]);
    expect(notes).toEqual([
      '1 row has the time of another row and other values (first in line 5): the later line counts',
    ]);
  });

  it('says nothing of rows that are there twice', () => {
    expect(read('time,a\n0,1\n0,1\n60,2\n').notes).toEqual([]);
  });

  it('knows its usual spacing in spite of gaps, and of rows of other sources between', () => {
    expect(read('time,a\n0,1\n60,1\n120,1\n9000,1\n9060,1\n').columns.usualSpacingMs).toBe(MINUTE_MS);
    expect(read('time,a,b\n0,1,\n7,,1\n60,1,\n67,,1\n120,1,\n127,,1\n').columns.usualSpacingMs).toBe(MINUTE_MS);
    expect(read('time,a\n0,1\n60,\n').columns.usualSpacingMs).toBeNull();
  });

  it('shows twenty problems and counts the rest', () => {
    const result = readColumns(Buffer.from(minutes('time,a', ...Array<string>(50).fill('x'))), 'samples.csv');
    expect(result).toMatchObject({ ok: false, unshown: 30 });
    expect(result.ok ? [] : result.problems).toHaveLength(20);
  });
});
