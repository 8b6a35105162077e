import Database from 'better-sqlite3';
import { SoakdError } from '../../base/errors.ts';
import { systemCode } from '../../base/file-errors.ts';

const FULL = new Set(['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC', 'EDQUOT']);
/** SQLite names only ENOSPC full (os_unix.c, unixWrite): a quota that is used up, or a disk that hiccups, is one of these. */
const NOT_WRITTEN = /^SQLITE_IOERR_(WRITE|FSYNC|DIR_FSYNC|TRUNCATE|SHMOPEN|SHMMAP)$/;
const DENIED = new Set(['SQLITE_CANTOPEN', 'SQLITE_PERM', 'EACCES', 'EPERM', 'EROFS']);
const BROKEN = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB']);

/** Whatever the database or the file system threw as a SoakdError with one of the store's codes. */
export function storeError(file: string, thrown: unknown): SoakdError {
  if (thrown instanceof SoakdError) return thrown;
  const code = systemCode(thrown);
  const failed = (code: string, problem: string, hint: string, httpStatus: number): SoakdError =>
    new SoakdError(`${file} ${problem}`, { code, hint, httpStatus, cause: thrown });
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return failed('store_locked', 'is locked by another process', 'close other programs that write to it', 503);
  }
  if (FULL.has(code)) return failed('store_full', 'cannot grow: the disk is full', 'free some space on its disk', 503);
  if (NOT_WRITTEN.test(code)) {
    const hint = 'is its quota used up? Look at the disk and its messages in the kernel log';
    return failed('store_full', 'cannot be written now', hint, 503);
  }
  if (thrown instanceof TypeError && thrown.message === 'The database connection is not open') {
    return failed('store_closed', 'is closed', 'this is a fault of soakd if it is not stopping', 503);
  }
  if (DENIED.has(code) || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) {
    return failed(
      'store_failed',
      'cannot be opened or written',
      'check owner and mode of the file and its folder',
      500,
    );
  }
  if (BROKEN.has(code) || code.startsWith('SQLITE_CORRUPT')) {
    return failed('store_failed', 'is damaged', 'keep a copy, then give another data folder with --data', 500);
  }
  const hint = thrown instanceof Database.SqliteError ? 'look at the disk and its messages in the kernel log' : '';
  return failed('store_failed', 'cannot be used', hint === '' ? 'this looks like a fault of soakd' : hint, 500);
}
