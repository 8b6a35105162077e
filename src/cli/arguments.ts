import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../base/duration.ts';
import { ISO_INSTANT } from '../base/iso-time.ts';
import { MAX_FACTOR, MIN_FACTOR } from '../soak/edits.ts';

/** Reads `6m` as milliseconds; commander reports what cannot be read. */
export function durationArgument(text: string): number {
  const read = parseDuration(text);
  if (!read.ok) throw new InvalidArgumentError(`${read.problem}; ${read.hint}`);
  return read.value;
}

/** Reads an ISO 8601 instant as Unix milliseconds. It needs a zone: whose clock a bare time means nobody could tell. */
export function instantArgument(text: string): number {
  const atMs = ISO_INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  const example = '2026-11-21T22:00:00Z or 2026-11-21T23:00:00+01:00';
  const bare = Number.isNaN(Date.parse(text)) ? '' : 'it has no time or no zone: ';
  throw new InvalidArgumentError(`${bare}write an ISO 8601 instant with its zone: ${example}`);
}

/** Reads a rate factor; none at all is for `pause`. */
export function factorArgument(text: string): number {
  const factor = Number(text);
  if (!(factor >= MIN_FACTOR && factor <= MAX_FACTOR)) {
    const range = `write a factor from ${MIN_FACTOR} to ${MAX_FACTOR}, such as 1.5`;
    throw new InvalidArgumentError(`${range}; \`soakd pause\` stops the load`);
  }
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
