import { DAY_MS, firstInstantAt, MINUTE_MS, offsetStretches, weekdayOf } from '../base/zone.ts';
import type { Blackout } from '../model/schedule.ts';

/** One window of a blackout, as instants. */
export interface BlackoutWindow {
  fromMs: number;
  untilMs: number;
  reason: string;
}

/** A weekly window lasts a day at most, and a zone moves its clocks by a day at most. */
const MARGIN_MS = 3 * DAY_MS;

/** The windows that have a part in [fromMs, untilMs), by their beginning. By the clock on the wall, so that one may be an hour longer or shorter. */
export function blackoutWindows(blackouts: readonly Blackout[], fromMs: number, untilMs: number): BlackoutWindow[] {
  return blackouts
    .flatMap((blackout) => (blackout.kind === 'fixed' ? [blackout] : weeklyWindows(blackout, fromMs, untilMs)))
    .filter((window) => window.fromMs < untilMs && window.untilMs > fromMs)
    .map(({ fromMs: beginsMs, untilMs: endsMs, reason }) => ({ fromMs: beginsMs, untilMs: endsMs, reason }))
    .toSorted((a, b) => a.fromMs - b.fromMs);
}

/** The window in which an instant lies, the one that ends last where several do; null outside. */
export function blackoutAt(blackouts: readonly Blackout[], atMs: number): BlackoutWindow | null {
  return lastToEnd(blackoutWindows(blackouts, atMs, atMs + 1));
}

/** Windows of blackouts, each day worked out once: for who asks about many instants. */
export class BlackoutDays {
  readonly #blackouts: readonly Blackout[];
  readonly #days = new Map<number, BlackoutWindow[]>();

  constructor(blackouts: readonly Blackout[]) {
    this.#blackouts = blackouts;
  }

  /** As `blackoutAt`. */
  at(atMs: number): BlackoutWindow | null {
    if (this.#blackouts.length === 0) return null;
    const day = Math.floor(atMs / DAY_MS);
    const windows = this.#days.get(day) ?? blackoutWindows(this.#blackouts, day * DAY_MS, (day + 1) * DAY_MS);
    this.#days.set(day, windows);
    return lastToEnd(windows.filter(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs));
  }
}

const lastToEnd = (windows: readonly BlackoutWindow[]): BlackoutWindow | null =>
  windows.reduce<BlackoutWindow | null>(
    (last, window) => (last === null || window.untilMs > last.untilMs ? window : last),
    null,
  );

function weeklyWindows(
  blackout: Extract<Blackout, { kind: 'weekly' }>,
  fromMs: number,
  untilMs: number,
): BlackoutWindow[] {
  const { weekdays, fromMinuteOfDay, untilMinuteOfDay, timezone, reason } = blackout;
  const stretches = offsetStretches(timezone, fromMs - MARGIN_MS, untilMs + MARGIN_MS);
  const lengthDays = untilMinuteOfDay <= fromMinuteOfDay ? 1 : 0;
  const windows: BlackoutWindow[] = [];
  const firstDayMs = Math.floor(fromMs / DAY_MS) * DAY_MS - 2 * DAY_MS;
  for (let dayMs = firstDayMs; dayMs < untilMs + 2 * DAY_MS; dayMs += DAY_MS) {
    if (weekdays !== null && !weekdays.includes(weekdayOf(dayMs))) continue;
    const beginsMs = firstInstantAt(stretches, dayMs + fromMinuteOfDay * MINUTE_MS);
    const endsMs = firstInstantAt(stretches, dayMs + lengthDays * DAY_MS + untilMinuteOfDay * MINUTE_MS);
    if (endsMs > beginsMs) windows.push({ fromMs: beginsMs, untilMs: endsMs, reason });
  }
  return windows;
}
