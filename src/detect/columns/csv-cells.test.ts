import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvCells } from './csv-cells.ts';

/** Rows of cells, and where each cell was found. */
function read(text: string | Buffer): { rows: string[][]; places: string[] } {
  const cells = new CsvCells(Buffer.from(text));
  const rows: string[][] = [];
  const places: string[] = [];
  let row: string[] = [];
  while (cells.next()) {
    row.push(cells.fault === null ? cells.text() : `(${cells.fault})`);
    places.push(`${cells.line}:${cells.column()}`);
    if (!cells.endsRow) continue;
    rows.push(row);
    row = [];
  }
  return { rows, places };
}

describe('the cells of a CSV file', () => {
  it.each([
    ['LF', 'a,b\n1,2\n'],
    ['CRLF', 'a,b\r\n1,2\r\n'],
    ['CR', 'a,b\r1,2\r'],
    ['a last line without its end', 'a,b\n1,2'],
    ['a byte order mark', '\u{FEFF}a,b\n1,2\n'],
    ['blanks around cells', ' a ,\tb\n1 , 2 \n'],
    ['quotes', '"a","b"\n"1","2"\n'],
    ['comments', '# exported\na,b\n#\n1,2\n# end'],
  ])('are the same with %s', (_, text) => {
    expect(read(text).rows).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
  });

  it('hold commas, quotes and line ends inside of quotes', () => {
    expect(read('"a,b","say ""hi""","two\nlines"\n1,2,3').rows).toEqual([
      ['a,b', 'say "hi"', 'two\nlines'],
      ['1', '2', '3'],
    ]);
  });

  it('are empty between commas, and behind the last one', () => {
    expect(read(',\n1,,').rows).toEqual([
      ['', ''],
      ['1', '', ''],
    ]);
    expect(read('').rows).toEqual([]);
  });

  it('know their line and column, in characters, also behind lines inside of quotes', () => {
    expect(read('time,größe,x\n"1\n2", 3\r\n#\n4').places).toEqual(['1:1', '1:6', '1:12', '2:1', '3:5', '5:1']);
    expect(read('\u{FEFF}a, b').places).toEqual(['1:1', '1:4']);
  });

  it('say that a quote is never closed, or that something stands behind it', () => {
    expect(read('a,"b\nc').rows).toEqual([['a', '(unclosed)']]);
    expect(read('"a"b,c').rows).toEqual([['(after)', 'c']]);
  });

  it('come back as they were written, whatever is in them', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '1', ',', '"', '\n', '\r\n', ' ', '#') });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }), (rows) => {
        const text = rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')).join('\n');
        expect(read(text).rows).toEqual(rows);
      }),
    );
  });
});
