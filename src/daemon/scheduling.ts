import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { formatDuration } from '../base/duration.ts';
import { EXIT, SoakdError } from '../base/errors.ts';
import { whyUnreadable } from '../base/file-errors.ts';
import { formatProblem, type ParseProfileOptions } from '../config/profile.ts';
import { ScheduleCalendar } from '../duty/schedule-calendar.ts';
import type { ScheduleConfig } from '../duty/schedule-config.ts';
import { Scheduler, type SchedulerPorts } from '../duty/scheduler.ts';
import { type LoadedSchedule, loadSchedule } from '../schedule/load-schedule.ts';
import type { DaemonConfig } from './config.ts';
import type { Reloadable } from './reload.ts';

/** How the profiles of a schedule are read. */
type Profiles = Omit<ParseProfileOptions, 'fileName' | 'overrides'>;

export interface SchedulingPorts extends SchedulerPorts {
  /** Keeps secrets that a part of the configuration names from profiles, k6 and the log. */
  hide(part: unknown): void;
}

/** Those of a configuration: which files a profile may name is said there. */
type ProfilesOf = (config: DaemonConfig) => Profiles;

/** The schedule's section of the configuration, and what its file says. */
export interface ReadSchedule {
  config: ScheduleConfig;
  loaded: LoadedSchedule;
}

/**
 * A schedule with its profiles, from their files. Throws a SoakdError `schedule_invalid` whose details are all problems, each
 * as `file:line:column path: problem; hint`.
 */
export function readScheduleFile(file: string, profiles: Profiles, defaultTargetUrl: string | null): LoadedSchedule {
  let read: ReturnType<typeof loadSchedule>;
  try {
    read = loadSchedule(file, {
      readFile: (path) => readFileSync(path, 'utf8'),
      listFolder,
      profiles,
      defaultTargetUrl,
    });
  } catch (cause) {
    const { problem, hint } = whyUnreadable(cause);
    throw invalid(`the schedule ${file} cannot be read: ${problem}`, [], hint);
  }
  if (read.ok) return read.loaded;
  throw invalid('the schedule is not valid', read.problems.map(formatProblem), 'docs/schedule.md describes every key');
}

/** The schedule as the configuration has it now: a reload reads it anew with its profiles, then swaps. */
export class Scheduling implements Reloadable {
  readonly name = 'schedule';
  readonly scheduler: Scheduler;
  readonly #ports: SchedulingPorts;
  readonly #profilesOf: ProfilesOf;
  #read: ReadSchedule | null;

  private constructor(scheduler: Scheduler, read: ReadSchedule | null, ports: SchedulingPorts, profilesOf: ProfilesOf) {
    this.scheduler = scheduler;
    this.#read = read;
    this.#ports = ports;
    this.#profilesOf = profilesOf;
  }

  /** Begins to keep a schedule that was read; without one nothing is due. Rejects with a SoakdError. */
  static async start(read: ReadSchedule | null, ports: SchedulingPorts, profilesOf: ProfilesOf): Promise<Scheduling> {
    tell(read, ports);
    return new Scheduling(await Scheduler.start(calendarOf(read), ports), read, ports, profilesOf);
  }

  async prepare(config: DaemonConfig): Promise<(() => Promise<void>) | null> {
    // By what will hold after the swap, not by what holds until then.
    const next = readDaemonSchedule(config, this.#profilesOf);
    if (isDeepStrictEqual(withoutRules(this.#read), withoutRules(next))) return null;
    return async () => {
      this.#read = next;
      this.#ports.hide(headersOf(next));
      tell(next, this.#ports);
      await this.scheduler.use(calendarOf(next));
    };
  }

  /** Absolute; null without a schedule. */
  get profileFolder(): string | null {
    return this.#read?.loaded.profileFolder ?? null;
  }

  stop(): Promise<void> {
    return this.scheduler.stop();
  }
}

/** The schedule that a configuration names, with its profiles; null when it names none. Throws as `readScheduleFile`. */
export const readDaemonSchedule = (config: DaemonConfig, profilesOf: ProfilesOf): ReadSchedule | null =>
  config.schedule === null
    ? null
    : {
        config: config.schedule,
        loaded: readScheduleFile(config.schedule.file, profilesOf(config), config.schedule.targetUrl),
      };

/** The headers of the requests of a schedule: they may name secrets. */
export const headersOf = (read: ReadSchedule | null): Readonly<Record<string, string>>[] =>
  (read?.loaded.schedule.entries ?? []).flatMap(({ work }) => (work.kind === 'request' ? [work.headers] : []));

const calendarOf = (read: ReadSchedule | null): ScheduleCalendar =>
  new ScheduleCalendar(read?.loaded ?? null, read?.config.clockOffsetMs ?? 0);

/** Functions are never equal; what a cron expression says follows from its text. */
const withoutRules = (read: ReadSchedule | null): unknown =>
  read === null
    ? null
    : {
        ...read,
        loaded: {
          ...read.loaded,
          entries: read.loaded.schedule.entries.map(({ cron, ...entry }) => ({ ...entry, cron: cron.text })),
          schedule: read.loaded.schedule.blackouts,
        },
      };

function tell(read: ReadSchedule | null, { log }: Pick<SchedulerPorts, 'log'>): void {
  if (read === null) return;
  const { file, clockOffsetMs } = read.config;
  log.info({ file, entries: read.loaded.schedule.entries.length }, 'the schedule holds');
  if (clockOffsetMs === 0) return;
  const offset = formatDuration(clockOffsetMs);
  log.warn(
    { offset },
    `REHEARSAL OF THE SCHEDULE: it starts what is due ${offset} from now; remove schedule.clock_offset afterwards`,
  );
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

const invalid = (message: string, details: string[], hint: string): SoakdError =>
  new SoakdError(message, { code: 'schedule_invalid', details, hint, exitCode: EXIT.badInput, httpStatus: 422 });
