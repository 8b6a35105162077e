import { unlessAborted } from '../base/abort.ts';
import { backoffMs } from '../base/backoff.ts';
import { sleeps, sleepUntil } from '../base/clock.ts';
import { describeError, SoakdError } from '../base/errors.ts';
import { type LoadExit, type LoadProcess, spoolFileOf } from '../load/engine.ts';
import type { LoadProcessRow } from '../model/run.ts';
import type { SoakContext } from './context.ts';
import { keepTrying } from './keep-trying.ts';
import type { LiveRun } from './live-run.ts';
import type { SpoolTail } from './spool-tail.ts';

/** Codes of errors that another try meets again: the environment and the folder of a process never change. */
const STAYS = ['workload_variable_missing', 'folder_unusable'];

/**
 * Keeps one load process at work until the plan's end: starts it, sees it end, starts it again with the
 * rest of the plan, at most `maxRestarts` times in the life of the run. What it could not offer stays not
 * offered. Returns at the plan's end, when the load is lost for good, or when `signal` aborts; the process
 * itself is left alone then.
 */
export async function keepLoading(
  live: LiveRun,
  context: SoakContext,
  tail: SpoolTail,
  signal: AbortSignal,
): Promise<void> {
  const { clock, settings, random } = context;
  for (let attempt = 0; !signal.aborted; ) {
    let process = live.process;
    if (process === null) {
      if (clock.now() >= live.plan.endMs) return;
      if (live.processes.length > settings.maxRestarts) {
        live.loseLoad(`k6 ended ${live.processes.length} times: the load is given up`);
        return;
      }
      process = await startProcess(live, context, signal);
      if (live.loadLostReason !== null) return;
    }
    if (process !== null) {
      const startedMs = clock.monotonicMs();
      const exit = await unlessAborted(process.exited, signal);
      if (exit === null) return;
      await recordExit(live, context, tail, process.row.processId, exit, signal);
      if (clock.now() >= live.plan.endMs) return;
      if (!exit.retry && exit.reason !== 'finished') {
        live.loseLoad(`k6 cannot go on (${exit.reason}): ${exit.detail}`);
        return;
      }
      // A process that worked for a while earns a fresh, short back-off.
      if (clock.monotonicMs() - startedMs > settings.restartBackoff.maxMs) attempt = 0;
    }
    if (!(await sleeps(clock, backoffMs(settings.restartBackoff, attempt++, random), signal))) return;
  }
}

/**
 * Intent row, process, completed row: whatever dies between two of them, the next daemon finds the
 * process by the id in the intent row. Null when it could not start, which is an event; the load is lost
 * when it never could.
 */
async function startProcess(live: LiveRun, context: SoakContext, signal: AbortSignal): Promise<LoadProcess | null> {
  const { clock, engine, settings } = context;
  try {
    await sleepUntil(clock, live.plan.startMs - settings.leadMs, signal, 60_000);
  } catch {
    return null;
  }
  const processId = `${live.run.id}-${live.processes.length + 1}`;
  const retry = <T>(work: () => Promise<T>): Promise<T | null> =>
    keepTrying(context, work, (reason) => context.log.warn({ run: live.run.id, reason }, 'a row of k6 waits'), signal);
  const intent: LoadProcessRow = {
    processId,
    pid: 0,
    startTicks: 0,
    startedMs: clock.now(),
    spoolFile: spoolFileOf(live.folder, processId),
    committedOffset: 0,
    exitedMs: null,
    exitReason: null,
  };
  if ((await retry(async () => live.putProcess(intent).then(() => true))) === null) return null;
  try {
    const process = await engine.start(live.order(processId), signal);
    live.setProcess(process);
    // The tail may have read from it by the time that the row can be stored.
    await retry(() => {
      const committedOffset = live.processRow(processId)?.committedOffset ?? 0;
      return live.putProcess({ ...process.row, committedOffset });
    });
    return process;
  } catch (thrown) {
    if (signal.aborted) return null;
    const reason = describeError(thrown);
    await retry(() => live.putProcess({ ...intent, exitedMs: clock.now(), exitReason: 'start_failed' }));
    await live.note({
      atMs: clock.now(),
      kind: 'k6_start_failed',
      severity: 'error',
      message: `k6 could not start: ${reason}`,
      data: { processId, reason },
    });
    if (thrown instanceof SoakdError && STAYS.includes(thrown.code)) live.loseLoad(`k6 cannot start: ${reason}`);
    return null;
  }
}

/** Reads what the process left behind, then marks its row as ended; an end before the plan's is an event. */
export async function recordExit(
  live: LiveRun,
  context: SoakContext,
  tail: SpoolTail,
  processId: string,
  exit: Pick<LoadExit, 'reason' | 'exitCode' | 'signal' | 'detail'>,
  signal: AbortSignal,
): Promise<void> {
  const nowMs = context.clock.now();
  const early = nowMs < live.plan.endMs && live.stopReason === null;
  await keepTrying(
    context,
    async () => {
      await tail.drain(processId);
      const row = live.processRow(processId);
      if (row !== null) await live.putProcess({ ...row, exitedMs: nowMs, exitReason: exit.reason });
      if (live.process?.row.processId === processId) live.setProcess(null);
    },
    (reason) => context.log.warn({ run: live.run.id, reason }, 'the end of k6 waits to be stored'),
    signal,
  );
  if (!early) return;
  const { reason, exitCode, signal: exitSignal, detail } = exit;
  await live.note({
    atMs: nowMs,
    kind: 'k6_exited',
    severity: 'error',
    message: `k6 ended before the plan did (${reason})${detail === '' ? '' : `: ${detail}`}`,
    data: { processId, reason, exitCode, signal: exitSignal },
  });
}

/** Tells each process of each change of the plan, until `signal` aborts. An adopted process is told the plan anew. */
export async function followPlan(live: LiveRun, context: SoakContext, signal: AbortSignal): Promise<void> {
  const told = new Map<string, number>();
  while (!signal.aborted) {
    await live.planChanged.wait(signal);
    const { process, plan } = live;
    if (process === null || signal.aborted || told.get(process.row.processId) === plan.revision) continue;
    await keepTrying(
      context,
      async () => {
        await process.updatePlan(plan);
        told.set(process.row.processId, plan.revision);
      },
      (reason) =>
        context.log.error({ run: live.run.id, reason }, 'the plan cannot be written: the old one stays in force'),
      signal,
    );
  }
}
