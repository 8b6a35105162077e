import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../base/duration.ts';

/** Reads `6m` as milliseconds; commander reports what cannot be read. */
export function durationArgument(text: string): number {
  const read = parseDuration(text);
  if (!read.ok) throw new InvalidArgumentError(`${read.problem}; ${read.hint}`);
  return read.value;
}

/** Reads an ISO 8601 instant as Unix milliseconds; without a zone it is local time, as in ECMA-262. */
export function instantArgument(text: string): number {
  const atMs = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs)) throw new InvalidArgumentError('write an ISO 8601 instant: 2026-11-21T22:00:00Z');
  return atMs;
}

/** Reads a rate factor: a positive number, 0 is for `pause`. */
export function factorArgument(text: string): number {
  const factor = Number(text);
  if (!(factor > 0 && factor <= 100)) throw new InvalidArgumentError('write a factor above 0 and up to 100: 1.5');
  return factor;
}

/** Reads a whole number from `least` to `most`. */
export const wholeArgument =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`write a whole number from ${least} to ${most}`);
  };
