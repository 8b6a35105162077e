/**
 * Files of this machine that a profile may name when it comes over the API. Who sent it is not known to be allowed to
 * read what soakd's user can read: the operator names a folder, and nothing outside is opened.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { SoakdError } from '../base/errors.ts';

/** A curve of sixty days has 3 MB; a script that is larger was not written by hand. */
const LARGEST_BYTES = 16 * 1024 * 1024;

export interface ProfileFiles {
  /** Relative names of profiles, and so of their files, begin here. */
  folder: string;
  /** Content of a file by its absolute path. Throws a SoakdError for one that may not be read, else the system's error. */
  read(path: string): string;
}

/**
 * The files below `folder`, links followed, and below those of the operator's own profiles, `shelves`. Without a folder:
 * `anywhere` says whether every regular file may be read (on loopback, where who asks is a user of this machine) or none.
 */
export function profileFiles(
  folder: string | null,
  anywhere: boolean,
  ...shelves: readonly (string | null)[]
): ProfileFiles {
  // By name first: of what lies outside not even its existence is told.
  const inside = (path: string) => (allowed: string | null) =>
    allowed !== null && isBelow(resolve(allowed), path) && isBelow(realpathSync(allowed), realpathSync(path));
  return {
    folder: folder ?? '.',
    read(path) {
      if ((folder === null && anywhere) || [folder, ...shelves].some(inside(path))) return regularFile(path);
      throw folder === null
        ? refused('is not read: this daemon takes no files', 'set profile_files in its configuration')
        : refused(`lies outside ${folder}`, 'put it below that folder: profile_files of the daemon names it');
    },
  };
}

/** The files as `now` says at each use. */
export const liveProfileFiles = (now: () => ProfileFiles): ProfileFiles => ({
  get folder() {
    return now().folder;
  },
  read: (path) => now().read(path),
});

/** Is the path below the folder? Both absolute and without `..`. */
export const isBelow = (folder: string, path: string): boolean =>
  path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** Its text. A pipe or a device would be read for ever; opening a pipe would wait for its other end. */
export function regularFile(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw refused('is no regular file', 'name a file');
    if (stat.size > LARGEST_BYTES) throw refused('is larger than 16 MiB', 'a curve needs one point a minute at most');
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

const refused = (message: string, hint: string): SoakdError =>
  new SoakdError(message, { code: 'file_refused', hint, httpStatus: 403 });
