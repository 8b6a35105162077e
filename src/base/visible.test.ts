import { expect, it } from 'vitest';
import { quote } from './parsed.ts';
import { visible } from './visible.ts';

it('control characters of others are shown, not obeyed', () => {
  expect(visible('a\u001b[2Jb\u009b31mc\u007f\r\n\tü🙂')).toBe('a\\x1b[2Jb\\x9b31mc\\x7f\\x0d\n\tü🙂');
  expect(quote('one\u001b]0;title\u0007\ntwo')).toBe('"one\\x1b]0;title\\x07\\ntwo"');
});

it('numbers that JSON has no word for are written as in YAML', () => {
  expect([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(quote)).toEqual([
    '.nan',
    '.inf',
    '-.inf',
  ]);
});
