/** One k6 at work: steered by its plan file, ended step by step, whether it is our child or was adopted. */
import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import { isAlive, isGroupAlive, outOfMemoryKills, processStat, signalGroup } from '../base/proc.ts';
import type { ArrivalPlan } from '../model/plan.ts';
import type { LoadProcessRow } from '../model/run.ts';
import type { LoadExit, LoadProcess } from './engine.ts';
import { exitOf, exitOfAdopted, type RawExit } from './k6-exit.ts';
import { cutLog, lastLogLines } from './k6-log.ts';
import { endedAt, writePlanFile } from './plan-file.ts';

export interface K6Work {
  row: LoadProcessRow;
  folder: string;
  logFile: string;
  plan: ArrivalPlan;
  /** Resolves when the process is gone: how it ended, or null when that cannot be known. */
  gone: Promise<RawExit | null>;
}

export interface K6ProcessContext {
  clock: Clock;
  /** Aborted when the owner lets go: nothing here waits for k6 any more, and k6 goes on. */
  signal: AbortSignal;
  log: (message: string) => void;
}

/** k6 looks at its plan every 250 ms and writes its last window after the drain. */
const STOP_MARGIN_MS = 3000;
/** k6 ends within milliseconds of SIGTERM; teardown() of a user's script may take longer. */
const TERM_GRACE_MS = 5000;
const POLL_MS = 100;
const LOG_CHECK_MS = 10_000;

export function k6Process(work: K6Work, context: K6ProcessContext): LoadProcess {
  const { row, folder, logFile } = work;
  const { clock, log } = context;
  const outOfMemoryBefore = outOfMemoryKills();
  let plan = work.plan;
  let asked = false;
  let stopping: Promise<LoadExit> | null = null;

  const exited = work.gone.then(async (raw): Promise<LoadExit> => {
    const circumstances = {
      asked,
      afterPlan: clock.now() >= plan.endMs,
      outOfMemory: (outOfMemoryKills() ?? 0) > (outOfMemoryBefore ?? 0),
      detail: await lastLogLines(logFile).catch(describeError),
    };
    await clearGroup(row.pid, clock).catch((thrown) =>
      log(`what k6 ${row.processId} left behind could not be ended: ${describeError(thrown)}`),
    );
    return raw === null ? exitOfAdopted(circumstances) : exitOf(raw, circumstances);
  });
  let over = false;
  const markOver = (): void => {
    over = true;
  };
  exited.then(markOver, markOver);
  void keepLogSmall(logFile, exited, context);

  const signalAll = (signal: NodeJS.Signals): void => {
    // Its number may be somebody else's by now.
    if (over) return;
    signalGroup(row.pid, signal);
    // A stopped process takes its signal only when it goes on.
    if (signal !== 'SIGKILL') signalGroup(row.pid, 'SIGCONT');
  };

  const stop = async (drainMs: number): Promise<LoadExit> => {
    asked = true;
    try {
      await writePlanFile(folder, endedAt(plan, clock.now()));
      const exit = await within(context, drainMs + STOP_MARGIN_MS, exited);
      if (exit !== null) return exit;
      log(`k6 ${row.processId} still runs after its drain of ${drainMs} ms`);
    } catch (thrown) {
      log(`the end of the load could not be written, k6 ${row.processId} is stopped at once: ${describeError(thrown)}`);
    }
    signalAll('SIGTERM');
    const exit = await within(context, TERM_GRACE_MS, exited);
    if (exit !== null) return exit;
    signalAll('SIGKILL');
    return exited;
  };

  return {
    row,
    exited,
    updatePlan: async (next) => {
      await writePlanFile(folder, next);
      plan = next;
    },
    stop: (drainMs) => {
      stopping ??= stop(drainMs);
      return stopping;
    },
    kill: () => {
      asked = true;
      signalAll('SIGKILL');
      return exited;
    },
  };
}

/** The end of a process that is not our child, by looking. Never resolves once the owner has let go. */
export async function goneFromProc(
  { pid, startTicks }: Pick<LoadProcessRow, 'pid' | 'startTicks'>,
  { clock, signal }: Pick<K6ProcessContext, 'clock' | 'signal'>,
): Promise<null> {
  for (;;) {
    const stat = processStat(pid);
    if (!isAlive(stat) || stat?.startTicks !== startTicks) return null;
    try {
      await clock.sleep(POLL_MS, signal);
    } catch {
      return new Promise(() => undefined);
    }
  }
}

/** What k6 left behind (a browser, say) goes with it. */
async function clearGroup(processGroup: number, clock: Clock): Promise<void> {
  for (let tries = 0; tries < 50 && isGroupAlive(processGroup); tries++) {
    signalGroup(processGroup, 'SIGKILL');
    await clock.sleep(POLL_MS);
  }
}

async function keepLogSmall(
  logFile: string,
  exited: Promise<unknown>,
  { clock, signal, log }: K6ProcessContext,
): Promise<void> {
  const end = new AbortController();
  const stop = (): void => end.abort();
  exited.then(stop, stop);
  const until = AbortSignal.any([signal, end.signal]);
  while (!until.aborted) {
    await clock.sleep(LOG_CHECK_MS, until).catch(() => undefined);
    await cutLog(logFile).catch((thrown) => log(`k6's log cannot be kept small: ${describeError(thrown)}`));
  }
}

/** What `promise` gives, or null when it takes longer than `ms`. Its limit never comes once the owner has let go. */
async function within<T>(
  { clock, signal }: Pick<K6ProcessContext, 'clock' | 'signal'>,
  ms: number,
  promise: Promise<T>,
): Promise<T | null> {
  const cancel = new AbortController();
  const never = new Promise<null>(() => undefined);
  const limit = clock.sleep(ms, AbortSignal.any([signal, cancel.signal])).then(
    () => null,
    () => never,
  );
  try {
    return await Promise.race([promise, limit]);
  } finally {
    cancel.abort();
  }
}
