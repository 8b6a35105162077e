/** The system's code of a failed call (`ENOENT`, `ESRCH`, …; errno(3)), or an empty string. */
export const systemCode = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';

/** True when a call failed because the file or folder is not there. */
export const isMissing = (thrown: unknown): boolean => systemCode(thrown) === 'ENOENT';
