import type { Database, Statement } from 'better-sqlite3';
import type { Baseline } from '../../model/baseline.ts';

/** Runs that others are held against. Writes run in the caller's transaction. */
export class BaselineTable {
  readonly #put: Statement<[Baseline]>;
  readonly #remove: Statement<[string, string]>;
  readonly #all: Statement<[], Baseline>;
  readonly #ofProfile: Statement<[string], Baseline>;

  constructor(db: Database) {
    this.#put = db.prepare(
      `INSERT OR REPLACE INTO baseline (profile, name, run_id, promoted_ms, who)
       VALUES (:profile, :name, :runId, :promotedMs, :who)`,
    );
    this.#remove = db.prepare('DELETE FROM baseline WHERE profile = ? AND name = ?');
    const all = 'SELECT profile, name, run_id AS runId, promoted_ms AS promotedMs, who FROM baseline';
    this.#all = db.prepare(`${all} ORDER BY profile, name`);
    this.#ofProfile = db.prepare(`${all} WHERE profile = ? ORDER BY name`);
  }

  put(baseline: Baseline): void {
    this.#put.run(baseline);
  }

  remove(profile: string, name: string): boolean {
    return this.#remove.run(profile, name).changes > 0;
  }

  list(profile: string | undefined): Baseline[] {
    return profile === undefined ? this.#all.all() : this.#ofProfile.all(profile);
  }
}
