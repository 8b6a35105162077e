/** The schedule played ahead: what would become of each start if every run took its planned time and nothing else happened. */
import { canonicalTarget } from '../config/target.ts';
import type { Schedule, ScheduleEntry } from '../model/schedule.ts';
import { BlackoutDays, type BlackoutWindow, blackoutWindows } from './blackout.ts';
import { type Decision, decide, graceMs, type Occupation } from './decide.ts';
import { startsBetween } from './starts.ts';

/** One start in the timetable. */
export interface TimetableRow {
  entry: ScheduleEntry;
  dueMs: number;
  /** `start`, also after a delay; `absorb`, `skip`, …; `waits`: it still waits at the end of the table. */
  outcome: Exclude<Decision['outcome'], 'delay'> | 'waits';
  reason: string;
  /** When it begins, after a delay; null when it does not. Of an absorbed one its window within the other. */
  startMs: number | null;
  endMs: number | null;
  /** The start that had the target when it was due; null: nobody had, or it only came right behind. */
  conflict: { with: ScheduleEntry | null; what: string; fromMs: number | null; untilMs: number } | null;
  /** The blackout that begins while it runs; null: none does. */
  reaches: BlackoutWindow | null;
}

/** A run that has a target already when the table begins. */
export interface OngoingRun {
  targetUrl: string | null;
  what: string;
  endMs: number;
}

export interface TimetableOptions {
  fromMs: number;
  untilMs: number;
  /** Names of entries; `*`: all. */
  paused?: readonly string[];
  ongoing?: readonly OngoingRun[];
  /** Only so many starts, the first: the cost of a look ahead has a limit. */
  most?: number;
}

/** How long an entry has its target, real time. */
export const lengthOf = ({ work }: Pick<ScheduleEntry, 'work'>): number =>
  work.kind === 'request' ? work.withinMs : (work.rehearseMs ?? work.lengthMs);

interface Holding extends Occupation {
  endMs: number;
  entry: ScheduleEntry | null;
  /** Since when; null: since before the table. */
  fromMs: number | null;
}

interface Waiting {
  row: TimetableRow;
  lookMs: number;
}

const byDue = ({ row: a }: Waiting, { row: b }: Waiting): number => a.dueMs - b.dueMs || a.entry.order - b.entry.order;

/** All that is due in [fromMs, untilMs), in the order in which it is due. */
export function timetable(schedule: Schedule, options: TimetableOptions): TimetableRow[] {
  const { fromMs, untilMs, paused = [], ongoing = [], most = Infinity } = options;
  const blackouts = new BlackoutDays(schedule.blackouts);
  const due = schedule.entries
    .filter(({ enabled }) => enabled)
    .flatMap((entry) => startsBetween(entry, fromMs, untilMs, most).map((dueMs) => newRow(entry, dueMs)))
    .toSorted((a, b) => a.dueMs - b.dueMs || a.entry.order - b.entry.order)
    .slice(0, most);
  const targets = new Map<string, Target>();
  const targetOf = (url: string | null): Target => {
    const key = url === null ? '' : canonicalTarget(url);
    const known = targets.get(key) ?? new Target(schedule, blackouts, paused);
    targets.set(key, known);
    return known;
  };
  for (const { targetUrl, what, endMs } of ongoing) {
    targetOf(targetUrl).hold({ what, endMs, canAbsorb: true, entry: null, fromMs: null });
  }
  for (const row of due) targetOf(row.entry.targetUrl).arrive(row);
  for (const target of targets.values()) target.passTo(untilMs);
  return due;
}

const newRow = (entry: ScheduleEntry, dueMs: number): TimetableRow => ({
  ...{ entry, dueMs, outcome: 'waits', reason: '', startMs: null, endMs: null, conflict: null, reaches: null },
});

/** One target as time passes: who has it, and who waits. */
class Target {
  readonly #schedule: Schedule;
  readonly #blackouts: BlackoutDays;
  readonly #paused: readonly string[];
  #holding: Holding | null = null;
  #waiting: Waiting[] = [];

  constructor(schedule: Schedule, blackouts: BlackoutDays, paused: readonly string[]) {
    this.#schedule = schedule;
    this.#blackouts = blackouts;
    this.#paused = paused;
  }

  hold(holding: Holding): void {
    if (this.#holding === null || holding.endMs > this.#holding.endMs) this.#holding = holding;
  }

  arrive(row: TimetableRow): void {
    this.passTo(row.dueMs);
    const nowMs = row.dueMs;
    const holder = this.#holderAt(nowMs);
    if (holder !== null && holder.endMs - nowMs > graceMs(row.entry)) {
      row.conflict = { with: holder.entry, what: holder.what, fromMs: holder.fromMs, untilMs: holder.endMs };
    }
    this.#settle(row, nowMs, false);
  }

  /** Those that wait get their turn until `untilMs`, in the order in which they were due. */
  passTo(untilMs: number): void {
    for (;;) {
      const lookMs = Math.min(...this.#waiting.map((waiting) => waiting.lookMs));
      if (lookMs > untilMs || this.#waiting.length === 0) return;
      const ready = this.#waiting.filter((waiting) => waiting.lookMs <= lookMs);
      this.#waiting = this.#waiting.filter((waiting) => waiting.lookMs > lookMs);
      for (const { row } of ready.toSorted(byDue)) this.#settle(row, lookMs, true);
    }
  }

  #holderAt(nowMs: number): Holding | null {
    return this.#holding !== null && this.#holding.endMs > nowMs ? this.#holding : null;
  }

  #settle(row: TimetableRow, nowMs: number, waiting: boolean): void {
    const { entry, dueMs } = row;
    const lengthMs = lengthOf(entry);
    const holder = this.#holderAt(nowMs);
    const decision = decide(
      { entry, dueMs, lengthMs, waiting },
      {
        nowMs,
        paused: this.#paused.includes('*') ? 'everything' : this.#paused.includes(entry.name) ? 'entry' : null,
        blackout: this.#blackouts.at(nowMs),
        occupation: holder,
      },
    );
    row.reason = decision.reason;
    if (decision.outcome === 'delay') {
      // What waits without a known end is looked at when the limit of its delay is over.
      const lookMs = Math.max(nowMs + 1, decision.untilMs ?? dueMs + entry.delayLimitMs + 1);
      this.#waiting.push({ row, lookMs });
      return;
    }
    row.outcome = decision.outcome;
    if (decision.outcome !== 'start' && decision.outcome !== 'absorb') return;
    row.startMs = nowMs;
    row.endMs = nowMs + lengthMs;
    if (decision.outcome === 'absorb') return;
    const inside = blackoutWindows(this.#schedule.blackouts, nowMs, row.endMs);
    row.reaches = inside[0] ?? null;
    this.#holding = {
      ...{ what: entry.name, endMs: row.endMs, canAbsorb: entry.work.kind === 'run', entry, fromMs: nowMs },
    };
  }
}
