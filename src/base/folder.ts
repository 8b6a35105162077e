import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { SoakdError } from './errors.ts';
import { systemCode } from './file-errors.ts';

/**
 * Makes a folder that we can write to, and those above it, by default for its owner alone. Level by level: Node's own
 * recursive mkdir goes round for ever where the system answers ENOENT although the folder above is there, as /proc does.
 * Throws a SoakdError `folder_unusable`; `instead` says how another folder is named: `--data`.
 */
export function makeFolder(path: string, instead: string, mode = 0o700): void {
  try {
    makeLevel(path, mode);
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (thrown) {
    throw folderUnusable(path, thrown, instead);
  }
}

function makeLevel(path: string, mode: number): void {
  if (isFolder(path)) return;
  const above = dirname(path);
  if (above !== path) makeLevel(above, mode);
  try {
    mkdirSync(path, { mode });
  } catch (thrown) {
    // Another process may have been quicker.
    if (systemCode(thrown) !== 'EEXIST' || !isFolder(path)) throw thrown;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** The error of a folder that cannot be made or written, from what the system threw (errno(3)). */
export function folderUnusable(path: string, thrown: unknown, instead: string): SoakdError {
  const [problem, remedy] = CAUSES[systemCode(thrown)] ?? ['it cannot be made or written', null];
  return new SoakdError(`the folder ${path} cannot be used: ${problem}`, {
    code: 'folder_unusable',
    hint: `${remedy === null ? '' : `${remedy}, or `}name another folder with ${instead}`,
    cause: thrown,
  });
}

const DENIED: [string, string] = [
  'this user may not write there',
  'check owner and mode of it and of the folders above',
];
const NO_FOLDER: [string, null] = ['a file is in its place or above it', null];
const FULL: [string, string] = ['the disk is full', 'free some space'];

const CAUSES: Record<string, [problem: string, remedy: string | null]> = {
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: ['its file system is read-only', 'mount it for writing'],
  EEXIST: NO_FOLDER,
  ENOTDIR: NO_FOLDER,
  ENOENT: ['its file system takes no new folders', null],
  ENOSPC: FULL,
  EDQUOT: FULL,
};
