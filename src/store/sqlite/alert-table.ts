import type { Database, Statement } from 'better-sqlite3';
import type { Alert, AlertTransition, Silence } from '../../model/alert.ts';
import type { AlertQuery } from '../duty-store.ts';

interface Body {
  body: string;
}

/** Alerts, their history, and silences. Writes run in the caller's transaction. */
export class AlertTable {
  readonly #put: Statement<[string, string | null, number, string]>;
  readonly #get: Statement<[string], Body>;
  readonly #list: Statement<
    [{ anyRun: number; runId: string | null; openOnly: number; before: string; limit: number }],
    Body
  >;
  readonly #addTransition: Statement<[string, number, string | null, string, string]>;
  readonly #transitions: Statement<[string], AlertTransition>;
  readonly #putSilence: Statement<[string, number, number, number, string]>;
  readonly #silences: Statement<[], Body>;
  readonly #silencesAt: Statement<[number, number], Body>;

  constructor(db: Database) {
    this.#put = db.prepare(
      `INSERT INTO alert (id, run_id, is_open, body) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET is_open = excluded.is_open, body = excluded.body`,
    );
    this.#get = db.prepare('SELECT body FROM alert WHERE id = ?');
    this.#list = db.prepare(
      `SELECT body FROM alert
       WHERE (:anyRun = 1 OR run_id IS :runId) AND is_open >= :openOnly AND id < :before
       ORDER BY id DESC LIMIT :limit`,
    );
    this.#addTransition = db.prepare(
      'INSERT INTO alert_transition (alert_id, at_ms, from_state, to_state, reason) VALUES (?, ?, ?, ?, ?)',
    );
    this.#transitions = db.prepare(
      `SELECT alert_id AS alertId, at_ms AS atMs, from_state AS "from", to_state AS "to", reason
       FROM alert_transition WHERE alert_id = ? ORDER BY id`,
    );
    this.#putSilence = db.prepare(
      `INSERT INTO silence (id, created_ms, from_ms, until_ms, body) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET from_ms = excluded.from_ms, until_ms = excluded.until_ms, body = excluded.body`,
    );
    this.#silences = db.prepare('SELECT body FROM silence ORDER BY created_ms DESC, id DESC');
    this.#silencesAt = db.prepare(
      'SELECT body FROM silence WHERE from_ms <= ? AND until_ms > ? ORDER BY created_ms DESC, id DESC',
    );
  }

  put(alert: Alert): void {
    this.#put.run(alert.id, alert.runId, alert.state === 'resolved' ? 0 : 1, JSON.stringify(alert));
  }

  get(id: string): Alert | null {
    const row = this.#get.get(id);
    return row === undefined ? null : JSON.parse(row.body);
  }

  /** Newest first: ids begin with their time. */
  list({ runId, openOnly = false, limit = -1, beforeId = '\u{10FFFF}' }: AlertQuery = {}): Alert[] {
    const rows = this.#list.all({
      anyRun: runId === undefined ? 1 : 0,
      runId: runId ?? null,
      openOnly: openOnly ? 1 : 0,
      before: beforeId,
      limit,
    });
    return rows.map(({ body }): Alert => JSON.parse(body));
  }

  addTransition({ alertId, atMs, from, to, reason }: AlertTransition): void {
    this.#addTransition.run(alertId, atMs, from, to, reason);
  }

  transitions(alertId: string): AlertTransition[] {
    return this.#transitions.all(alertId);
  }

  putSilence(silence: Silence): void {
    const untilMs = Math.min(silence.untilMs, silence.endedMs ?? silence.untilMs);
    this.#putSilence.run(silence.id, silence.createdMs, silence.fromMs, untilMs, JSON.stringify(silence));
  }

  silences(atMs: number | undefined): Silence[] {
    const rows = atMs === undefined ? this.#silences.all() : this.#silencesAt.all(atMs, atMs);
    return rows.map(({ body }): Silence => JSON.parse(body));
  }
}
