import { type Parsed, parsed, quote, unreadable } from '../base/parsed.ts';

/** Minutes since midnight of `22`, `22:30` or `24:00`; null when it is no time of day. */
function minuteOfDay(text: string): number | null {
  const [, hour, minute] = /^([0-9]{1,2})(?::([0-5][0-9]))?$/.exec(text) ?? [];
  if (hour === undefined) return null;
  const minutes = Number(hour) * 60 + Number(minute ?? 0);
  return minutes <= 24 * 60 ? minutes : null;
}

const RANGE = /^\s*([0-9:]+)\s*(?:-|–|\.\.|to)\s*([0-9:]+)\s*$/;

/** As a regular expression, for schemas of other programs. */
export const CLOCK_RANGE_PATTERN = '^[0-9]{1,2}(:[0-9]{2})? *- *[0-9]{1,2}(:[0-9]{2})?$';

export interface ClockRange {
  fromMinute: number;
  /** Exclusive; at or below `fromMinute` it is on the next day. */
  untilMinute: number;
}

/** `22:00-06:00`, `22-06`: from and until on the clock on the wall, across midnight when until is earlier. */
export function parseClockRange(input: unknown): Parsed<ClockRange> {
  const [, from, until] = (typeof input === 'string' ? RANGE.exec(input) : null) ?? [];
  const fromMinute = from === undefined ? null : minuteOfDay(from);
  const untilMinute = until === undefined ? null : minuteOfDay(until);
  if (fromMinute === null || untilMinute === null || fromMinute === 24 * 60) {
    return unreadable(`${quote(input)} is not a range of the clock`, 'write for example 22:00-06:00');
  }
  if (fromMinute === untilMinute) {
    return unreadable(`${quote(input)} begins and ends at the same time`, 'write 00:00-24:00 for the whole day');
  }
  return parsed({ fromMinute, untilMinute });
}

/** Hours of the day, 0 to 23, from a list or from a range such as `22-06` (until exclusive). */
export function parseHours(input: unknown): Parsed<number[]> {
  if (typeof input === 'string') {
    const range = parseClockRange(input);
    if (!range.ok) return unreadable(`${quote(input)} is not a range of hours`, 'write for example 22-06');
    const { fromMinute, untilMinute } = range.value;
    if (fromMinute % 60 !== 0 || untilMinute % 60 !== 0) {
      return unreadable(`${quote(input)} cuts an hour`, 'use full hours, for example 22-06');
    }
    const hours = ((untilMinute - fromMinute) / 60 + 24) % 24 || 24;
    return parsed(Array.from({ length: hours }, (_, index) => (fromMinute / 60 + index) % 24));
  }
  if (!Array.isArray(input))
    return unreadable(`${quote(input)} is not a list of hours`, 'write for example [10, 11, 12]');
  const wrong = input.find((hour) => !Number.isInteger(hour) || hour < 0 || hour > 23);
  if (wrong !== undefined) {
    return unreadable(
      `${quote(wrong)} is no hour of the day`,
      wrong === 24 ? 'midnight is 0; hours go from 0 to 23' : 'hours are whole numbers from 0 to 23',
    );
  }
  const twice = input.find((hour, index) => input.indexOf(hour) !== index);
  if (twice !== undefined) return unreadable(`hour ${twice} is listed twice`, 'list each hour once');
  return parsed(input);
}
