import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeBadNumber, describeBadTime, readNumber, readTime } from './cell-values.ts';

const numberOf = (text: string): number | null => readNumber(Buffer.from(text), 0, Buffer.byteLength(text));
const timeOf = (text: string): number | null => readTime(Buffer.from(text), 0, Buffer.byteLength(text));

describe('a number in a cell', () => {
  it('is read to its last digit', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(numberOf(String(value))).toBe(Number(String(value)));
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 12 }), (value, decimals) => {
        const text = (value / 1000).toFixed(decimals);
        expect(numberOf(text)).toBe(Number(text));
      }),
    );
  });

  it.each(['12', '-3', '+3', '.5', '5.', '1e9', '1.5E-3', '000123', '123456789012345678'])(
    'may be written %s',
    (text) => {
      expect(numberOf(text)).toBe(Number(text));
    },
  );

  it.each(['', 'NaN', 'nan'])('is no sample when it is %j', (text) => {
    expect(numberOf(text)).toBeNaN();
  });

  it.each(['-', '.', '-.', '1.2.3', '12MB', '0x1F', 'Infinity', '1e999', 'null', '1 2', '--1', '1e', 'é'])(
    'is not %j',
    (text) => {
      expect(numberOf(text)).toBeNull();
    },
  );

  it('that is none has a hint that fits', () => {
    expect(describeBadNumber('1.234,5').hint).toContain('decimal point');
    expect(describeBadNumber('1,234').hint).not.toContain('leave');
    expect(describeBadNumber('1,234,567').hint).toContain('nothing between thousands');
    expect(describeBadNumber('512MB').hint).toContain('unit');
    expect(describeBadNumber('n/a').hint).toContain('leave the cell empty');
  });
});

describe('a time in a cell', () => {
  const AT = Date.UTC(2026, 10, 21, 22, 0, 0);

  it.each([
    '2026-11-21T22:00:00Z',
    '2026-11-21T22:00:00.000Z',
    '2026-11-21T22:00Z',
    '2026-11-21T22:00:00',
    '2026-11-21 22:00:00',
    '2026-11-21 22:00:00 UTC',
    '2026-11-21t22:00:00z',
    '2026-11-21T23:00:00+01:00',
    '2026-11-21T23:00:00+01',
    '2026-11-21 16:30:00.000000 -0530',
    String(AT / 1000),
    `${AT / 1000}.0`,
    String(AT),
    '1.7952984e9',
  ])('may be written %s', (text) => {
    expect(timeOf(text)).toBe(AT);
  });

  it('keeps its milliseconds, and nothing finer', () => {
    expect(timeOf('2026-11-21T22:00:00.1239')).toBe(AT + 123);
    expect(timeOf('2026-11-21 22:00:00,5')).toBe(AT + 500);
    expect(timeOf(`${AT / 1000 + 0.25}`)).toBe(AT + 250);
    expect(timeOf('2028-02-29')).toBe(Date.UTC(2028, 1, 29));
  });

  it.each([
    ['', 'no time'],
    ['2026-02-29', 'no such day'],
    ['2026-11-21T24:00:00Z', 'no such day'],
    ['2026-11-21T22:60:00Z', 'no such day'],
    ['2026-11-21T22:00:00+15:00', 'no such day'],
    ['1795298400000000', 'nothing finer'],
    ['21/11/2026 22:00', 'ISO 8601'],
    ['-5', 'ISO 8601'],
    ['yesterday', 'ISO 8601'],
  ])('is not %j', (text, said) => {
    expect(timeOf(text)).toBeNull();
    const { problem, hint } = describeBadTime(text);
    expect(`${problem}; ${hint}`).toContain(said);
  });
});
