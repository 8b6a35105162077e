import { EXIT, SoakdError } from '../base/errors.ts';
import { formatProblem, type ParseProfileOptions, parseProfile } from '../config/profile.ts';
import type { Profile } from '../model/profile.ts';
import type { StartRequest } from './control.ts';

/** Reads the profile of a request. Throws a SoakdError `profile_invalid` that names every problem, one a line. */
export type ReadProfile = (request: Pick<StartRequest, 'profileSource' | 'profileName' | 'targetUrl'>) => Profile;

/** A reader with the plug-ins' settings and the machine's zone built in. */
export const profileReader =
  (options: Omit<ParseProfileOptions, 'fileName' | 'overrides'>): ReadProfile =>
  ({ profileSource, profileName, targetUrl }) => {
    const overrides = targetUrl === undefined ? {} : { overrides: { targetUrl } };
    const read = parseProfile(profileSource, { ...options, ...overrides, fileName: profileName });
    if (read.ok) return read.profile;
    throw new SoakdError(read.problems.map(formatProblem).join('\n'), {
      code: 'profile_invalid',
      hint: '`soakd validate` says the same without starting anything; docs/profile.md describes every key',
      exitCode: EXIT.badInput,
      httpStatus: 400,
    });
  };
