/** Numbers as people read them: three significant digits, a unit, and no false precision. */

/** A value of a criterion in its unit (`percent`, `milliseconds`, …); `–` for null. */
export function formatValue(value: number | null, unit: string): string {
  if (value === null) return '–';
  switch (unit) {
    case 'percent':
      return formatPercent(value);
    case 'percent_per_24h':
      return `${formatPercent(value)} per 24 h`;
    case 'milliseconds':
      return formatMilliseconds(value);
    case 'seconds':
      return `${significant(value)} s`;
    case 'hours':
      return `${significant(value)} h`;
    case 'per_minute':
      return `${significant(value)}/min`;
    case 'bytes':
      return formatBytes(value);
    case 'count':
      return formatCount(value);
    default:
      return `${significant(value)} ${unit.replaceAll('_', ' ')}`;
  }
}

/** Close to 100 % the nines count: `99.98 %`, not `100 %`. */
function formatPercent(value: number): string {
  const missing = Math.abs(100 - value);
  if (missing > 0 && missing < 1) {
    const digits = Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(missing))));
    return `${Number(value.toFixed(digits))} %`;
  }
  return `${significant(value)} %`;
}

export function formatMilliseconds(value: number): string {
  return Math.abs(value) < 1000 ? `${significant(value)} ms` : `${significant(value / 1000)} s`;
}

/** Whole numbers with spaces between thousands; small ones that are not whole with their decimals. */
export function formatCount(value: number): string {
  const rounded = Math.abs(value) < 100 && !Number.isInteger(value) ? significant(value) : String(Math.round(value));
  const [whole = '', fraction] = rounded.split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ' ');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}

export function formatBytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let scaled = value;
  let at = 0;
  for (; Math.abs(scaled) >= 1000 && at < units.length - 1; at++) scaled /= 1000;
  return `${significant(scaled)} ${units[at]}`;
}

/** `2 d 3 h`, `1 h 5 min`, `42 s`, `800 ms`: the two largest units that are not zero. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  const parts = (
    [
      [Math.floor(seconds / 86_400), 'd'],
      [Math.floor(seconds / 3600) % 24, 'h'],
      [Math.floor(seconds / 60) % 60, 'min'],
      [seconds % 60, 's'],
    ] as const
  ).filter(([amount]) => amount > 0);
  return parts
    .slice(0, 2)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

/** `4.1 % to 6.3 %`; an open side is said so. */
export function formatInterval(interval: { low: number | null; high: number | null } | null, unit: string): string {
  if (interval === null || (interval.low === null && interval.high === null)) return '–';
  if (interval.low === null) return `at most ${formatValue(interval.high, unit)}`;
  if (interval.high === null) return `at least ${formatValue(interval.low, unit)}`;
  if (unit === 'percent_per_24h') return `${formatInterval(interval, 'percent')} per 24 h`;
  return `${formatValue(interval.low, unit)} to ${formatValue(interval.high, unit)}`;
}

/** `1 outage`, `2 outages`. */
export const counted = (count: number, noun: string): string =>
  `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;

/** Three significant digits without exponent or trailing zeros. */
export function significant(value: number, digits = 3): string {
  if (value === 0) return '0';
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))));
  return decimals > 12 ? '0' : String(Number(value.toFixed(decimals)));
}
