import type { Database } from 'better-sqlite3';
import { SoakdError } from '../../base/errors.ts';

/** `soak` in ASCII: other programs' files are told apart from ours (https://www.sqlite.org/pragma.html#pragma_application_id). */
const APPLICATION_ID = 0x736f616b;

/**
 * Takes the file through the steps that it lacks, all in one transaction. Throws SoakdError `store_newer` for a file
 * of a later version, `store_older` when steps are missing and the file may only be read, `store_foreign` for
 * another program's file.
 */
export function migrate(db: Database, migrations: readonly string[]): void {
  const step = (): void => {
    const version = numberOf(db, 'user_version');
    const applicationId = numberOf(db, 'application_id');
    if (applicationId !== APPLICATION_ID && (applicationId !== 0 || version !== 0 || hasTables(db))) {
      throw new SoakdError(`${db.name} is not a store of soakd`, {
        code: 'store_foreign',
        hint: 'give another data folder with --data',
      });
    }
    if (version > migrations.length) {
      throw new SoakdError(`${db.name} was written by a newer soakd (schema ${version}, known: ${migrations.length})`, {
        code: 'store_newer',
        hint: 'use the newer soakd, or another data folder with --data',
      });
    }
    if (version === migrations.length) return;
    if (db.readonly) {
      throw new SoakdError(`${db.name} has the schema of an older soakd (${version} of ${migrations.length})`, {
        code: 'store_older',
        hint: 'start the daemon of this version once: it brings the store up to date',
      });
    }
    for (const sql of migrations.slice(version)) db.exec(sql);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${migrations.length}`);
  };
  // Two processes may open a new file at once: the write lock decides who builds it.
  if (db.readonly || upToDate(db, migrations.length)) step();
  else db.transaction(step).immediate();
}

const upToDate = (db: Database, version: number): boolean =>
  numberOf(db, 'application_id') === APPLICATION_ID && numberOf(db, 'user_version') >= version;

const numberOf = (db: Database, pragma: string): number => Number(db.pragma(pragma, { simple: true }));

const hasTables = (db: Database): boolean => db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined;
