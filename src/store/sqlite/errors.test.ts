import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { storeError } from './errors.ts';

const codeOf = (sqlite: string): string => storeError('soakd.db', new Database.SqliteError('no', sqlite)).code;

describe('what SQLite throws', () => {
  it.each([
    ['SQLITE_BUSY', 'store_locked'],
    ['SQLITE_BUSY_SNAPSHOT', 'store_locked'],
    ['SQLITE_FULL', 'store_full'],
    ['SQLITE_IOERR_WRITE', 'store_full'],
    ['SQLITE_IOERR_FSYNC', 'store_full'],
    ['SQLITE_IOERR_READ', 'store_failed'],
    ['SQLITE_CORRUPT', 'store_failed'],
    ['SQLITE_READONLY_DBMOVED', 'store_failed'],
    ['SQLITE_CONSTRAINT_FOREIGNKEY', 'store_failed'],
  ])('%s is %s: only what passes lets rows wait', (sqlite, code) => {
    expect(codeOf(sqlite)).toBe(code);
  });

  it('is told with a hint, and the cause is kept', () => {
    const error = storeError('soakd.db', new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_WRITE'));
    expect(error.message).toBe('soakd.db cannot be written now');
    expect(error.hint).toContain('quota');
    expect(error.httpStatus).toBe(503);
    expect(error.cause).toMatchObject({ message: 'disk I/O error' });
  });
});
