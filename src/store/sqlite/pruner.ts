import type { Database } from 'better-sqlite3';
import type { NewEvent } from '../../model/run.ts';
import { ROWS_PRUNED } from '../pruned.ts';
import { storeError } from './errors.ts';
import { LogTable } from './log-table.ts';
import { openSqlite, type SqliteStoreOptions } from './open.ts';

interface RowTable {
  table: string;
  /** Which of its rows belong to the run `@run`. */
  ofRun: string;
  /** What tells its rows apart. */
  key: string;
  /** Bytes of a row: the length of what it holds, or what a row of numbers takes. */
  size: string;
  /** Rows that one transaction deletes: of a megabyte or so. */
  slice: number;
}

const BLOB = { key: 'rowid', size: 'length(body)', slice: 64 } as const;
const OF_RUN = 'run_id = @run';
const OF_SERIES = 'series_key IN (SELECT key FROM series WHERE run_id = @run)';

/** What a verdict is computed from. */
const ROW_TABLES: readonly RowTable[] = [
  { table: 'window_single', ofRun: OF_RUN, ...BLOB },
  { table: 'window_chunk', ofRun: OF_RUN, ...BLOB },
  { table: 'sketch_minute', ofRun: OF_RUN, ...BLOB },
  { table: 'sketch_hour', ofRun: OF_RUN, ...BLOB },
  { table: 'sample_hour', ofRun: OF_SERIES, ...BLOB },
  { table: 'sample_part', ofRun: OF_SERIES, key: 'series_key, at_ms, part', size: '48', slice: 4_000 },
  {
    table: 'window_seen',
    ofRun: 'process_key IN (SELECT key FROM load_process WHERE run_id = @run)',
    key: 'process_key, sequence',
    size: '8',
    slice: 8_000,
  },
];

/** The rest of a run, in an order that references allow. */
const REST_OF_RUN: readonly string[] = [
  'DELETE FROM alert_transition WHERE alert_id IN (SELECT id FROM alert WHERE run_id = @run)',
  ...[
    'alert',
    'notification',
    'event',
    'action',
    'verdict',
    'transition',
    'load_process',
    'series',
    'lease',
    'idempotency',
  ].map((table) => `DELETE FROM ${table} WHERE run_id = @run`),
  'DELETE FROM run WHERE id = @run',
];

/** Rows about duty that nobody needs any more: what was settled before `@before`. */
const SETTLED: Readonly<Record<keyof PrunedDuty, string>> = {
  notifications:
    'DELETE FROM notification WHERE (delivered_ms IS NOT NULL OR failed_ms IS NOT NULL) AND coalesce(delivered_ms, failed_ms) < @before',
  // Those of a run are a part of it, and go with it.
  alerts: `DELETE FROM alert WHERE run_id IS NULL AND is_open = 0 AND json_extract(body, '$.resolvedMs') < @before`,
  silences: 'DELETE FROM silence WHERE until_ms < @before',
  scheduledStarts: 'DELETE FROM scheduled_start WHERE at_ms < @before',
  idempotencyKeys: 'DELETE FROM idempotency WHERE at_ms < @before',
};

export interface PrunedDuty {
  notifications: number;
  alerts: number;
  silences: number;
  scheduledStarts: number;
  idempotencyKeys: number;
}

/** Opens the file for deleting; beside a daemon or without one. Rejects as `openSqliteStore`. */
export const openPruner = (options: SqliteStoreOptions): Promise<Pruner> =>
  openSqlite(options, (db, path) => new Pruner(db, path));

/**
 * Deletes what is no longer kept, a little at a time: each call is one short transaction, so that a live soak beside it
 * waits for milliseconds. Throws SoakdErrors with the store's codes.
 */
export class Pruner {
  readonly #db: Database;
  readonly #file: string;
  readonly #log: LogTable;

  constructor(db: Database, file: string) {
    this.#db = db;
    this.#file = file;
    this.#log = new LogTable(db);
  }

  /** Bytes of windows, durations and samples of a run, as they are stored. */
  rowBytes(runId: string): number {
    return this.#try(() =>
      ROW_TABLES.reduce((sum, { table, ofRun, size }) => {
        const sql = `SELECT coalesce(sum(${size}), 0) AS bytes FROM ${table} WHERE ${ofRun}`;
        return sum + (this.#db.prepare<{ run: string }, { bytes: number }>(sql).get({ run: runId })?.bytes ?? 0);
      }, 0),
    );
  }

