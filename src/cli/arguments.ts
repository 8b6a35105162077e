import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../base/duration.ts';
import { ISO_INSTANT } from '../base/iso-time.ts';
import { LABEL_NAME, LONGEST_LABEL } from '../model/labels.ts';
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

/** Gathers `key=value`, an option that may come again; the last value of a key counts. Keys are those of a profile's `labels`. */
export function labelArgument(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  const [key, value] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 0) throw new InvalidArgumentError('write key=value, such as build=1.4.2');
  if (!LABEL_NAME.test(key))
    throw new InvalidArgumentError('a key has letters, digits, `_`, `.` and `-`, and begins with a letter or `_`');
  if (value.length > LONGEST_LABEL) throw new InvalidArgumentError(`a value has ${LONGEST_LABEL} characters at most`);
  return { ...before, [key]: value };
}
