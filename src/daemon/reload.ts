/**
 * Another configuration for a daemon that runs. All that can fail is tried before anything live changes, as Prometheus and
 * Alertmanager do: a file with a mistake leaves everything as it was.
 */
import { describeError, EXIT, SoakdError } from '../base/errors.ts';
import type { SoakLog } from '../soak/context.ts';
import type { DaemonConfig } from './config.ts';
import { changedKeys, withStartedValues } from './config-keys.ts';

/**
 * A part of the daemon that holds something made from the configuration or from files that it names. What is only looked up
 * when it is used needs no such part: it asks `Reloads.config`.
 */
export interface Reloadable {
  /** As it stands in answers and in the log: `schedule`. */
  readonly name: string;
  /**
   * Reads and builds everything anew beside what lives, and touches nothing. Resolves to the swap, which must not fail, or to
   * null when nothing of this part is different. Rejects with a SoakdError; of a bad file its details are
   * `file:line:column path: problem; hint`.
   */
  prepare(config: DaemonConfig): Promise<(() => Promise<void>) | null>;
}

/** What a reload did. */
export interface Reloaded {
  /** Keys that hold now, and names of parts whose own files are different. */
  changed: string[];
  /** Keys that differ from what the daemon was started with and hold from its next start on. */
  needsRestart: string[];
}

export interface ReloadPorts {
  /** Reads the configuration again. Throws a SoakdError `config_invalid`. */
  read(): DaemonConfig;
  log: SoakLog;
  /** Told before and after each reload, whatever comes of it: a service manager wants to know. */
  around?: { begins(): Promise<void>; over(): Promise<void> };
}

export class Reloads {
  readonly #ports: ReloadPorts;
  readonly #parts: Reloadable[] = [];
  #config: DaemonConfig;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(started: DaemonConfig, ports: ReloadPorts) {
    this.#config = started;
    this.#ports = ports;
  }

  /** What holds now. Ask again each time: it is another object after a reload. */
  get config(): DaemonConfig {
    return this.#config;
  }

  /** Takes part in every later reload, after those that were added before. */
  add(part: Reloadable): void {
    this.#parts.push(part);
  }

  /**
   * Reads, tries and swaps; one after the other. Rejects with `config_invalid`, or with what a part found, and then nothing has
   * changed; with `reload_incomplete` when a swap failed all the same, which is a fault of soakd.
   */
  reload(): Promise<Reloaded> {
    const done = this.#turn.then(() => this.#reload());
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #reload(): Promise<Reloaded> {
    const { log, around } = this.#ports;
    await around?.begins();
    try {
      const reloaded = await this.#tryThenSwap();
      log.info(reloaded, 'the configuration was read again');
      return reloaded;
    } catch (thrown) {
      const problems = thrown instanceof SoakdError ? thrown.details : [];
      log.error({ reason: describeError(thrown), problems }, 'the configuration was not taken: all stays as it was');
      throw thrown;
    } finally {
      await around?.over();
    }
  }

  async #tryThenSwap(): Promise<Reloaded> {
    const read = this.#ports.read();
    const { live, atStartOnly } = changedKeys(this.#config, read);
    const next = withStartedValues(this.#config, read);
    const refusals: unknown[] = [];
    const swaps: { name: string; swap: () => Promise<void> }[] = [];
    for (const part of this.#parts) {
      try {
        const swap = await part.prepare(next);
        if (swap !== null) swaps.push({ name: part.name, swap });
      } catch (thrown) {
        refusals.push(asTheirs(thrown));
      }
    }
    if (refusals.length > 0) throw together(refusals);
    this.#config = next;
    const failed: string[] = [];
    for (const { name, swap } of swaps) {
      await swap().catch((thrown: unknown) => failed.push(`${name}: ${describeError(thrown)}`));
    }
    if (failed.length > 0) throw incomplete(failed);
    const changed = [...live, ...swaps.map(({ name }) => name).filter((name) => !live.includes(name))];
    return { changed, needsRestart: atStartOnly };
  }
}

/** What an operator wrote and can put right is no fault of the daemon, whichever part has found it. */
function asTheirs(thrown: unknown): unknown {
  if (!(thrown instanceof SoakdError) || thrown.exitCode !== EXIT.badInput || thrown.httpStatus !== 500) return thrown;
  const { message, code, hint, details, exitCode, cause } = thrown;
  return new SoakdError(message, { code, hint, details, exitCode, httpStatus: 422, cause });
}

/** What several parts found, in one answer; what is no mistake of an operator comes alone and first. */
function together(refusals: readonly unknown[]): unknown {
  const theirs = refusals.filter((one) => one instanceof SoakdError);
  const [first, ...more] = theirs;
  if (theirs.length < refusals.length) return refusals.find((one) => !(one instanceof SoakdError));
  if (first === undefined || more.length === 0) return first;
  const worst = theirs.find(({ httpStatus }) => httpStatus >= 500) ?? first;
  return new SoakdError(theirs.map(({ message }) => message).join('; '), {
    code: worst.code,
    hint: [...new Set(theirs.map(({ hint }) => hint).filter((hint) => hint !== ''))].join('; '),
    details: theirs.flatMap(({ details }) => details),
    exitCode: worst.exitCode,
    httpStatus: worst.httpStatus,
    cause: worst.cause,
  });
}

const incomplete = (failed: string[]): SoakdError =>
  new SoakdError('the new configuration holds, but not everywhere', {
    code: 'reload_incomplete',
    details: failed,
    hint: 'restart the daemon: live runs are carried on; this looks like a fault of soakd',
  });