  /**
   * Deletes some of the windows, durations and samples of a run; true when there may be more. The first time it leaves an event
   * that says so: what is half gone must not be judged.
   */
  removeRows(runId: string, nowMs: number): boolean {
    return this.#write(() => {
      const known = this.#log.events(runId, undefined).some(({ kind }) => kind === ROWS_PRUNED);
      if (!known) this.#log.addEvents(runId, [prunedEvent(nowMs)]);
      for (const { table, ofRun, key, slice } of ROW_TABLES) {
        const some = `SELECT ${key} FROM ${table} WHERE ${ofRun} LIMIT ${slice}`;
        const { changes } = this.#db.prepare(`DELETE FROM ${table} WHERE (${key}) IN (${some})`).run({ run: runId });
        if (changes > 0) return true;
      }
      return false;
    });
  }

  /** Deletes what is left of a run whose rows are gone. */
  removeRun(runId: string): void {
    this.#write(() => {
      for (const sql of REST_OF_RUN) this.#db.prepare(sql).run({ run: runId });
    });
  }

  /** How many rows about duty were settled before `beforeMs`; deletes them unless they are only counted. */
  settledDuty(beforeMs: number, onlyCount: boolean): PrunedDuty {
    const work = (): PrunedDuty => {
      const of = (name: keyof PrunedDuty): number => {
        const sql = SETTLED[name];
        if (onlyCount) {
          const count = this.#db.prepare<{ before: number }, { count: number }>(
            sql.replace(/^DELETE/, 'SELECT count(*) AS count'),
          );
          return count.get({ before: beforeMs })?.count ?? 0;
        }
        if (name === 'alerts') this.#removeTransitionsOf(sql, beforeMs);
        return this.#db.prepare(sql).run({ before: beforeMs }).changes;
      };
      return {
        notifications: of('notifications'),
        alerts: of('alerts'),
        silences: of('silences'),
        scheduledStarts: of('scheduledStarts'),
        idempotencyKeys: of('idempotencyKeys'),
      };
    };
    return onlyCount ? this.#try(work) : this.#write(work);
  }

  /** Bytes of the file that hold nothing. */
  freeBytes(): number {
    return this.#try(() => this.#pragma('freelist_count') * this.#pragma('page_size'));
  }

  /**
   * Gives up to `pages` free pages at the end of the file back to the disk; true when there are more. False at once for a file of
   * an older soakd, which only `rebuild` makes shorter.
   */
  giveBack(pages: number): boolean {
    if (this.mustRebuild()) return false;
    this.#try(() => this.#db.pragma(`incremental_vacuum(${pages})`));
    return this.#pragma('freelist_count') > 0;
  }

  /** The file keeps its length until it is rebuilt: it was made before space could be given back bit by bit. */
  mustRebuild(): boolean {
    return this.#try(() => this.#pragma('auto_vacuum') !== INCREMENTAL);
  }

  /** Writes the file anew, as short as can be. Nobody else can write for as long as that takes. */
  rebuild(): void {
    this.#try(() => {
      this.#db.pragma('auto_vacuum = INCREMENTAL');
      this.#db.exec('VACUUM');
    });
  }

  close(): void {
    this.#db.close();
  }

  #removeTransitionsOf(deleteAlerts: string, beforeMs: number): void {
    const alerts = deleteAlerts.replace(/^DELETE/, 'SELECT id');
    this.#db.prepare(`DELETE FROM alert_transition WHERE alert_id IN (${alerts})`).run({ before: beforeMs });
  }

  #pragma(name: string): number {
    return Number(this.#db.pragma(name, { simple: true }));
  }

  #write<T>(work: () => T): T {
    return this.#try(() => this.#db.transaction(work).immediate());
  }

  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      throw storeError(this.#file, thrown);
    }
  }
}

/** https://www.sqlite.org/pragma.html#pragma_auto_vacuum */
const INCREMENTAL = 2;

const prunedEvent = (atMs: number): NewEvent => ({
  atMs,
  kind: ROWS_PRUNED,
  severity: 'info',
  message: 'windows, durations and samples are past their retention and deleted; verdict and report stay',
  data: {},
});
