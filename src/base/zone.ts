import { Temporal } from 'temporal-polyfill';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** A stretch of time in which a zone keeps one distance from UTC. */
export interface OffsetStretch {
  fromMs: number;
  untilMs: number;
  /** Local time minus UTC. */
  offsetMs: number;
}

/**
 * The stretches of constant UTC offset in [fromMs, untilMs) of an IANA zone. Inside each of them
 * local time is plain arithmetic; between two of them the clocks change.
 */
export function offsetStretches(timezone: string, fromMs: number, untilMs: number): OffsetStretch[] {
  const stretches: OffsetStretch[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(Math.floor(fromMs)).toZonedDateTimeISO(timezone);
  let beginsMs = fromMs;
  while (beginsMs < untilMs) {
    const change = at.getTimeZoneTransition('next') ?? null;
    const endsMs = change === null ? untilMs : Math.min(untilMs, change.epochMilliseconds);
    stretches.push({ fromMs: beginsMs, untilMs: endsMs, offsetMs: at.offsetNanoseconds / 1e6 });
    if (change === null) break;
    beginsMs = change.epochMilliseconds;
    at = change;
  }
  return stretches;
}

/**
 * The first instant at which the clock on the wall shows `localMs` (local time as if it were UTC); where the clocks leave
 * that time out, the first moment after the gap. `stretches` begin at least two days before it.
 */
export function firstInstantAt(stretches: readonly OffsetStretch[], localMs: number): number {
  const stretch = stretches.find(({ untilMs, offsetMs }) => localMs - offsetMs < untilMs) ?? stretches.at(-1);
  return stretch === undefined ? localMs : Math.max(localMs - stretch.offsetMs, stretch.fromMs);
}

/** Local time minus UTC at one instant. */
export function offsetAt(timezone: string, atMs: number): number {
  const instant = Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs));
  return instant.toZonedDateTimeISO(timezone).offsetNanoseconds / 1e6;
}

/** 0 is Monday. `localMs` is local time as if it were UTC; 1 January 1970 was a Thursday. */
export const weekdayOf = (localMs: number): number => (((Math.floor(localMs / DAY_MS) + 3) % 7) + 7) % 7;

/** Milliseconds since local midnight. */
export const timeOfDayMs = (localMs: number): number => ((localMs % DAY_MS) + DAY_MS) % DAY_MS;

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** `Sat 14:05` */
export function clockText(localMs: number): string {
  const minutes = Math.floor(timeOfDayMs(localMs) / MINUTE_MS);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${WEEKDAYS[weekdayOf(localMs)]} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Unix milliseconds as ISO 8601 in UTC: `2026-10-24T10:00:00Z`. */
export const instantText = (ms: number): string => Temporal.Instant.fromEpochMilliseconds(Math.round(ms)).toString();

/**
 * Unix milliseconds of an instant with its zone (`2026-12-24T18:00:00Z`), or of a date with or without a time by the clock of
 * `timezone` (`2026-12-24`, `2026-12-24 18:00`); null for other text.
 */
export function readInstant(text: string, timezone: string): number | null {
  const iso = text.trim().replace(/^(\d{4}-\d{2}-\d{2}) +/, '$1T');
  if (!/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2})?)?$/.test(iso)) return null;
  try {
    if (/T.*(Z|[+-]\d{2}:?\d{2})$/.test(iso)) return Temporal.Instant.from(iso).epochMilliseconds;
    return Temporal.PlainDateTime.from(iso).toZonedDateTime(timezone).epochMilliseconds;
  } catch {
    return null;
  }
}
