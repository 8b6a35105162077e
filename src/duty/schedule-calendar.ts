import type { ScheduleEntry } from '../model/schedule.ts';
import { type BlackoutWindow, blackoutAt } from '../schedule/blackout.ts';
import type { LoadedSchedule } from '../schedule/load-schedule.ts';
import { nextStart, startsBetween } from '../schedule/starts.ts';
import { type OngoingRun, type TimetableRow, timetable } from '../schedule/timetable.ts';

/**
 * A schedule whose clock may be ahead of the real one, for a rehearsal of the schedule: with an offset of five days today's
 * starts are those of five days later. Every instant that goes in and comes out is real: nothing else of soakd is shifted,
 * since k6 follows its plan by the clock of the machine.
 */
export class ScheduleCalendar {
  readonly loaded: LoadedSchedule | null;
  readonly offsetMs: number;

  constructor(loaded: LoadedSchedule | null, offsetMs = 0) {
    this.loaded = loaded;
    this.offsetMs = offsetMs;
  }

  get entries(): readonly ScheduleEntry[] {
    return this.loaded?.schedule.entries ?? [];
  }

  entry(name: string): ScheduleEntry | null {
    return this.entries.find((entry) => entry.name === name) ?? null;
  }

  /** When an entry is due after `afterMs` and not after `untilMs`; never when it is not enabled. */
  dueIn(entry: ScheduleEntry, afterMs: number, untilMs: number): number[] {
    if (!entry.enabled || afterMs >= untilMs) return [];
    const ahead = startsBetween(entry, afterMs + 1 + this.offsetMs, untilMs + 1 + this.offsetMs);
    return ahead.map((atMs) => atMs - this.offsetMs);
  }

  /** When an entry is due first after `afterMs`; null: never. */
  nextDue(entry: ScheduleEntry, afterMs: number): number | null {
    const atMs = entry.enabled ? nextStart(entry, afterMs + 1 + this.offsetMs) : null;
    return atMs === null ? null : atMs - this.offsetMs;
  }

  blackoutAt(atMs: number): BlackoutWindow | null {
    const window = blackoutAt(this.loaded?.schedule.blackouts ?? [], atMs + this.offsetMs);
    return window === null ? null : this.#shifted(window);
  }

  timetable(
    fromMs: number,
    untilMs: number,
    paused: readonly string[],
    ongoing: readonly OngoingRun[],
    most?: number,
  ): TimetableRow[] {
    if (this.loaded === null) return [];
    const { offsetMs } = this;
    const rows = timetable(this.loaded.schedule, {
      fromMs: fromMs + offsetMs,
      untilMs: untilMs + offsetMs,
      paused,
      ...(most === undefined ? {} : { most }),
      ongoing: ongoing.map((run) => ({ ...run, endMs: run.endMs + offsetMs })),
    });
    const back = (atMs: number | null): number | null => (atMs === null ? null : atMs - offsetMs);
    return rows.map((row) => ({
      ...row,
      dueMs: row.dueMs - offsetMs,
      startMs: back(row.startMs),
      endMs: back(row.endMs),
      conflict:
        row.conflict === null
          ? null
          : { ...row.conflict, fromMs: back(row.conflict.fromMs), untilMs: row.conflict.untilMs - offsetMs },
      reaches: row.reaches === null ? null : this.#shifted(row.reaches),
    }));
  }

  #shifted({ fromMs, untilMs, reason }: BlackoutWindow): BlackoutWindow {
    return { fromMs: fromMs - this.offsetMs, untilMs: untilMs - this.offsetMs, reason };
  }
}
