import Database from 'better-sqlite3';
import { SoakdError } from '../../base/errors.ts';
import { storeError } from './errors.ts';
import { openSqlite, type SqliteStoreOptions } from './open.ts';

/** In one step: the next could find the file changed, and begin anew. Writers go on meanwhile, as with any reader of a WAL. */
const ALL_PAGES = 0x7fff_ffff;

/**
 * Copies a store, which may be in use, as it is at one instant (https://www.sqlite.org/backup.html), and checks the copy.
 * Resolves to its runs and to those that were not over. Rejects as `openSqliteStore`, and with `backup_damaged`.
 */
export async function backUpStore(
  options: SqliteStoreOptions,
  to: string,
): Promise<{ runs: string[]; live: string[] }> {
  const source = await openSqlite({ ...options, readOnly: true }, (db) => db);
  try {
    await source.backup(to, { progress: () => ALL_PAGES });
  } catch (thrown) {
    throw storeError(to, thrown);
  } finally {
    source.close();
  }
  return check(to);
}

function check(file: string): { runs: string[]; live: string[] } {
  const db = new Database(file);
  try {
    // One file, without a log beside it.
    db.pragma('journal_mode = DELETE');
    const found = db.pragma('integrity_check', { simple: true });
    const broken = db.pragma('foreign_key_check');
    if (found !== 'ok' || !Array.isArray(broken) || broken.length > 0) {
      throw new SoakdError(`the copy ${file} is damaged: ${String(found)}`, {
        code: 'backup_damaged',
        hint: 'look at the disks and their messages in the kernel log; the store itself may be damaged as well',
      });
    }
    const idsOf = (sql: string): string[] =>
      db
        .prepare<[], { id: string }>(sql)
        .all()
        .map(({ id }) => id);
    const unfinished = `SELECT id FROM run WHERE NOT EXISTS (
      SELECT 1 FROM transition WHERE run_id = run.id AND to_state IN ('passed', 'failed', 'inconclusive', 'aborted', 'rehearsed'))`;
    return { runs: idsOf('SELECT id FROM run ORDER BY id'), live: idsOf(unfinished) };
  } finally {
    db.close();
  }
}
