import { dirname, resolve } from 'node:path';
import { formatDuration } from '../base/duration.ts';
import { quote } from '../base/parsed.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, readInstant } from '../base/zone.ts';
import { readYaml } from '../config/document.ts';
import { findingsOf, valueAt } from '../config/issues.ts';
import type { Problem } from '../config/problem.ts';
import { WEEKDAY_KEYS } from '../config/traffic.ts';
import type { Blackout, Schedule, ScheduledWork, ScheduleEntry } from '../model/schedule.ts';
import { PROFILE_NAME, type ScheduleInput, scheduleSchema } from './schema.ts';

/** What the schedule must know of a profile, or why it cannot be had. */
export type NamedProfile =
  | { ok: true; lengthMs: number; targetUrl: string | null }
  | { ok: false; problem: string; hint: string /** Inside the profile. */; problems: readonly Problem[] };

export interface ReadScheduleOptions {
  /** Shown in problems; the folder of the profiles is relative to its folder. */
  fileName: string;
  /** Looks a profile up by its name. */
  profile(name: string, folder: string): NamedProfile;
  /** Of entries for which neither the file nor the profile names one. */
  defaultTargetUrl?: string | null;
}

export type ParsedSchedule =
  | { ok: true; schedule: Schedule; profileFolder: string }
  | { ok: false; problems: Problem[] };

const DEFAULT_LATE_LIMIT_MS = HOUR_MS;
const DEFAULT_DELAY_LIMIT_MS = DAY_MS;
const DEFAULT_WITHIN_MS = 10 * MINUTE_MS;

