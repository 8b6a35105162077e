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

interface Read {
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
  readonly #ports: SchedulerPorts;
  readonly #profiles: Profiles;
  #read: Read | null;

  private constructor(scheduler: Scheduler, read: Read | null, ports: SchedulerPorts, profiles: Profiles) {
    this.scheduler = scheduler;
    this.#read = read;
    this.#ports = ports;
    this.#profiles = profiles;
  }

  /** Reads the schedule and begins to keep it; without one nothing is due. Rejects with a SoakdError. */
  static async start(
    { schedule }: Pick<DaemonConfig, 'schedule'>,
    ports: SchedulerPorts,
    profiles: Profiles,
  ): Promise<Scheduling> {
    const read = readFrom(schedule, profiles);
    tell(read, ports);
    return new Scheduling(await Scheduler.start(calendarOf(read), ports), read, ports, profiles);
  }

  async prepare({ schedule }: Pick<DaemonConfig, 'schedule'>): Promise<(() => Promise<void>) | null> {
    const next = readFrom(schedule, this.#profiles);
    if (isDeepStrictEqual(withoutRules(this.#read), withoutRules(next))) return null;
    return async () => {
      this.#read = next;
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

const readFrom = (config: ScheduleConfig | null, profiles: Profiles): Read | null =>
  config === null ? null : { config, loaded: readScheduleFile(config.file, profiles, config.targetUrl) };

const calendarOf = (read: Read | null): ScheduleCalendar =>
  new ScheduleCalendar(read?.loaded ?? null, read?.config.clockOffsetMs ?? 0);

/** Functions are never equal; what a cron expression says follows from its text. */
const withoutRules = (read: Read | null): unknown =>
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

function tell(read: Read | null, { log }: Pick<SchedulerPorts, 'log'>): void {
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
