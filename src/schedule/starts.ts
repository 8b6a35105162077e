import { DAY_MS, firstInstantAt, type OffsetStretch, offsetStretches } from '../base/zone.ts';
import type { ScheduleEntry } from '../model/schedule.ts';

/** When an entry wants to start. */
export type StartRule = Pick<ScheduleEntry, 'cron' | 'timezone' | 'weekOfMonth'>;

/** Zones differ from UTC by 14 h at most, and clocks were moved by 24 h at most. */
const MARGIN_MS = 2 * DAY_MS;
/** The 29th of February may be eight years away: 1896 to 1904, 2096 to 2104. */
const FARTHEST_MS = 9 * 366 * DAY_MS;

/**
 * The starts of a rule in [fromMs, untilMs), ascending, each once. By the clock on the wall: a time that the clocks leave
 * out starts at the first moment after the gap, together with whatever else is due then; one that comes twice starts the
 * first time only. Only the first `most` are worked out.
 */
export function startsBetween(rule: StartRule, fromMs: number, untilMs: number, most = Infinity): number[] {
  const starts: number[] = [];
  if (most <= 0) return starts;
  for (const atMs of eachStart(rule, fromMs, untilMs)) {
    starts.push(atMs);
    if (starts.length >= most) break;
  }
  return starts;
}

/** The first start at `fromMs` or later; null when none is within nine years. */
export function nextStart(rule: StartRule, fromMs: number): number | null {
  for (let beginMs = fromMs, spanMs = 8 * DAY_MS; beginMs < fromMs + FARTHEST_MS; beginMs += spanMs, spanMs *= 2) {
    for (const atMs of eachStart(rule, beginMs, beginMs + spanMs)) return atMs;
  }
  return null;
}

function* eachStart(rule: StartRule, fromMs: number, untilMs: number): Generator<number> {
  const { cron, timezone, weekOfMonth } = rule;
  const stretches = offsetStretches(timezone, fromMs - MARGIN_MS, untilMs + MARGIN_MS);
  const localOf = (atMs: number): number => atMs + offsetIn(stretches, atMs);
  const firstDayMs = Math.floor(localOf(fromMs) / DAY_MS) * DAY_MS - DAY_MS;
  const lastDayMs = Math.floor(localOf(untilMs) / DAY_MS) * DAY_MS + DAY_MS;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (let dayMs = firstDayMs; dayMs <= lastDayMs; dayMs += DAY_MS) {
    if (!cron.matchesDay(dayMs) || !isInWeek(weekOfMonth, dayMs)) continue;
    for (const timeMs of cron.timesOfDayMs) {
      const atMs = firstInstantAt(stretches, dayMs + timeMs);
      // Several times of one gap are one start; so is a time in the gap and the one right after it.
      if (atMs <= lastMs) continue;
      lastMs = atMs;
      if (atMs >= untilMs) return;
      if (atMs >= fromMs) yield atMs;
    }
  }
}

/** Week n of a month are its days 7n-6 to 7n, so that with a weekday it is the n-th of the month. */
function isInWeek(weekOfMonth: number | null, localDayMs: number): boolean {
  return weekOfMonth === null || Math.ceil(dayOfMonth(localDayMs) / 7) === weekOfMonth;
}

const dayOfMonth = (localDayMs: number): number => new Date(localDayMs).getUTCDate();

const offsetIn = (stretches: readonly OffsetStretch[], atMs: number): number =>
  (stretches.find(({ untilMs }) => atMs < untilMs) ?? stretches.at(-1))?.offsetMs ?? 0;
