import type { Database, Statement } from 'better-sqlite3';
import type { Lease } from '../store.ts';

/** What can be had once: a target at a time, a request by its key. Writes run in the caller's transaction. */
export class ClaimTable {
  readonly #acquire: Statement<[string, string, string, number, number]>;
  readonly #release: Statement<[string, string, string]>;
  readonly #lease: Statement<[string], Lease>;
  readonly #putKey: Statement<[string, string, number]>;
  readonly #key: Statement<[string], { runId: string }>;

  constructor(db: Database) {
    this.#acquire = db.prepare(
      `INSERT INTO lease (target, run_id, holder, expires_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (target) DO UPDATE SET
         run_id = excluded.run_id, holder = excluded.holder, expires_ms = excluded.expires_ms
       WHERE expires_ms <= ? OR (run_id = excluded.run_id AND holder = excluded.holder)`,
    );
    this.#release = db.prepare('DELETE FROM lease WHERE target = ? AND run_id = ? AND holder = ?');
    this.#lease = db.prepare(
      'SELECT target, run_id AS runId, holder, expires_ms AS expiresMs FROM lease WHERE target = ?',
    );
    this.#putKey = db.prepare('INSERT OR IGNORE INTO idempotency (key, run_id, at_ms) VALUES (?, ?, ?)');
    this.#key = db.prepare('SELECT run_id AS runId FROM idempotency WHERE key = ?');
  }

  acquire({ target, runId, holder, expiresMs }: Lease, nowMs: number): boolean {
    return this.#acquire.run(target, runId, holder, expiresMs, nowMs).changes > 0;
  }

  release({ target, runId, holder }: Omit<Lease, 'expiresMs'>): void {
    this.#release.run(target, runId, holder);
  }

  lease(target: string): Lease | null {
    return this.#lease.get(target) ?? null;
  }

  idempotent(key: string, runId: string, nowMs: number): string | null {
    if (this.#putKey.run(key, runId, nowMs).changes > 0) return null;
    return this.#key.get(key)?.runId ?? null;
  }
}
