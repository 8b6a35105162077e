import { formatDuration } from '../base/duration.ts';
import { MINUTE_MS } from '../base/zone.ts';
import type { Schedule, ScheduleEntry } from '../model/schedule.ts';
import { lengthOf, type TimetableRow } from './timetable.ts';

/** Two entries that want one target at the same time, with every date on which they do. */
export interface Collision {
  /** Has the target when the other is due. */
  first: ScheduleEntry;
  second: ScheduleEntry;
  dates: readonly CollisionDate[];
}

export interface CollisionDate {
  /** When the second is due. */
  dueMs: number;
  /** Since when the first has the target, and until when. */
  firstFromMs: number;
  firstUntilMs: number;
  /** What becomes of the second. */
  outcome: TimetableRow['outcome'];
  reason: string;
  /** When it begins instead, or its window within the other; null when it does not. */
  startMs: number | null;
  /** Why that is no settlement; null: it is settled as the entry says. */
  problem: string | null;
}

/** Something that a reader of the schedule may not have meant. */
export interface Remark {
  entry: string;
  text: string;
}

/** Every pair of entries that collide in a timetable, by their first date. */
export function collisionsIn(rows: readonly TimetableRow[]): Collision[] {
  const pairs = new Map<string, { first: ScheduleEntry; second: ScheduleEntry; dates: CollisionDate[] }>();
  for (const row of rows) {
    const { conflict, entry: second, dueMs, outcome, reason, startMs } = row;
    if (conflict === null || conflict.with === null || conflict.fromMs === null) continue;
    if (outcome === 'blackout' || outcome === 'paused') continue;
    const key = `${conflict.with.name} ${second.name}`;
    const pair = pairs.get(key) ?? { first: conflict.with, second, dates: [] };
    pairs.set(key, pair);
    pair.dates.push({
      ...{ dueMs, firstFromMs: conflict.fromMs, firstUntilMs: conflict.untilMs, outcome, reason, startMs },
      problem: problemOf(row),
    });
  }
  return [...pairs.values()];
}

/** What skips, waits in vain or is left out without anybody having said so is not settled. */
function problemOf({ entry, outcome, reason }: TimetableRow): string | null {
  if (entry.onConflict === null) return 'on_conflict is not said: skip, delay or absorb';
  if (outcome === 'skip' && entry.onConflict !== 'skip') return reason;
  return null;
}

/** Entries that never get to do their work, and runs that reach into a blackout. */
export function remarksOn(schedule: Schedule, rows: readonly TimetableRow[]): Remark[] {
  const remarks: Remark[] = [];
  for (const entry of schedule.entries) {
    const own = rows.filter((row) => row.entry.name === entry.name);
    const about = (text: string): void => void remarks.push({ entry: entry.name, text });
    if (!entry.enabled) about('is not enabled');
    else if (own.length === 0) about('is not due in this time');
    else if (own.every(({ outcome }) => outcome === 'skip' || outcome === 'blackout'))
      about(`is due ${own.length} times and never starts`);
    const shadowed = own.filter(({ reaches }) => reaches !== null).length;
    if (shadowed > 0) about(`is still at work when a blackout begins, ${shadowed} of ${own.length} times`);
  }
  return remarks;
}

/** `8h`, `15m`: how long an entry has its target. */
export const lengthText = (entry: ScheduleEntry): string =>
  formatDuration(Math.max(MINUTE_MS, Math.round(lengthOf(entry) / MINUTE_MS) * MINUTE_MS));
