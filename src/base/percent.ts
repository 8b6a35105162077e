import { type Parsed, parsed, quote, unreadable } from './parsed.ts';

const PERCENT = /^(-?[0-9]+(?:\.[0-9]+)?)\s*%$/;

/** As a regular expression, for schemas of other programs. */
export const PERCENT_PATTERN = '^-?[0-9]+(\\.[0-9]+)? *%$';

/** 2 for `2%`. */
export function parsePercent(input: unknown): Parsed<number> {
  const [, number] = (typeof input === 'string' ? PERCENT.exec(input.trim()) : null) ?? [];
  if (number !== undefined) return parsed(Number(number));
  if (typeof input === 'number') return unreadable(`${input} has no unit`, `write ${input}%`);
  return unreadable(`${quote(input)} is not a percentage`, 'write for example 2%');
}

/** A share in [0, 1], written as `0.3` or `30%`. */
export function parseShare(input: unknown): Parsed<number> {
  const asPercent = typeof input === 'string' ? parsePercent(input) : null;
  const share = asPercent === null ? input : asPercent.ok ? asPercent.value / 100 : null;
  if (typeof share !== 'number' || Number.isNaN(share)) {
    return unreadable(`${quote(input)} is not a share`, 'write a number from 0 to 1, or a percentage such as 30%');
  }
  if (share >= 0 && share <= 1) return parsed(share);
  return unreadable(
    `${quote(input)} is not between 0 and 1`,
    share > 1 && share <= 100 && asPercent === null ? `write ${share}% or ${share / 100}` : 'write for example 0.3',
  );
}
