import { quote } from '../../base/parsed.ts';

const ZERO = 0x30;
const NINE = 0x39;
const POINT = 0x2e;
const MINUS = 0x2d;

/** Up to here a mantissa and a power of ten are exact, so that their quotient is rounded right (Clinger, PLDI 1990, §3). */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => Number(`1e${power}`));
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number that bytes [start, end) spell; NaN for no sample (nothing, or the word NaN); null when it is not a number. */
export function readNumber(bytes: Buffer, start: number, end: number): number | null {
  if (start === end) return Number.NaN;
  const isNegative = bytes[start] === MINUS;
  let mantissa = 0;
  let digits = 0;
  let decimals = -1;
  for (let at = isNegative ? start + 1 : start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= ZERO && byte <= NINE) {
      mantissa = mantissa * 10 + byte - ZERO;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (byte === POINT && decimals < 0) decimals = 0;
    else return readAnyNumber(bytes.toString('latin1', start, end));
  }
  if (digits === 0 || digits > EXACT_DIGITS) return readAnyNumber(bytes.toString('latin1', start, end));
  const size = decimals > 0 ? mantissa / (POWERS_OF_TEN[decimals] ?? 1) : mantissa;
  return isNegative ? -size : size;
}

function readAnyNumber(text: string): number | null {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : null;
  }
  return text.toLowerCase() === 'nan' ? Number.NaN : null;
}

/** What is wrong with a cell that is no number. */
export const describeBadNumber = (text: string): { problem: string; hint: string } => ({
  problem: `${quote(text)} is not a number`,
  hint: /^[+-]?\d{1,3}(?:[,' _]\d{3})+(?:\.\d+)?$/.test(text)
    ? 'write nothing between thousands'
    : /^[+-]?\d+(?:[.' ]\d{3})*,\d+$/.test(text)
      ? 'write a decimal point, and nothing between thousands'
      : /^[+-]?[\d.]+\s*[a-z%]+$/i.test(text)
        ? 'write the number alone; the unit belongs in the name of the column'
        : 'write a number such as 1048576 or 1.5e6, or leave the cell empty where there is no sample',
});

/** Epoch numbers below are seconds (to the year 5138), those up to the next are milliseconds (from 1973). */
const FIRST_EPOCH_MS = 1e11;
const LAST_EPOCH_MS = 1e14;
const ISO_TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?(Z|UTC|[+-]\d{2}(?::?\d{2})?))?)?$/i;

/**
 * Unix milliseconds of ISO 8601 (a blank instead of the T is fine; no zone is UTC), epoch seconds or epoch milliseconds; null when
 * it is none of these.
 */
export function readTime(bytes: Buffer, start: number, end: number): number | null {
  const number = readNumber(bytes, start, end);
  if (number === null) return readIsoTime(bytes.toString('latin1', start, end));
  if (!(number >= 0 && number < LAST_EPOCH_MS)) return null;
  return Math.round(number < FIRST_EPOCH_MS ? number * 1000 : number);
}

function readIsoTime(text: string): number | null {
  const match = ISO_TIME.exec(text);
  if (match === null) return null;
  const [, years, months, days, hours, minutes, seconds, fraction, zone] = match;
  const year = Number(years);
  const month = Number(months);
  const day = Number(days);
  const hour = Number(hours ?? 0);
  const minute = Number(minutes ?? 0);
  const second = Number(seconds ?? 0);
  const offset = offsetMinutes(zone);
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 59 || offset === null) return null;
  const ms = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000 + 1e-6);
  return Date.UTC(year, month - 1, day, hour, minute, second, ms) - offset * 60_000;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Minutes east of UTC; null for an offset that no place has. */
function offsetMinutes(zone: string | undefined): number | null {
  if (zone === undefined || /^[zu]/i.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', ''));
  if (minutes > 14 * 60 || Number(zone.slice(3).replace(':', '')) > 59) return null;
  return zone.startsWith('-') ? -minutes : minutes;
}

/** What is wrong with a cell that is no time. */
export function describeBadTime(text: string): { problem: string; hint: string } {
  if (text === '' || text.toLowerCase() === 'nan')
    return { problem: 'the row has no time', hint: 'give every row its time, or take the row out' };
  const problem = `${quote(text)} is not a time`;
  if (Number(text) >= LAST_EPOCH_MS)
    return { problem, hint: 'write epoch seconds or epoch milliseconds, nothing finer' };
  if (ISO_TIME.test(text)) return { problem, hint: 'there is no such day or hour since 1970' };
  return { problem, hint: 'write ISO 8601, for example 2026-11-21T22:00:00Z, or epoch seconds' };
}
