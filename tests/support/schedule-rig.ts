/** The scheduler over soaks in simulated time, with the real rows about duty; daemons come and go. */
import { seededRandom } from '../../src/base/random.ts';
import type { OwnAlert } from '../../src/duty/own-alerts.ts';
import { ScheduleCalendar } from '../../src/duty/schedule-calendar.ts';
import { Scheduler } from '../../src/duty/scheduler.ts';
import { loadSchedule } from '../../src/schedule/load-schedule.ts';
import type { Soaks } from '../../src/soak/soaks.ts';
import { memoryDutyStore } from './duty-store.ts';
import { Mortal } from './mortal.ts';
import { mortalClock, SimulatedStaging } from './simulated-staging.ts';

const profile = (name: string, duration: string): string => `soak_test:
  name: ${name}
  duration: ${duration}
  traffic_pattern: { base_rate: 60, warmup: 1m }
  workload: { kind: requests, requests: [{ name: list, path: / }] }
  success_criteria: { memory_leak: off, response_time_degradation: off }
`;

const PROFILES: Record<string, string> = {
  hour: profile('an hour', '1h'),
  short: profile('short', '170s'),
  quarter: profile('a quarter of an hour', '15m'),
};

export interface Life {
  scheduler: Scheduler;
  soaks: Soaks;
}

export class ScheduleRig {
  readonly staging: SimulatedStaging;
  readonly duty = memoryDutyStore();
  /** Alerts about starts: raised ones with their evidence, `null` for resolved ones. */
  readonly alerts: [entry: string, evidence: string | null][] = [];
  /** What was logged as a warning or an error. */
  readonly said: string[] = [];
  /** Throws what keeps a run from starting. */
  refusal: () => void = () => undefined;
  /** The target's answer to a request. */
  answer: (url: string, signal: AbortSignal) => number | Promise<number> = () => 200;
  requests: string[] = [];
  /** How far the schedule of daemons to come looks ahead. */
  offsetMs: number;
  readonly #yaml: string;

  constructor(yaml: string, { start, offsetMs = 0 }: { start: string; offsetMs?: number }) {
    this.#yaml = yaml;
    this.offsetMs = offsetMs;
    this.staging = new SimulatedStaging({ startMs: Date.parse(start), settings: { pollMs: 30_000 } });
  }

  get clock() {
    return this.staging.clock;
  }

  /** A daemon gets up: it takes over what runs, then keeps the schedule. Never resolves when it dies of it. */
  async daemon(mortal = new Mortal()): Promise<Life> {
    const soaks = this.staging.daemon(mortal);
    const control = mortal.wrap(soaks, ['start', 'act']);
    const ports = {
      clock: mortalClock(this.clock, mortal),
      control: new Proxy(control, {
        get: (target, name) => {
          if (name === 'start') {
            return async (...args: Parameters<Soaks['start']>) => {
              this.refusal();
              return target.start(...args);
            };
          }
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      }),
      store: mortal.wrap(this.staging.store),
      duty: mortal.wrap(this.duty, ['settleStart', 'resettleStart', 'putNote']),
      alerts: {
        raise: async ({ labels, evidence }: OwnAlert) => void this.alerts.push([labels.entry ?? '', evidence]),
        resolve: async (_name: string, labels: Readonly<Record<string, string>>) =>
          void this.alerts.push([labels.entry ?? '', null]),
      },
      random: seededRandom(1),
      log: {
        info: () => undefined,
        warn: (_fields: object, message: string) => void this.said.push(message),
        error: (_fields: object, message: string) => void this.said.push(message),
      },
      requireInsideFence: () => Promise.resolve(),
      secret: (value: string) => value,
      request: async (url: string, { method, signal }: { method: string; signal: AbortSignal }) => {
        this.requests.push(`${method} ${url}`);
        return { status: await this.answer(url, signal), headers: {}, body: '' };
      },
    };
    await soaks.recover({ mode: 'carry_on' });
    return { scheduler: await Scheduler.start(this.calendar(), ports), soaks };
  }

  calendar(yaml = this.#yaml): ScheduleCalendar {
    const read = loadSchedule('/etc/soakd/schedule.yaml', {
      readFile: (path) => {
        const name = /\/([\w-]+)\.yaml$/.exec(path)?.[1] ?? '';
        return name === 'schedule' ? yaml : (PROFILES[name] ?? '');
      },
      listFolder: () => [],
      profiles: { readFile: () => '' },
      defaultTargetUrl: 'http://staging.example:8080',
    });
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    return new ScheduleCalendar(read.loaded, this.offsetMs);
  }

  advanceTo(instant: string): Promise<void> {
    return this.clock.advance(Date.parse(instant) - this.clock.now());
  }

  /** What became of starts, oldest first: `08:00 weekly started`. */
  async history(entry?: string): Promise<string[]> {
    const rows = await this.duty.scheduledStarts(entry === undefined ? {} : { entry });
    return rows
      .toReversed()
      .map(({ dueMs, entry, outcome }) => `${new Date(dueMs).toISOString().slice(11, 16)} ${entry} ${outcome}`);
  }
}
