/** Numbers as people read them: three digits that count, a unit, and a word for what is missing. */

export const NOTHING = '–';

const SPACE = '\u202f';

/**
 * Three significant digits, thousands apart, no exponent in sight.
 * @param {number | null | undefined} value
 */
export function number(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  const size = Math.abs(value);
  if (size >= 1000) return grouped(Math.round(value));
  // What is too small to be told is nothing, of either sign.
  if (size < 0.001) return '0';
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return trimmed(value.toFixed(digits));
}

/**
 * Just below 100 the digits behind the point are what counts: 99.96 is not 100.
 * @param {number} value
 */
function percent(value) {
  if (value <= 99 || value >= 100) return number(value);
  const nines = Math.min(6, Math.ceil(-Math.log10(1 - value / 100)) - 1);
  return trimmed(value.toFixed(Math.max(1, nines)));
}

/** @param {string} text */
const trimmed = (text) => minus(text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** @param {string} text */
const minus = (text) => text.replace('-', '−');

/** @param {number} value */
function grouped(value) {
  return minus(String(value)).replace(/\B(?=(\d{3})+$)/g, SPACE);
}

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB'];

/**
 * A value with its unit, scaled.
 * @param {number | null | undefined} value
 * @param {string} unit as the API names it
 */
export function quantity(value, unit) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  switch (unit) {
    case 'bytes': {
      const at = Math.min(BYTES.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(value))) / 3)));
      return `${number(value / 1000 ** at)}${SPACE}${BYTES[at]}`;
    }
    case 'milliseconds':
      return duration(value);
    case 'seconds':
      return duration(value * 1000);
    case 'hours':
      return `${number(value)}${SPACE}h`;
    case 'percent':
    case 'percent_per_24h':
      return `${percent(value)}${SPACE}%`;
    case 'per_minute':
      return `${number(value)}/min`;
    case 'per_second':
      return `${number(value)}/s`;
    default:
      return number(value);
  }
}

/**
 * A short time: `12 ms`, `1.4 s`, `3 min`, `2 h 5 min`, `3 d 4 h`.
 * @param {number | null | undefined} ms
 */
export function duration(ms) {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return NOTHING;
  const size = Math.abs(ms);
  if (size < 1000) return `${number(ms)}${SPACE}ms`;
  if (size < 60_000) return `${number(ms / 1000)}${SPACE}s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes}${SPACE}min`;
  if (minutes < 48 * 60) return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return joined(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/**
 * @param {number} whole
 * @param {string} unit
 * @param {number} rest
 * @param {string} restUnit
 */
const joined = (whole, unit, rest, restUnit) =>
  rest === 0 ? `${whole}${SPACE}${unit}` : `${whole}${SPACE}${unit} ${rest}${SPACE}${restUnit}`;

/**
 * With a sign, for what grows and falls.
 * @param {number | null | undefined} value
 * @param {string} unit
 */
export const signed = (value, unit) =>
  value === null || value === undefined ? NOTHING : `${value > 0 ? '+' : ''}${quantity(value, unit)}`;

/**
 * `0.3 to 2.1 %`; a side that is open is left open.
 * @param {{ low: number | null, high: number | null } | null} interval
 * @param {string} unit
 */
export function range(interval, unit) {
  if (interval === null || (interval.low === null && interval.high === null)) return NOTHING;
  const { low, high } = interval;
  if (low === null) return `up to ${quantity(high, unit)}`;
  if (high === null) return `from ${quantity(low, unit)}`;
  return `${quantity(low, unit)} to ${quantity(high, unit)}`;
}

/**
 * `1 event`, `7 events`.
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export const counted = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;

/** @type {Record<string, string>} */
const OUTCOMES = {
  preparing: 'preparing',
  warming_up: 'warming up',
  running: 'running',
  paused: 'paused',
  finishing: 'finishing',
  passed: 'passed',
  failed: 'failed',
  inconclusive: 'inconclusive',
  aborted: 'aborted',
  rehearsed: 'rehearsed',
  not_separable: 'not separable',
  not_applicable: 'not applicable',
  no_data: 'no data',
};

/**
 * The API's word for a state, for people.
 * @param {string} state
 */
export const words = (state) => OUTCOMES[state] ?? state.replaceAll('_', ' ');
