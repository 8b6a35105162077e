import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote } from './parsed.ts';
import { printable, visible } from './visible.ts';

it('control characters of others are shown, not obeyed', () => {
  expect(visible('a\u001b[2Jb\u009b31mc\u007f\r\n\tü🙂')).toBe('a\\x1b[2Jb\\x9b31mc\\x7f\\x0d\n\tü🙂');
  let deep: unknown[] = [];
  for (let depth = 0; depth < 100_000; depth++) deep = [deep];
  expect(quote(deep)).toBe('something nested too deeply');
  expect(quote('one\u001b]0;title\u0007\ntwo')).toBe('"one\\x1b]0;title\\x07\\ntwo"');
});

it('numbers that JSON has no word for are written as in YAML', () => {
  expect([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(quote)).toEqual([
    '.nan',
    '.inf',
    '-.inf',
  ]);
});

describe('text for programs and terminals', () => {
  it('holds no DEL and no C1, and is the same JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const json = JSON.stringify(value, null, 2);
        expect(printable(json)).not.toMatch(/(?!\n)\p{Cc}/u);
        expect(JSON.parse(printable(json))).toEqual(JSON.parse(json));
      }),
    );
    expect(printable('a\u009b31m\u007f')).toBe('a\\u009b31m\\u007f');
  });
});
