import { isDeepStrictEqual } from 'node:util';
import { buildOf } from '../model/build.ts';
import type { Profile } from '../model/profile.ts';
import type { Run } from '../model/run.ts';

/** Parts of a profile by the names that people know them by. */
const PROFILE_PARTS: readonly [keyof Profile, string][] = [
  ['durationMs', 'duration'],
  ['traffic', 'traffic pattern'],
  ['calibration', 'calibration'],
  ['users', 'user simulation'],
  ['workload', 'workload'],
  ['monitoring', 'monitoring'],
  ['criteria', 'success criteria'],
  ['exclude', 'exclusions'],
];

/** What differs between an earlier run and this one, a phrase each: build, target, labels, profile, soakd. Nothing: the same was soaked in the same way. */
export function changesSince(before: Run, now: Run): string[] {
  const builds = [buildOf(before), buildOf(now)].map((build) => build ?? 'not labelled');
  const keys = [...new Set([...Object.keys(before.labels), ...Object.keys(now.labels)])].toSorted();
  const others = keys.filter((key) => !['build', 'commit', 'version'].includes(key));
  const parts = PROFILE_PARTS.filter(([key]) => !isDeepStrictEqual(before.profile[key], now.profile[key]));
  return [
    ...changed('build', builds[0], builds[1]),
    ...changed('target', before.targetUrl, now.targetUrl),
    ...changed('environment', before.environment ?? 'none', now.environment ?? 'none'),
    ...others.flatMap((key) => changed(`label ${key}`, before.labels[key] ?? 'none', now.labels[key] ?? 'none')),
    ...(parts.length > 0 ? [`profile: ${parts.map(([, name]) => name).join(', ')}`] : []),
    ...changed('soakd', before.soakdVersion, now.soakdVersion),
  ];
}

const changed = (what: string, from: string | undefined, to: string | undefined): string[] =>
  from === to ? [] : [`${what} ${from} → ${to}`];
