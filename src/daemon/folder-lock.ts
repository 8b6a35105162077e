import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { SoakdError } from '../base/errors.ts';
import { systemCode } from '../base/file-errors.ts';
import { folderUnusable } from '../base/folder.ts';

/**
 * One daemon a data folder. The lock is one of the kernel on a file, taken by SQLite: it goes with its process, however
 * that ends, and is right across containers that share the folder, where pids say nothing; so a stale one cannot be.
 * The name of the holder stands beside it for people. Returns how to let go.
 */
export function lockFolder(folder: string, holder: string): () => void {
  const nameFile = join(folder, 'daemon.holder');
  let db: Database.Database | null = null;
  try {
    const lock = new Database(join(folder, 'daemon.lock'), { timeout: 0 });
    db = lock;
    // A rollback journal in memory: the lock file stays empty and alone.
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
    writeFileSync(nameFile, `${holder}\n`, { mode: 0o600 });
    return () => {
      lock.exec('ROLLBACK');
      lock.close();
    };
  } catch (cause) {
    db?.close();
    if (!systemCode(cause).startsWith('SQLITE_BUSY')) throw folderUnusable(folder, cause, '--data or SOAKD_DATA');
    throw new SoakdError(`another daemon works in ${folder}${named(nameFile)}`, {
      code: 'daemon_running',
      hint: 'talk to it with --url, stop it, or give this one a folder of its own with --data',
      cause,
    });
  }
}

function named(nameFile: string): string {
  try {
    return ` (${readFileSync(nameFile, 'utf8').trim()})`;
  } catch {
    return '';
  }
}
