/** Rows of one run out of a store, and into another. */
import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import { EXIT, SoakdError } from '../../base/errors.ts';
import { FINAL_STATES, isFinal, type RunState } from '../../model/run.ts';
import { type Archive, type ArchivedRow, digestOfRows, type Value } from '../archive/lines.ts';
import { shownRows } from '../archive/shown.ts';
import { ARCHIVED_TABLES } from '../archive/tables.ts';
import { importNote } from '../duty-store.ts';
import { storeError } from './errors.ts';
import { openSqlite, type SqliteStoreOptions } from './open.ts';
import { SampleTable } from './sample-table.ts';
import { SketchTable } from './sketch-table.ts';
import { WindowTable } from './window-table.ts';

/** Opens a file for exporting and importing. Rejects as `openSqliteStore`. */
export const openRunArchive = (options: SqliteStoreOptions): Promise<RunArchive> =>
  openSqlite(options, (db, path) => new RunArchive(db, path));

/** What everything else relies on; the rest of a run is read with the same trust as from the store. */
const runBody = z.looseObject({
  id: z.string(),
  name: z.string(),
  targetUrl: z.url(),
  profile: z.looseObject({ name: z.string(), durationMs: z.number() }),
  profileSource: z.string(),
  createdMs: z.number(),
  startMs: z.number(),
  endMs: z.number(),
  compression: z.number().min(1),
  rehearsal: z.boolean(),
  labels: z.record(z.string(), z.string()),
  startedBy: z.string(),
});

export class RunArchive {
  readonly #db: Database;
  readonly #file: string;

  constructor(db: Database, file: string) {
    this.#db = db;
    this.#file = file;
  }

  /** Throws `run_not_found`, and `run_live` for one that is not over: its rows would be those of different moments. */
  requireEnded(runId: string): void {
    const state = this.#try(() =>
      this.#db
        .prepare<[string, string], { state: RunState | null }>(
          `SELECT (SELECT to_state FROM transition WHERE run_id = ? ORDER BY id DESC LIMIT 1) AS state FROM run WHERE id = ?`,
        )
        .get(runId, runId),
    );
    if (state === undefined) {
      throw new SoakdError(`no run ${runId} in this store`, {
        code: 'run_not_found',
        hint: '`soakd runs` lists what is there',
        exitCode: EXIT.badInput,
      });
    }
    if (state.state !== null && isFinal(state.state)) return;
    throw new SoakdError(`run ${runId} is not over`, {
      code: 'run_live',
      hint: 'export it when it has ended; `soakd backup` copies what there is of all runs',
      exitCode: EXIT.badInput,
    });
  }

  /** The YAML of a run that is there. */
  profileSource(runId: string): string {
    const select = this.#db
      .prepare<[string], string>("SELECT body ->> '$.profileSource' FROM run WHERE id = ?")
      .pluck();
    return this.#try(() => select.get(runId)) ?? '';
  }

  /** Every row of a run at one instant, in the order of an archive. */
  *rows(runId: string): Generator<ArchivedRow> {
    this.#db.exec('BEGIN');
    try {
      for (const table of ARCHIVED_TABLES) {
        const select = this.#db.prepare<{ run: string }, Value[]>(table.select).raw();
        for (const values of select.iterate({ run: runId })) yield { table, values };
      }
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  /**
   * Writes all rows of an archive in one transaction, and `alongside` before it ends: what throws there leaves nothing.
   * False when the very same run is there already. Throws `run_exists` for another one of its id, `archive_invalid` for rows that
   * do not fit together or cannot be read.
   */
  insert({ header: { runId }, rows, rowsDigest }: Archive, file: string, alongside: () => void): boolean {
    const present = this.#digests(runId);
    if (present.includes(rowsDigest)) return false;
    if (present.length > 0) throw exists(runId);
    checkRun(runId, rows, file);
    return this.#try(() => {
      this.#db
        .transaction(() => {
          try {
            this.#insertRows(runId, rows);
            this.#db
              .prepare('INSERT OR REPLACE INTO note (key, body) VALUES (?, ?)')
              .run(importNote(runId), JSON.stringify({ runId }));
            this.#readBack(runId);
          } catch (thrown) {
            throw invalidRows(file, thrown);
          }
          alongside();
        })
        .immediate();
      return true;
    });
  }

  close(): void {
    this.#db.close();
  }

  #insertRows(runId: string, rows: readonly ArchivedRow[]): void {
    const inserts = new Map(ARCHIVED_TABLES.map(({ name, insert }) => [name, this.#db.prepare(insert)]));
    for (const { table, values } of rows) inserts.get(table.name)?.run({ run: runId }, ...values);
  }

  /** Digests of a run's rows, as they are stored and as they are exported; none when it is not there. */
  #digests(runId: string): string[] {
    return this.#try(() => {
      const known = this.#db.prepare('SELECT 1 FROM run WHERE id = ?').get(runId) !== undefined;
      return known ? [digestOfRows(this.rows(runId)), digestOfRows(shownRows(this.rows(runId)))] : [];
    });
  }

  /** What is packed inside the rows must be legible. */
  #readBack(runId: string): void {
    new WindowTable(this.#db).read(runId, undefined);
    new SketchTable(this.#db).read(runId, undefined);
    new SampleTable(this.#db).read(runId, undefined);
  }

  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      throw storeError(this.#file, thrown);
    }
  }
}

function checkRun(runId: string, rows: readonly ArchivedRow[], file: string): void {
  const body = rows.find(({ table }) => table.name === 'run')?.values[1];
  const checked = runBody.safeParse(JSON.parse(String(body)));
  if (!checked.success) throw invalidRows(file, new Error(z.prettifyError(checked.error).replaceAll(/\s+/g, ' ')));
  if (checked.data.id !== runId) throw invalidRows(file, new Error('its run has another id than its head says'));
  const last = rows.findLast(({ table }) => table.name === 'transition')?.values[2];
  if (!FINAL_STATES.some((state) => state === last)) throw invalidRows(file, new Error('its run is not over'));
}

const exists = (runId: string): SoakdError =>
  new SoakdError(`there is another run ${runId} in this store`, {
    code: 'run_exists',
    hint: 'nothing was imported; import it into a data folder of its own with --data',
    exitCode: EXIT.badInput,
  });

/** A full disk is no fault of the archive. */
function invalidRows(file: string, thrown: unknown): unknown {
  if (thrown instanceof SoakdError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (code.startsWith('SQLITE') && !code.startsWith('SQLITE_CONSTRAINT') && code !== 'SQLITE_MISMATCH') return thrown;
  return new SoakdError(`${file} is no run that can be imported: its rows do not fit together`, {
    code: 'archive_invalid',
    hint: 'export the run again with `soakd export`',
    exitCode: EXIT.badInput,
    cause: thrown,
  });
}
