import { type Parsed, parsed, quote, unreadable } from './parsed.ts';

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What people write for a unit that has a shorter name here. */
const OTHER_NAMES: Record<string, string> = {
  millisecond: 'ms',
  milliseconds: 'ms',
  msec: 'ms',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  min: 'm',
  mins: 'm',
  minute: 'm',
  minutes: 'm',
  hr: 'h',
  hrs: 'h',
  hour: 'h',
  hours: 'h',
  day: 'd',
  days: 'd',
};

/** As a regular expression, for schemas of other programs. */
export const DURATION_PATTERN = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$';

/** Milliseconds of `72h`, `5000ms`, `1h30m`, `1.5s`. Units: ms, s, m, h, d. */
export function parseDuration(input: unknown): Parsed<number> {
  if (typeof input === 'number') {
    return unreadable(`${input} has no unit`, `write ${input}s, ${input}m or ${input}h`);
  }
  if (typeof input !== 'string') return unreadable(`${quote(input)} is not a duration`, 'write for example 72h or 90s');
  const text = input.trim();
  if (new RegExp(DURATION_PATTERN).test(text)) {
    const parts = [...text.matchAll(/([0-9.]+)(ms|s|m|h|d)/g)];
    return parsed(parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0), 0));
  }
  const [, count, name] = /^([0-9.]+)\s*([a-zA-Z]+)$/.exec(text) ?? [];
  const unit = name === undefined ? undefined : (OTHER_NAMES[name.toLowerCase()] ?? UNIT_NAMES[name.toLowerCase()]);
  const example = count !== undefined && unit !== undefined ? `${count}${unit}` : 'for example 72h, 90s or 1h30m';
  return unreadable(`${quote(input)} is not a duration`, `write ${example}; units are ms, s, m, h and d`);
}

const UNIT_NAMES: Record<string, string> = Object.fromEntries(Object.keys(UNIT_MS).map((unit) => [unit, unit]));

/** The shortest text that `parseDuration` reads as `ms`: `1h30m`, `250ms`; fractions of a millisecond are rounded. */
export function formatDuration(ms: number): string {
  let left = Math.round(ms);
  if (left === 0) return '0s';
  let text = '';
  for (const [unit, size] of [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}
