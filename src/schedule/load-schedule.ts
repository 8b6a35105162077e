import { join } from 'node:path';
import { describeError } from '../base/errors.ts';
import { isMissing } from '../base/file-errors.ts';
import { nearest } from '../base/nearest.ts';
import { quote } from '../base/parsed.ts';
import { formatProblem, type ParseProfileOptions, type Problem, parseProfile } from '../config/profile.ts';
import type { Schedule } from '../model/schedule.ts';
import { type NamedProfile, readSchedule } from './read-schedule.ts';

/** A profile as it was when the schedule was read: what is started is what was checked. */
export interface PinnedProfile {
  /** Path of the file. */
  fileName: string;
  source: string;
}

/** A schedule with the profiles that it names. */
export interface LoadedSchedule {
  file: string;
  schedule: Schedule;
  profiles: ReadonlyMap<string, PinnedProfile>;
  /** Absolute; where the profiles are. */
  profileFolder: string;
}

export interface LoadSchedulePorts {
  /** Content of the schedule or of a profile; throws when it cannot be read. */
  readFile(path: string): string;
  /** Names of the files in a folder; empty when it cannot be read. */
  listFolder(path: string): string[];
  /** How profiles are read. */
  profiles: Omit<ParseProfileOptions, 'fileName' | 'overrides'>;
  /** Of entries for which neither the schedule nor the profile names one. */
  defaultTargetUrl: string | null;
}

export type LoadedOrNot = { ok: true; loaded: LoadedSchedule } | { ok: false; problems: Problem[] };

/** Reads a schedule and every profile that it names. Throws what reading the schedule's own file throws. */
export function loadSchedule(file: string, ports: LoadSchedulePorts): LoadedOrNot {
  const profiles = new Map<string, PinnedProfile>();
  const read = readSchedule(ports.readFile(file), {
    fileName: file,
    defaultTargetUrl: ports.defaultTargetUrl,
    profile: (name, folder) => namedProfile(name, folder, ports, profiles),
  });
  if (!read.ok) return read;
  const { schedule, profileFolder } = read;
  return { ok: true, loaded: { file, schedule, profiles, profileFolder } };
}

function namedProfile(
  name: string,
  folder: string,
  { readFile, listFolder, profiles: options }: LoadSchedulePorts,
  pinned: Map<string, PinnedProfile>,
): NamedProfile {
  const fileName = join(folder, `${name}.yaml`);
  let source: string;
  try {
    source = readFile(fileName);
  } catch (thrown) {
    const known = listFolder(folder).filter((one) => one.endsWith('.yaml') && isProfile(join(folder, one), readFile));
    const names = known.map((one) => one.slice(0, -'.yaml'.length));
    const like = nearest(name, names);
    const hint = like === null ? `put ${name}.yaml into ${folder}, or set profiles:` : `did you mean ${like}?`;
    const problem = isMissing(thrown) ? 'there is no such profile' : `cannot be read: ${describeError(thrown)}`;
    return { ok: false, problem: `${quote(name)}: ${problem}`, hint, problems: [] };
  }
  // Whoever wrote the schedule named this folder: what lies beside its profiles is theirs too.
  const readBeside = (path: string): string =>
    path.startsWith(join(folder, '/')) ? readFile(path) : options.readFile(path);
  const parsed = parseProfile(source, { ...options, readFile: readBeside, fileName });
  if (!parsed.ok) {
    const { problems } = parsed;
    const first = problems[0] === undefined ? fileName : formatProblem(problems[0]);
    return { ok: false, problem: `the profile ${quote(name)} is not valid`, hint: `see ${first}`, problems };
  }
  pinned.set(name, { fileName, source });
  return { ok: true, lengthMs: parsed.profile.durationMs, targetUrl: parsed.profile.targetUrl };
}

/** Rules of alerts and schedules may lie beside the profiles: those are no help to who mistyped a name. */
function isProfile(path: string, readFile: LoadSchedulePorts['readFile']): boolean {
  try {
    return /^["']?soak_test["']?\s*:/m.test(readFile(path));
  } catch {
    return false;
  }
}
