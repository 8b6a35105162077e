import { describeError } from './errors.ts';

/** The system's code of a failed call (`ENOENT`, `ESRCH`, …; errno(3)), or an empty string. */
export const systemCode = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';

/** Why a file that a person named cannot be read, and what to do about it. */
export function whyUnreadable(thrown: unknown): { problem: string; hint: string } {
  switch (systemCode(thrown)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { problem: 'there is no such file', hint: 'check the path' };
    case 'EISDIR':
      return { problem: 'it is a folder', hint: 'name a file in it' };
    case 'EACCES':
    case 'EPERM':
      return {
        problem: 'this user may not read it',
        hint: 'check owner and mode of the file and of the folders above it',
      };
    default:
      return { problem: describeError(thrown), hint: 'check the path and the disk' };
  }
}

/** True when a call failed because the file or folder is not there. */
export const isMissing = (thrown: unknown): boolean => systemCode(thrown) === 'ENOENT';