/** Reads a schedule; all problems are found at once, those of the profiles that it names included. */
export function readSchedule(source: string, options: ReadScheduleOptions): ParsedSchedule {
  const { fileName } = options;
  const document = readYaml(source);
  const problems: Problem[] = document.syntax.map((found) => ({ file: fileName, path: '', ...found }));
  // What half a document means would only be guessed.
  if (problems.length > 0) return { ok: false, problems };
  const add = (path: (string | number)[], atKey: boolean, problem: string, hint: string): void => {
    problems.push({ file: fileName, ...document.locate(path, atKey), path: path.join('.'), problem, hint });
  };
  const data = document.data ?? {};
  const checked = scheduleSchema.safeParse(data);
  if (!checked.success) {
    for (const { path, atKey, problem, hint } of findingsOf(checked.error.issues, scheduleSchema, data)) {
      const inOurWords = hint.replace('docs/profile.md', 'docs/schedule.md').replace('soak_test:', 'entries:');
      add([...path], atKey, problem, inOurWords);
    }
    // What is wrong with one entry does not hide what is wrong with the profile of another.
    const folder = profileFolderOf(valueAt(data, ['profiles']));
    for (const [name, profile] of namedProfiles(data)) lookUp(profile, folder, ['entries', name, 'profile']);
    return { ok: false, problems: inOrder(problems) };
  }
  const input = checked.data;
  const profileFolder = profileFolderOf(input.profiles);
  const entries = Object.entries(input.entries).map(([name, given], order) => {
    const at = ['entries', name];
    const { work, targetUrl } = workOf(given, at);
    return entryOf(
      name,
      order,
      given,
      work,
      given.target ?? input.target ?? targetUrl ?? options.defaultTargetUrl ?? null,
    );
  });
  const blackouts = (input.blackouts ?? []).map((given, index) => blackoutOf(given, ['blackouts', index]));
  if (problems.length > 0) return { ok: false, problems: inOrder(problems) };
  return { ok: true, schedule: { entries, blackouts }, profileFolder };

  function profileFolderOf(given: unknown): string {
    return resolve(dirname(fileName), typeof given === 'string' ? given : '.');
  }

  function lookUp(profile: string, folder: string, at: string[]): (NamedProfile & { ok: true }) | null {
    const found = options.profile(profile, folder);
    if (found.ok) return found;
    add(at, false, found.problem, found.hint);
    problems.push(...found.problems.filter((one) => !problems.some((other) => sameProblem(one, other))));
    return null;
  }

  function workOf(
    { profile, request, rehearse }: EntryInput,
    at: string[],
  ): { work: ScheduledWork; targetUrl: string | null } {
    if (profile === undefined) {
      const { method = 'GET', path = '/', headers = {}, within = DEFAULT_WITHIN_MS } = request ?? {};
      return { work: { kind: 'request', method, path, headers, withinMs: within }, targetUrl: null };
    }
    const found = lookUp(profile, profileFolder, [...at, 'profile']);
    if (found === null) {
      return { work: { kind: 'run', profile, lengthMs: 0, rehearseMs: null }, targetUrl: null };
    }
    const { lengthMs, targetUrl } = found;
    if (rehearse !== undefined && rehearse > lengthMs) {
      const length = formatDuration(lengthMs);
      add(
        [...at, 'rehearse'],
        false,
        `is longer than the ${length} of ${profile}`,
        'leave it away to run it in real time',
      );
    }
    return { work: { kind: 'run', profile, lengthMs, rehearseMs: rehearse ?? null }, targetUrl };
  }

  function entryOf(
    name: string,
    order: number,
    given: EntryInput,
    work: ScheduledWork,
    targetUrl: string | null,
  ): ScheduleEntry {
    return {
      name,
      order,
      cron: given.cron,
      timezone: given.timezone ?? input.timezone ?? 'UTC',
      weekOfMonth: given.week_of_month ?? null,
      work,
      onConflict: given.on_conflict ?? null,
      targetUrl,
      labels: given.labels ?? {},
      lateLimitMs: given.late_limit ?? input.late_limit ?? DEFAULT_LATE_LIMIT_MS,
      delayLimitMs: given.delay_limit ?? DEFAULT_DELAY_LIMIT_MS,
      enabled: given.enabled ?? true,
    };
  }

  function blackoutOf(given: BlackoutInput, at: (string | number)[]): Blackout {
    const { daily, weekdays, reason } = given;
    const timezone = given.timezone ?? input.timezone ?? 'UTC';
    if (daily !== undefined) {
      return {
        kind: 'weekly',
        weekdays: weekdays?.map((day) => WEEKDAY_KEYS.indexOf(day)) ?? null,
        fromMinuteOfDay: daily.fromMinute,
        untilMinuteOfDay: daily.untilMinute,
        ...{ timezone, reason },
      };
    }
    const instant = (key: 'from' | 'until'): number => {
      const read = readInstant(given[key] ?? '', timezone);
      if (read !== null) return read;
      add([...at, key], false, `${quote(given[key])} is no instant`, 'write 2026-12-24 18:00, or 2026-12-24T18:00:00Z');
      return Number.NaN;
    };
    const [fromMs, untilMs] = [instant('from'), instant('until')];
    if (untilMs <= fromMs) add([...at, 'until'], false, 'ends before it begins', 'exchange from and until');
    return { kind: 'fixed', fromMs, untilMs, reason };
  }
}

type EntryInput = ScheduleInput['entries'][string];
type BlackoutInput = NonNullable<ScheduleInput['blackouts']>[number];

/** Entries of a document that is not right as a whole, as far as they name a profile. */
function namedProfiles(data: unknown): [name: string, profile: string][] {
  const entries = valueAt(data, ['entries']);
  if (typeof entries !== 'object' || entries === null) return [];
  return Object.entries(entries).flatMap(([name, entry]): [string, string][] => {
    const profile = valueAt(entry, ['profile']);
    return typeof profile === 'string' && PROFILE_NAME.test(profile) ? [[name, profile]] : [];
  });
}

const sameProblem = (a: Problem, b: Problem): boolean =>
  a.file === b.file && a.line === b.line && a.column === b.column && a.problem === b.problem;

/** Those of one file together, from its top; the first file is the schedule itself. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return problems.toSorted(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}
