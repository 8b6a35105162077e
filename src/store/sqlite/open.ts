import { readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import type { Clock } from '../../base/clock.ts';
import { EXIT, SoakdError } from '../../base/errors.ts';
import { systemCode } from '../../base/file-errors.ts';
import { makeFolder } from '../../base/folder.ts';
import type { DutyStore } from '../duty-store.ts';
import type { Store } from '../store.ts';
import { storeError } from './errors.ts';
import { isNetworkFileSystem, mountOf } from './file-system.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './schema.ts';
import { SqliteDutyStore } from './sqlite-duty-store.ts';
import { SqliteStore } from './sqlite-store.ts';

export interface SqliteStoreOptions {
  /** The folder is created when missing. */
  file: string;
  clock: Clock;
  /** Never writes and needs a file that is there; may stand beside a writer. */
  readOnly?: boolean;
  /** Largest size in pages of 4 KiB; for tests of a full disk. */
  maxPages?: number;
}

/** Calls block the event loop while they wait for another writer; its transactions last a few milliseconds. */
const BUSY_TIMEOUT_MS = 50;
/** A new file is built once; another process may be at it just now. */
const OPEN_TIMEOUT_MS = 5_000;

/**
 * Opens the store in one SQLite file, built or brought up to date when needed. Several processes of one host may use
 * it at once. Rejects with the store's codes, and `folder_unusable`, `store_missing`, `store_denied`, `store_network`, `store_newer`, `store_older`,
 * `store_foreign`.
 */
export const openSqliteStore = (options: SqliteStoreOptions): Promise<Store & { readonly file: string }> =>
  openSqlite(options, (db, path) => new SqliteStore(db, path));

/** The rows about duty in the same file, in the same way and with the same codes. */
export const openSqliteDutyStore = (options: SqliteStoreOptions): Promise<DutyStore & { readonly file: string }> =>
  openSqlite(options, (db, path) => new SqliteDutyStore(db, path));

/** Any other use of the same file, on a connection of its own: with the same checks, steps and codes. */
export async function openSqlite<T>(
  { file, readOnly = false, maxPages }: SqliteStoreOptions,
  build: (db: Database.Database, path: string) => T,
): Promise<T> {
  const path = resolve(file);
  let db: Database.Database | null = null;
  try {
    if (!readOnly) makeFolder(dirname(path), '--data or SOAKD_DATA');
    refuseNetwork(path);
    db = new Database(path, { readonly: readOnly, fileMustExist: readOnly, timeout: OPEN_TIMEOUT_MS });
    if (!readOnly) {
      // Of a new file only, and before anything is written: what is deleted later can then be given back bit by bit.
      db.pragma('auto_vacuum = INCREMENTAL');
      db.pragma('journal_mode = WAL');
      // FULL: a row whose promise has resolved survives a power cut. NORMAL would keep rows and offset consistent, but
      // could take back a transition or an operator's action that was confirmed already.
      db.pragma('synchronous = FULL');
      db.pragma('journal_size_limit = 16777216');
      db.pragma('foreign_keys = ON');
      if (maxPages !== undefined) db.pragma(`max_page_count = ${maxPages}`);
    }
    migrate(db, MIGRATIONS);
    db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    return build(db, path);
  } catch (thrown) {
    db?.close();
    if (readOnly) throwIfUnreachable(path);
    throw storeError(path, thrown);
  }
}

function throwIfUnreachable(path: string): void {
  try {
    realpathSync(path);
  } catch (thrown) {
    throw unreachable(path, thrown);
  }
}

/** Why a store that is to be read cannot be come by, from what the system threw (errno(3)). */
export function unreachable(path: string, thrown: unknown): SoakdError {
  const hint = 'give the data folder of a daemon or an earlier run with --data or SOAKD_DATA';
  const cannot = (problem: string, code: string, remedy = ''): SoakdError =>
    new SoakdError(problem, { code, hint: `${remedy}${hint}`, exitCode: EXIT.badInput });
  switch (systemCode(thrown)) {
    case 'EACCES':
    case 'EPERM':
      return cannot(
        `this user may not look into ${dirname(path)}`,
        'store_denied',
        'check owner and mode of the folder and of those above it, or ',
      );
    case 'ENOTDIR':
      return cannot(`${dirname(path)} is no folder`, 'store_missing');
    default:
      return cannot(`there is no store at ${path}`, 'store_missing');
  }
}

function refuseNetwork(path: string): void {
  let mountinfo: string;
  try {
    mountinfo = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    // Not Linux: there is nothing to look at.
    return;
  }
  const folder = exists(dirname(path)) ?? dirname(path);
  const mount = mountOf(mountinfo, folder);
  if (mount === null || !isNetworkFileSystem(mount.type)) return;
  throw new SoakdError(`${path} lies on a network file system (${mount.type} at ${mount.mountPoint})`, {
    code: 'store_network',
    hint: 'give a folder on a local disk with --data: SQLite may lose or damage data over a network',
  });
}

/** The real path, or null when nothing is there. */
function exists(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
