/**
 * A load engine under a simulated clock. `ScriptedGenerators` is the machine on which generators live; each engine made
 * from it is one daemon's view, so a test can drop a daemon with all its objects and let the next one adopt what runs.
 */
import type { Clock } from '../../src/base/clock.ts';
import {
  type LoadEngine,
  type LoadExit,
  type LoadOrder,
  type LoadProcess,
  spoolFileOf,
} from '../../src/load/engine.ts';
import type { ArrivalPlan } from '../../src/model/plan.ts';
import type { LoadProcessRow } from '../../src/model/run.ts';
import type { Generation, LoadScript } from './load-script.ts';
import { windowAt, windowCount } from './scripted-windows.ts';

interface Running extends Generation {
  row: LoadProcessRow;
  exited: Promise<LoadExit>;
  /** Ends the process now, or at a time to come; the earliest wins. */
  exitAt(atMs: number, exit: LoadExit): void;
  updatePlan(plan: ArrivalPlan): void;
}

const FINISHED: LoadExit = { reason: 'finished', retry: false, exitCode: 0, signal: null, detail: '' };
const STOPPED: LoadExit = { reason: 'stopped', retry: false, exitCode: 0, signal: null, detail: '' };
const KILLED: LoadExit = { reason: 'killed', retry: false, exitCode: null, signal: 'SIGKILL', detail: '' };

/** Windows that one `readWindows` returns. */
const BATCH = 360;

export class ScriptedGenerators {
  readonly #clock: Clock;
  readonly #script: LoadScript;
  readonly #all = new Map<string, Running>();

  constructor(clock: Clock, script: LoadScript) {
    this.#clock = clock;
    this.#script = script;
  }

  /** Process ids of the generators that live now. */
  alive(): string[] {
    return [...this.#all.values()].filter(({ exitedMs }) => exitedMs === null).map(({ processId }) => processId);
  }

  /** Kills a generator from outside, as an operator or the kernel would. */
  kill(processId: string): void {
    this.#all.get(processId)?.exitAt(this.#clock.now(), { ...KILLED, retry: true });
  }

  /** One daemon's view of these generators. */
  engine(): LoadEngine {
    return {
      start: async (order, signal) => {
        signal.throwIfAborted();
        return this.#handle(this.#start(order), order);
      },
      adopt: async (row, order) => {
        const running = this.#all.get(row.processId);
        const known = running?.exitedMs === null && (row.pid === 0 || row.pid === running.row.pid);
        return known ? this.#handle(running, order) : null;
      },
      // An offset counts windows here, those that a stall swallowed included.
      readWindows: async (row, offset) => {
        const running = this.#all.get(row.processId);
        if (running === undefined) return { windows: [], nextOffset: offset, corruptRecords: 0, more: false };
        const now = this.#clock.now();
        const count = windowCount(running, this.#script, now);
        const until = Math.max(offset, Math.min(count, offset + BATCH));
        const windows = [];
        for (let index = offset; index < until; index++) {
          const window = windowAt(running, this.#script, index, now);
          if (window !== null) windows.push(window);
        }
        return { windows, nextOffset: until, corruptRecords: 0, more: until < count };
      },
    };
  }

  #start(order: LoadOrder): Running {
    const processId = order.processId ?? `scripted-${this.#all.size + 1}`;
    if (this.#all.has(processId)) throw new Error(`process ${processId} was started before`);
    const startedMs = this.#clock.now();
    const pid = 1000 + this.#all.size;
    const { promise: exited, resolve } = Promise.withResolvers<LoadExit>();
    let ending: { atMs: number; exit: LoadExit } | null = null;
    let replanned = new AbortController();

    const running: Running = {
      processId,
      startedMs,
      users: order.users,
      timeoutMs: order.profile.workload.timeoutMs,
      plans: [{ sinceMs: Number.NEGATIVE_INFINITY, plan: order.plan }],
      exitedMs: null,
      killed: false,
      exited,
      row: {
        processId,
        pid,
        startTicks: pid,
        startedMs,
        spoolFile: spoolFileOf(order.folder, processId),
        committedOffset: 0,
        exitedMs: null,
        exitReason: null,
      },
      exitAt: (atMs, exit) => {
        if (ending === null || atMs < ending.atMs) ending = { atMs, exit };
        replanned.abort();
      },
      updatePlan: (plan) => {
        running.plans.push({ sinceMs: this.#clock.now(), plan });
        replanned.abort();
      },
    };

    const live = async (): Promise<void> => {
      for (;;) {
        const now = this.#clock.now();
        const atPlanEnd = { atMs: running.plans.at(-1)?.plan.endMs ?? now, exit: FINISHED };
        const asked: { atMs: number; exit: LoadExit } = ending ?? atPlanEnd;
        const crash = this.#script.crashes?.find(({ atMs }) => atMs > startedMs);
        const due = crash && crash.atMs < asked.atMs ? { atMs: crash.atMs, exit: crashed(crash) } : asked;
        if (due.atMs <= now) {
          running.exitedMs = now;
          running.killed = due.exit.signal === 'SIGKILL';
          resolve(due.exit);
          return;
        }
        replanned = new AbortController();
        await this.#clock.sleep(due.atMs - now, replanned.signal).catch(() => undefined);
      }
    };
    this.#all.set(processId, running);
    void live();
    return running;
  }

  #handle(running: Running, order: LoadOrder): LoadProcess {
    const end = (atMs: number, exit: LoadExit): Promise<LoadExit> => {
      running.exitAt(atMs, exit);
      return running.exited;
    };
    return {
      row: running.row,
      exited: running.exited,
      updatePlan: async (plan) => running.updatePlan(plan),
      stop: (drainMs) => {
        const now = this.#clock.now();
        const plan = running.plans.at(-1)?.plan ?? order.plan;
        running.updatePlan({ ...plan, endMs: Math.min(plan.endMs, now) });
        return end(now + Math.min(drainMs, 1000), STOPPED);
      },
      kill: () => end(this.#clock.now(), KILLED),
    };
  }
}

const crashed = ({ exitCode, signal }: { exitCode: number | null; signal: string | null }): LoadExit => ({
  reason: signal === 'SIGKILL' ? 'killed' : 'panic',
  retry: true,
  exitCode,
  signal,
  detail: 'scripted crash',
});
