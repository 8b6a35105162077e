import { readFileSync } from 'node:fs';
import { formatProblem, parseProfile } from '../../src/config/profile.ts';
import type { Profile, Traffic } from '../../src/model/profile.ts';

/** A profile from YAML text; throws with every problem when it is not valid. */
export function profileOf(source: string, options: { timezone?: string; targetUrl?: string } = {}): Profile {
  const result = parseProfile(source, {
    fileName: 'loadprofiles/test.yaml',
    readFile: (path) => readFileSync(path, 'utf8'),
    systemTimezone: options.timezone ?? 'UTC',
    overrides: { targetUrl: options.targetUrl ?? 'http://127.0.0.1:8080' },
  });
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.profile;
}

/** The 72 h soak of the reliability testing plan, §9.1, as it is shipped. */
export const seedProfile = (options: { timezone?: string; targetUrl?: string } = {}): Profile =>
  profileOf(readFileSync('loadprofiles/soak-72h.yaml', 'utf8'), options);

/** The seed with other traffic or length. */
export function seedWith(traffic: Partial<Traffic>, rest: Partial<Profile> = {}): Profile {
  const seed = seedProfile();
  return { ...seed, ...rest, traffic: { ...seed.traffic, ...traffic } };
}
