import { formatDuration } from '../base/duration.ts';
import { MINUTE_MS } from '../base/zone.ts';
import type { ScheduleEntry } from '../model/schedule.ts';
import type { BlackoutWindow } from './blackout.ts';

/** Who has the target at the moment. */
export interface Occupation {
  /** For people: `soak-72h (run 20261121T080000Z-3f9a)`. */
  what: string;
  /** When it is to end; null: not known. */
  endMs: number | null;
  /** A run, which can take the test of another into itself; a mere request cannot. */
  canAbsorb: boolean;
}

/** What is the case when a start is due, or is looked at again. */
export interface Situation {
  nowMs: number;
  /** Everything, or only this entry; null: neither. */
  paused: 'everything' | 'entry' | null;
  blackout: BlackoutWindow | null;
  /** Of the entry's target; null: it is free. */
  occupation: Occupation | null;
}

export interface DueStart {
  entry: Pick<ScheduleEntry, 'onConflict' | 'lateLimitMs' | 'delayLimitMs'>;
  dueMs: number;
  /** How long it would have the target, real time. */
  lengthMs: number;
  /** It waits since it was due: it is not late, whoever it waits for. */
  waiting: boolean;
}

export type Decision =
  | { outcome: 'start'; reason: string }
  /** `untilMs`: when it may be worth another look; null: when the target becomes free. */
  | { outcome: 'delay'; untilMs: number | null; reason: string }
  | { outcome: 'absorb'; reason: string }
  | { outcome: 'skip' | 'missed' | 'blackout' | 'paused'; reason: string };

/** A run is judged, and its last requests end, after its planned end: who comes right behind waits so long, whatever it says. */
export const END_GRACE_MS = 5 * MINUTE_MS;

/** By so much a start may come behind the moment at which it was due, for whose run is about to end: never later than it may be late. */
export const graceMs = ({ lateLimitMs }: Pick<ScheduleEntry, 'lateLimitMs'>): number =>
  Math.min(END_GRACE_MS, lateLimitMs);

const PAUSED = { everything: 'the schedule is paused', entry: 'this entry is paused' } as const;

/** On time is what no person would call late. */
const ON_TIME_MS = MINUTE_MS;

/** What becomes of a start. Pure: the timetable, `schedule check` and the daemon ask the same. */
export function decide(start: DueStart, situation: Situation): Decision {
  const { entry, dueMs, waiting } = start;
  const { nowMs, paused, blackout, occupation } = situation;
  const lateMs = nowMs - dueMs;
  if (paused !== null && !waiting) return { outcome: 'paused', reason: PAUSED[paused] };
  if (waiting && lateMs > entry.delayLimitMs) {
    return { outcome: 'skip', reason: `its target was not free within ${formatDuration(entry.delayLimitMs)}` };
  }
  if (!waiting && lateMs > entry.lateLimitMs) {
    const late = `${formatDuration(Math.floor(lateMs / 1000) * 1000)} late`;
    return { outcome: 'missed', reason: `${late}, and ${formatDuration(entry.lateLimitMs)} is its limit` };
  }
  // What waits was due before the pause: it must not vanish without a word.
  if (paused !== null) return { outcome: 'delay', untilMs: null, reason: PAUSED[paused] };
  if (blackout !== null) return keptBack(start, blackout);
  if (occupation !== null) return settle(start, occupation, nowMs);
  if (waiting) return { outcome: 'start', reason: `${delayText(lateMs)} after it was due: it had to wait` };
  return { outcome: 'start', reason: lateMs <= ON_TIME_MS ? 'on time' : `${delayText(lateMs)} late` };
}

/** A blackout keeps back what is due in it. What was due before only waits: nobody meant it to be left out. */
function keptBack({ entry, dueMs, waiting }: DueStart, { fromMs, untilMs, reason: why }: BlackoutWindow): Decision {
  const reason = `blackout: ${why}`;
  if (!waiting && fromMs <= dueMs) return { outcome: 'blackout', reason };
  if (!waiting && untilMs > dueMs + entry.lateLimitMs) {
    const limit = `${formatDuration(entry.lateLimitMs)}, the limit of its lateness`;
    return { outcome: 'missed', reason: `${reason}, which lasts for longer than ${limit}` };
  }
  return { outcome: 'delay', untilMs, reason };
}

/** The target is taken. */
function settle({ entry, dueMs, lengthMs, waiting }: DueStart, occupation: Occupation, nowMs: number): Decision {
  const { what, endMs, canAbsorb } = occupation;
  const delay = (reason: string): Decision => ({ outcome: 'delay', untilMs: endMs, reason });
  // Counted from when it was due: else starts that rather skip would wait for one another without end.
  if (endMs !== null && endMs <= Math.max(nowMs, dueMs + graceMs(entry))) return delay(`${what} is about to end`);
  const fits = endMs !== null && nowMs + lengthMs <= endMs;
  if (entry.onConflict === 'absorb' && canAbsorb && fits) return { outcome: 'absorb', reason: `part of ${what}` };
  if (entry.onConflict === 'skip' || entry.onConflict === null) {
    return { outcome: 'skip', reason: `its target is taken by ${what}` };
  }
  // Nobody knows whether a run ends early once it waits; before, a wait that is known to be too long is not begun.
  if (!waiting && endMs !== null && endMs > dueMs + entry.delayLimitMs) {
    const limit = formatDuration(entry.delayLimitMs);
    return { outcome: 'skip', reason: `${what} has its target for longer than ${limit}, the limit of its delay` };
  }
  if (entry.onConflict === 'absorb' && canAbsorb) return delay(`${what} ends before it would`);
  return delay(`its target is taken by ${what}`);
}

const delayText = (ms: number): string => formatDuration(Math.max(1, Math.round(ms / MINUTE_MS)) * MINUTE_MS);
