/**
 * The profiles of the operator, by name. A request gives a name and never a path: the name is looked for among the files that
 * the folder holds, so that no request says what is opened.
 */
import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { SoakdError } from '../base/errors.ts';
import { systemCode } from '../base/file-errors.ts';
import { quote } from '../base/parsed.ts';
import { isBelow, regularFile } from './profile-files.ts';

export interface ShelvedProfile {
  source: string;
  /** Absolute; files that the profile names are relative to its folder. */
  file: string;
}

export interface ProfileShelf {
  /** In order; empty without a folder. Throws a SoakdError for one that cannot be listed. */
  names(): string[];
  /** Throws a SoakdError: `profile_unknown`, `profile_unreadable`. */
  read(name: string): ShelvedProfile;
}

/** `weekly.yaml` is `weekly`. Hidden files and odd names are not on the shelf. */
const FILE_NAME = /^([A-Za-z0-9][\w.-]{0,99})\.ya?ml$/;

/** The files of a folder, as it is at each use; `folder` says null where none is configured. */
export function profileShelf(folder: () => string | null): ProfileShelf {
  /** File of each name; of `a.yaml` and `a.yml` the first. */
  const filesByName = (): Map<string, string> => {
    const at = folder();
    const found = new Map<string, string>();
    if (at === null) return found;
    for (const file of listed(at).toSorted()) {
      const name = FILE_NAME.exec(file)?.[1];
      if (name !== undefined && !found.has(name)) found.set(name, join(at, file));
    }
    return found;
  };
  return {
    names: () => [...filesByName().keys()],
    read(name) {
      const file = filesByName().get(name);
      if (file === undefined) throw unknown(name, folder() !== null);
      try {
        // A link on the shelf may lead along the shelf, as those of a mounted ConfigMap do, and nowhere else.
        if (isBelow(realpathSync(folder() ?? ''), realpathSync(file))) return { source: regularFile(file), file };
      } catch (cause) {
        throw unreadable(name, cause);
      }
      throw unreadable(name, new Error('it leads out of the folder of the profiles'));
    },
  };
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return [];
    throw new SoakdError('the folder of the profiles cannot be read', {
      code: 'profiles_unreadable',
      hint: 'check `profiles` in the configuration of the daemon, and who may read that folder',
      httpStatus: 503,
      cause,
    });
  }
}

const unknown = (name: string, configured: boolean): SoakdError =>
  new SoakdError(`there is no profile ${quote(name)}`, {
    code: 'profile_unknown',
    hint: configured
      ? 'GET /v1/profiles lists them; a profile is a .yaml file in the folder `profiles` of the daemon'
      : 'set `profiles` in the configuration of the daemon to a folder of profiles',
    httpStatus: 404,
  });

const unreadable = (name: string, cause: unknown): SoakdError =>
  new SoakdError(`the profile ${quote(name)} cannot be read`, {
    code: 'profile_unreadable',
    hint: 'it must be a regular file of at most 16 MiB below the folder of the profiles, readable for soakd',
    httpStatus: 503,
    cause,
  });
