/**
 * Who watches soakd: an address outside is asked at an interval as long as all is well, and raises the alarm when that stops
 * (a dead man's switch, as healthchecks.io and its like offer).
 */
import { Bell } from '../base/bell.ts';
import { type Clock, deadline } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import { request } from '../base/http-request.ts';
import { REDACTED } from '../base/redact.ts';
import type { HeartbeatConfig } from './heartbeat-config.ts';

export interface HeartbeatPorts {
  /** Asked before each beat: a reload changes it. null: no heartbeat. Its `url` is the address itself. Throws for a lost secret. */
  config(): HeartbeatConfig | null;
  /** What is wrong with the daemon, its store or its loops, one sentence each; empty when all is well. */
  ailments(): Promise<string[]>;
  clock: Clock;
  log: { info(data: object, message: string): void; warn(data: object, message: string): void };
}

export interface HeartbeatHealth {
  /** Unix ms of the last beat that was heard; null before the first. */
  lastMs: number | null;
  /** Why the last one was left out or not heard; null when it was heard. */
  problem: string | null;
}

const ANSWER_MS = 10_000;
/** How often an unset heartbeat is looked for again. */
const IDLE_MS = 60_000;
/** The event loop stood still for as long: whoever depends on this process would have noticed. */
const LATE_MS = 10_000;

export class Heartbeat {
  readonly #ports: HeartbeatPorts;
  readonly #bell = new Bell();
  #health: HeartbeatHealth = { lastMs: null, problem: null };

  constructor(ports: HeartbeatPorts) {
    this.#ports = ports;
  }

  health(): HeartbeatHealth {
    return { ...this.#health };
  }

  /** The configuration is another one. */
  ring(): void {
    this.#bell.ring();
  }

  /** Beats until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    let lateMs = 0;
    while (!signal.aborted) {
      const everyMs = await this.#beat(lateMs, signal);
      lateMs = await this.#rest(everyMs, signal);
    }
  }

  /** Resolves to the time until the next one. */
  async #beat(lateMs: number, signal: AbortSignal): Promise<number> {
    const { config, ailments, clock } = this.#ports;
    let given: HeartbeatConfig | null = null;
    let problem: string | null = null;
    try {
      given = config();
      if (given === null) {
        this.#health = { lastMs: this.#health.lastMs, problem: null };
        return IDLE_MS;
      }
      const [first = null] = await ailments();
      problem = lateMs >= LATE_MS ? `the event loop stood still for ${Math.round(lateMs / 1000)} s` : first;
      problem ??= await this.#ask(given.url, signal);
    } catch (thrown) {
      problem = describeError(thrown);
    }
    if (!signal.aborted) this.#note(problem, clock.now());
    return given?.everyMs ?? IDLE_MS;
  }

  /** Null when the beat was heard, else why not. The address may be a secret. */
  async #ask(url: string, signal: AbortSignal): Promise<string | null> {
    const { host, pathname, search } = new URL(url);
    const limit = deadline(this.#ports.clock, ANSWER_MS, signal);
    try {
      const { status } = await request(url, { headers: { 'user-agent': 'soakd' }, signal: limit.signal });
      return status >= 200 && status < 300 ? null : `${host} answers ${status}`;
    } catch (thrown) {
      const said = describeError(thrown);
      const path = `${pathname}${search}`;
      return `${host} cannot be reached: ${path.length > 1 ? said.replaceAll(path, REDACTED) : said}`;
    } finally {
      limit.clear();
    }
  }

  #note(problem: string | null, nowMs: number): void {
    const { log } = this.#ports;
    const before = this.#health.problem;
    this.#health = { lastMs: problem === null ? nowMs : this.#health.lastMs, problem };
    if (problem === null && before !== null) log.info({}, 'the heartbeat is heard again');
    if (problem !== null && before === null) log.warn({ reason: problem }, 'the heartbeat is not heard');
  }

  /** Resolves to how much later than meant it woke, milliseconds. */
  async #rest(ms: number, signal: AbortSignal): Promise<number> {
    const { clock } = this.#ports;
    const untilMs = clock.monotonicMs() + ms;
    const timer = new AbortController();
    clock.sleep(ms, timer.signal).then(
      () => this.#bell.ring(),
      () => undefined,
    );
    await this.#bell.wait(signal);
    timer.abort();
    return Math.max(0, clock.monotonicMs() - untilMs);
  }
}
