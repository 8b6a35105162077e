import type { Database, Statement } from 'better-sqlite3';
import type { Action, EventSeverity, NewEvent, RunEvent } from '../../model/run.ts';
import type { TimeRange } from '../store.ts';
import { type Limits, limitsOf } from './hours.ts';

type EventRow = Omit<RunEvent, 'data'> & { data: string };

/** What happened and what operators did. Ids only grow, over all runs. Writes run in the caller's transaction. */
export class LogTable {
  readonly #addEvent: Statement<[string, number, string, EventSeverity, string, string]>;
  readonly #events: Statement<[string, ...Limits, number, number], EventRow>;
  readonly #addAction: Statement<[string, string]>;
  readonly #actions: Statement<[string], { id: number; body: string }>;

  constructor(db: Database) {
    this.#addEvent = db.prepare(
      'INSERT INTO event (run_id, at_ms, kind, severity, message, data) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#events = db.prepare(
      `SELECT id, at_ms AS atMs, kind, severity, message, data FROM event
       WHERE run_id = ? AND at_ms >= ? AND at_ms < ? AND id > ? ORDER BY id LIMIT ?`,
    );
    this.#addAction = db.prepare('INSERT INTO action (run_id, body) VALUES (?, ?)');
    this.#actions = db.prepare('SELECT id, body FROM action WHERE run_id = ? ORDER BY id');
  }

  addEvents(runId: string, events: readonly NewEvent[]): RunEvent[] {
    return events.map(({ atMs, kind, severity, message, data }) => {
      const { lastInsertRowid } = this.#addEvent.run(runId, atMs, kind, severity, message, JSON.stringify(data));
      return { id: Number(lastInsertRowid), atMs, kind, severity, message, data };
    });
  }

  /** In the order in which they were written. */
  events(runId: string, options: (TimeRange & { afterId?: number; limit?: number }) | undefined): RunEvent[] {
    return this.#events
      .all(runId, ...limitsOf(options), options?.afterId ?? 0, options?.limit ?? -1)
      .map((row) => ({ ...row, data: JSON.parse(row.data) }));
  }

  addAction(runId: string, action: Omit<Action, 'id'>): Action {
    const { lastInsertRowid } = this.#addAction.run(runId, JSON.stringify(action));
    return { id: Number(lastInsertRowid), ...action };
  }

  actions(runId: string): Action[] {
    return this.#actions.all(runId).map(({ id, body }): Action => ({ id, ...JSON.parse(body) }));
  }
}
