import type { Database, Statement } from 'better-sqlite3';
import type { ScheduledStart } from '../../model/schedule.ts';

interface Query {
  entry?: string;
  sinceMs?: number;
  limit?: number;
}

/** What became of scheduled starts. Writes run in the caller's transaction. */
export class ScheduleTable {
  readonly #add: Statement<[ScheduledStart]>;
  readonly #change: Statement<[ScheduledStart]>;
  readonly #list: Statement<[{ anyEntry: number; entry: string; sinceMs: number; limit: number }], ScheduledStart>;

  constructor(db: Database) {
    this.#add = db.prepare(
      `INSERT OR IGNORE INTO scheduled_start (entry, due_ms, outcome, at_ms, run_id, reason)
       VALUES (:entry, :dueMs, :outcome, :atMs, :runId, :reason)`,
    );
    this.#change = db.prepare(
      `UPDATE scheduled_start SET outcome = :outcome, at_ms = :atMs, run_id = :runId, reason = :reason
       WHERE entry = :entry AND due_ms = :dueMs`,
    );
    this.#list = db.prepare(
      `SELECT entry, due_ms AS dueMs, outcome, at_ms AS atMs, run_id AS runId, reason FROM scheduled_start
       WHERE (:anyEntry = 1 OR entry = :entry) AND due_ms >= :sinceMs ORDER BY due_ms DESC, entry LIMIT :limit`,
    );
  }

  settle(start: ScheduledStart): boolean {
    return this.#add.run(start).changes > 0;
  }

  change(start: ScheduledStart): void {
    this.#change.run(start);
  }

  list({ entry, sinceMs = 0, limit = -1 }: Query = {}): ScheduledStart[] {
    return this.#list.all({ anyEntry: entry === undefined ? 1 : 0, entry: entry ?? '', sinceMs, limit });
  }
}
