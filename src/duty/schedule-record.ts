import type { ScheduledStart } from '../model/schedule.ts';
import type { DutyStore } from '../store/duty-store.ts';

/** Older ones are of no interest to a status; years of the plan's schedule. */
const NEWEST_ROWS = 20_000;

/** What became of starts, as far as status, metrics and words about runs need it. Follows from the rows. */
export class ScheduleRecord {
  readonly #last = new Map<string, ScheduledStart>();
  readonly #lastRun = new Map<string, ScheduledStart>();
  readonly #missed = new Map<string, Set<number>>();
  readonly #entryByRun = new Map<string, string>();

  static async read(duty: Pick<DutyStore, 'scheduledStarts'>): Promise<ScheduleRecord> {
    const record = new ScheduleRecord();
    for (const row of (await duty.scheduledStarts({ limit: NEWEST_ROWS })).toReversed()) record.put(row);
    return record;
  }

  put(row: ScheduledStart): void {
    const { entry, dueMs, outcome, runId } = row;
    if ((this.#last.get(entry)?.dueMs ?? Number.NEGATIVE_INFINITY) <= dueMs) this.#last.set(entry, row);
    if (outcome === 'started') {
      if ((this.#lastRun.get(entry)?.dueMs ?? Number.NEGATIVE_INFINITY) <= dueMs) this.#lastRun.set(entry, row);
      if (runId !== null) this.#entryByRun.set(runId, entry);
    }
    if (outcome === 'missed' || outcome === 'refused') {
      const missed = this.#missed.get(entry) ?? new Set();
      this.#missed.set(entry, missed.add(dueMs));
    }
  }

  /** The newest of an entry, whatever became of it. */
  last = (entry: string): ScheduledStart | null => this.#last.get(entry) ?? null;
  /** The newest of an entry that was started. */
  lastStarted = (entry: string): ScheduledStart | null => this.#lastRun.get(entry) ?? null;
  /** How many starts of an entry were missed or refused. */
  missedCount = (entry: string): number => this.#missed.get(entry)?.size ?? 0;
  entryOf = (runId: string): string | null => this.#entryByRun.get(runId) ?? null;
}
