import { unlessAborted } from '../base/abort.ts';
import { backoffMs } from '../base/backoff.ts';
import { deadline, sleeps } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { LoadExit, LoadProcess } from '../load/engine.ts';
import type { LoadProcessRow, RunState } from '../model/run.ts';
import type { Verdict } from '../model/verdict.ts';
import { WINDOW_MS } from '../model/window.ts';
import type { SoakContext } from './context.ts';
import { recordExit } from './keep-loading.ts';
import { keepTrying } from './keep-trying.ts';
import { dropLease } from './lease.ts';
import type { LiveRun } from './live-run.ts';
import type { SpoolTail } from './spool-tail.ts';
import { gapEvent } from './window-events.ts';

const REPORT_TRIES = 3;

/**
 * Ends every load process of the run, known or only announced, and reads all that they wrote. At the
 * plan's end k6 drains by itself; after `stop`, or when it does not, it is told to. Nothing of it is left.
 */
export async function endLoad(
  live: LiveRun,
  context: SoakContext,
  tail: SpoolTail,
  signal: AbortSignal,
): Promise<void> {
  for (const row of live.processes) {
    if (row.exitedMs !== null) continue;
    const exit = await keepTrying(
      context,
      async () => {
        const known = live.process?.row.processId === row.processId ? live.process : null;
        const process = known ?? (await context.engine.adopt(row, live.order(row.processId)));
        return process === null ? lost : await endProcess(process, live, context, signal);
      },
      (reason) => context.log.error({ run: live.run.id, processId: row.processId, reason }, 'k6 could not be ended'),
      signal,
    );
    if (exit === null) return;
    await recordExit(live, context, tail, row.processId, exit, signal);
  }
}

const lost: LoadExit = { reason: 'lost', retry: true, exitCode: null, signal: null, detail: 'its end was not seen' };

/** Rejects with the signal's reason when it aborts: k6 has its orders then, and the next soakd reads what it leaves. */
async function endProcess(
  process: LoadProcess,
  live: LiveRun,
  context: SoakContext,
  signal: AbortSignal,
): Promise<LoadExit> {
  if (live.stopReason === null) {
    const limit = deadline(context.clock, live.drainMs + context.settings.exitGraceMs, signal);
    const exit = await unlessAborted(process.exited, limit.signal);
    limit.clear();
    if (exit !== null) return exit;
    signal.throwIfAborted();
  }
  const exit = await unlessAborted(process.stop(live.stopReason === null ? 0 : live.drainMs), signal);
  signal.throwIfAborted();
  return exit ?? lost;
}

/**
 * The last steps of a run, each of which may be done again after a crash: the gap at the end, the waiting
 * rows, the verdict, the report, the final state.
 */
export async function closeBooks(
  live: LiveRun,
  context: SoakContext,
  tail: SpoolTail,
  signal: AbortSignal,
): Promise<void> {
  const { store, judge, log, clock } = context;
  const retry = <T>(work: () => Promise<T>, what: string): Promise<T | null> =>
    keepTrying(context, work, (reason) => log.warn({ run: live.run.id, reason }, `${what}: trying again`), signal);

  await retry(() => noteLastGap(live, context, tail), 'the gap at the end waits to be stored');
  await context.flushStore(signal);
  const verdict = await retry(async () => {
    const stored = await store.verdict(live.run.id);
    if (stored !== null) return stored;
    const judged = await judge.judge(live.run.id, null, signal);
    await store.putVerdict(live.run.id, judged);
    return judged;
  }, 'the verdict waits');
  if (verdict === null) return;
  live.projection.setVerdict(verdict, true);
  await writeReport(live, context, verdict, signal);
  if (signal.aborted) return;
  await retry(() => live.go(finalState(live.run.rehearsal, verdict), verdict.headline), 'the final state waits');
  log.info({ run: live.run.id, outcome: verdict.outcome, atMs: clock.now() }, verdict.headline);
}

/** The target is free for the next run. Nobody may renew the lease any more: it would come back for a run that is over. */
export async function releaseTarget({ run }: LiveRun, context: SoakContext, signal: AbortSignal): Promise<void> {
  await keepTrying(
    context,
    () => dropLease(context, run),
    (reason) => context.log.warn({ run: run.id, reason }, 'the lease waits to be released: trying again'),
    signal,
  );
}

const finalState = (rehearsal: boolean, verdict: Verdict): RunState => (rehearsal ? 'rehearsed' : verdict.outcome);

/** A report that cannot be written is told once and no reason to leave the run unfinished: `soakd report` makes it. */
async function writeReport(live: LiveRun, context: SoakContext, verdict: Verdict, signal: AbortSignal): Promise<void> {
  const { clock, random, settings } = context;
  for (let attempt = 1; ; attempt++) {
    try {
      await context.writeReport(live.run, live.folder, verdict);
      return;
    } catch (thrown) {
      const reason = describeError(thrown);
      if (attempt === REPORT_TRIES) {
        context.log.warn({ run: live.run.id, reason }, 'the report could not be written');
        return;
      }
    }
    if (!(await sleeps(clock, backoffMs(settings.retryBackoff, attempt - 1, random), signal))) return;
  }
}

/** Load that was planned after the last window and never came. */
async function noteLastGap(live: LiveRun, context: SoakContext, tail: SpoolTail): Promise<void> {
  const { store } = context;
  const transitions = await store.transitions(live.run.id);
  const finishingMs = transitions.findLast((row) => row.to === 'finishing')?.atMs ?? context.clock.now();
  const untilMs = Math.min(live.plan.endMs, finishingMs);
  const fromMs = tail.newestEndMs ?? live.plan.startMs;
  if (untilMs - fromMs < 2 * WINDOW_MS) return;
  const events = await store.events(live.run.id);
  if (events.some((event) => event.kind === 'gap' && event.data.fromMs === fromMs)) return;
  await live.note(gapEvent(fromMs, untilMs, lastReason(live.processes)));
}

function lastReason(processes: readonly LoadProcessRow[]): string {
  const last = processes.at(-1);
  return last === undefined ? 'k6 never started' : `k6 was away (${last.exitReason ?? 'unknown reason'})`;
}
