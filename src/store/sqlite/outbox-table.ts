import type { Database, Statement } from 'better-sqlite3';
import type { NewNotification, Notification } from '../../model/notification.ts';

type Row = Omit<Notification, 'body'> & { body: string };
type Delivery = Pick<Notification, 'id' | 'attempts' | 'dueMs' | 'deliveredMs' | 'failedMs' | 'lastError'>;

const COLUMNS = `id, key, channel, group_key AS "group", created_ms AS createdMs, due_ms AS dueMs, attempts,
  delivered_ms AS deliveredMs, failed_ms AS failedMs, last_error AS lastError, body`;

/** Messages on their way out, and those that went. Writes run in the caller's transaction. */
export class OutboxTable {
  readonly #add: Statement<[string, string, string, string | null, number, number, string]>;
  readonly #waiting: Statement<[string, number], Row>;
  readonly #sizes: Statement<[], { channel: string; waiting: number }>;
  readonly #newest: Statement<[{ runId: string | null; state: string | null; limit: number }], Row>;
  readonly #put: Statement<[Delivery]>;

  constructor(db: Database) {
    this.#add = db.prepare(
      `INSERT INTO notification (key, channel, group_key, run_id, created_ms, due_ms, body) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (key) DO NOTHING`,
    );
    const waiting = 'delivered_ms IS NULL AND failed_ms IS NULL';
    this.#waiting = db.prepare(
      `SELECT ${COLUMNS} FROM notification WHERE channel = ? AND ${waiting} ORDER BY id LIMIT ?`,
    );
    this.#sizes = db.prepare(`SELECT channel, count(*) AS waiting FROM notification WHERE ${waiting} GROUP BY channel`);
    const state = `CASE WHEN delivered_ms IS NOT NULL THEN 'delivered' WHEN failed_ms IS NOT NULL THEN 'given_up'
      ELSE 'waiting' END`;
    this.#newest = db.prepare(
      `SELECT ${COLUMNS} FROM notification WHERE (:runId IS NULL OR run_id = :runId)
         AND (:state IS NULL OR ${state} = :state) ORDER BY id DESC LIMIT :limit`,
    );
    this.#put = db.prepare(
      `UPDATE notification SET attempts = :attempts, due_ms = :dueMs, delivered_ms = :deliveredMs,
         failed_ms = :failedMs, last_error = :lastError WHERE id = :id`,
    );
  }

  add({ key, channel, group, createdMs, dueMs, body }: NewNotification): void {
    this.#add.run(key, channel, group, body.runId, createdMs, dueMs, JSON.stringify(body));
  }

  waiting(channel: string, limit: number): Notification[] {
    return this.#waiting.all(channel, limit).map(parse);
  }

  sizes(): Record<string, number> {
    return Object.fromEntries(this.#sizes.all().map(({ channel, waiting }) => [channel, waiting]));
  }

  newest({
    limit = -1,
    runId = null,
    state = null,
  }: {
    limit?: number;
    runId?: string | null;
    state?: string | null;
  } = {}) {
    return this.#newest.all({ runId, state, limit }).map(parse);
  }

  put({ id, attempts, dueMs, deliveredMs, failedMs, lastError }: Delivery): void {
    this.#put.run({ id, attempts, dueMs, deliveredMs, failedMs, lastError });
  }
}

const parse = (row: Row): Notification => ({ ...row, body: JSON.parse(row.body) });
