import { deadline, sleepUntil } from '../base/clock.ts';
import { UndoStack } from '../base/undo.ts';
import type { NewEvent } from '../model/run.ts';
import type { SoakContext } from './context.ts';
import { closeBooks, endLoad, releaseTarget } from './finish.ts';
import { keepJudging } from './keep-judging.ts';
import { followPlan, keepLoading } from './keep-loading.ts';
import { keepTrying } from './keep-trying.ts';
import { keepWatching } from './keep-watching.ts';
import { keepLease } from './lease.ts';
import type { LiveRun } from './live-run.ts';
import { decidePhase } from './phase.ts';
import { runSamplers } from './run-samplers.ts';
import type { SpoolTail } from './spool-tail.ts';
import { watchClock } from './watch-clock.ts';

const FLUSH_LIMIT_MS = 5_000;

/**
 * One run from where it stands to its final state. Aborting `signal` leaves it: everything of ours stops,
 * rows are flushed, k6 goes on, and the next daemon resumes. Never rejects for a reason outside soakd.
 */
export async function soak(live: LiveRun, context: SoakContext, tail: SpoolTail, signal: AbortSignal): Promise<void> {
  const undo = new UndoStack(context.clock);
  const start = crew(live, context, undo);
  try {
    const stopRenewing = start('renew the lease', (until) =>
      keepLease(context, live.run, (reason) => noteLostLease(live, context, reason), until),
    );
    start('watch the clocks', (until) => watchClocks(live, context, until));
    start('judge the criteria', (until) => keepJudging(live, context, until));
    start('follow growth and drift', (until) => keepWatching(live, context, until));
    start('read the windows', (until) => tail.follow(until));
    const stopSampling = start('sample', (until) => runSamplers(live, context, until));
    const stopPlan = start('tell k6 the plan', (until) => followPlan(live, context, until));
    const stopLoading = start('keep the load up', (until) => keepLoading(live, context, tail, until));

    await walkPhases(live, context, signal);
    if (signal.aborted) return;
    await stopLoading();
    await stopPlan();
    await endLoad(live, context, tail, signal);
    await stopSampling();
    await closeBooks(live, context, tail, signal);
    if (signal.aborted) return;
    await stopRenewing();
    await releaseTarget(live, context, signal);
  } finally {
    for (const { name, reason } of await undo.unwind())
      context.log.error({ run: live.run.id, reason }, `cannot ${name}`);
    if (signal.aborted) await flushBriefly(context);
  }
}

/** What waits for a locked store is tried for a moment more; the spool keeps the windows in any case. */
async function flushBriefly({ clock, flushStore }: SoakContext): Promise<void> {
  const limit = deadline(clock, FLUSH_LIMIT_MS);
  await flushStore(limit.signal);
  limit.clear();
}

/** Goes from state to state as time, plan and operator say, until the run is finishing or `signal` aborts. */
async function walkPhases(live: LiveRun, context: SoakContext, signal: AbortSignal): Promise<void> {
  const { clock, settings } = context;
  while (!signal.aborted && live.state !== 'finishing') {
    const decision = decidePhase({
      state: live.state,
      nowMs: clock.now(),
      startMs: live.plan.startMs,
      warmupEndMs: live.warmupEndMs,
      endMs: live.plan.endMs,
      paused: live.paused,
      stopReason: live.stopReason,
      loadLostReason: live.loadLostReason,
    });
    if ('to' in decision) {
      await keepTrying(
        context,
        () => live.go(decision.to, decision.reason),
        (reason) => context.log.warn({ run: live.run.id, reason }, 'a state waits to be stored'),
        signal,
      );
      continue;
    }
    const changed = new AbortController();
    const either = AbortSignal.any([signal, changed.signal]);
    const due = sleepUntil(clock, decision.waitUntilMs, either, settings.clockCheckMs).catch(() => undefined);
    await Promise.race([live.changed.wait(either), due]);
    changed.abort();
  }
}

/** Starts loops that are kept alive: one that fails is an event and begins again. The result stops it and waits. */
function crew(live: LiveRun, context: SoakContext, undo: UndoStack) {
  return (name: string, work: (signal: AbortSignal) => Promise<void>): (() => Promise<void>) => {
    const controller = new AbortController();
    const done = keepTrying(
      context,
      () => work(controller.signal),
      (reason) =>
        noteSafely(live, context, {
          atMs: context.clock.now(),
          kind: 'soakd_error',
          severity: 'error',
          message: `soakd could not ${name} and tries again: ${reason}`,
          data: { task: name, reason },
        }),
      controller.signal,
    );
    const stop = async (): Promise<void> => {
      controller.abort();
      await done;
    };
    undo.push(`stop: ${name}`, stop);
    return stop;
  };
}

const watchClocks = (live: LiveRun, context: SoakContext, signal: AbortSignal): Promise<void> =>
  watchClock({
    clock: context.clock,
    periodMs: context.settings.clockCheckMs,
    bootMs: () => context.bootMs(),
    onEvent: (event) => noteSafely(live, context, event),
    signal,
  });

function noteLostLease(live: LiveRun, context: SoakContext, reason: string): void {
  noteSafely(live, context, {
    atMs: context.clock.now(),
    kind: 'lease_not_renewed',
    severity: 'warning',
    message: `the lease on the target could not be renewed: ${reason}`,
    data: { reason },
  });
}

/** From places that cannot wait: an event that cannot be stored is at least logged. */
function noteSafely(live: LiveRun, context: SoakContext, event: NewEvent): void {
  live.note(event).catch((thrown: unknown) => {
    context.log.error({ run: live.run.id, kind: event.kind, reason: String(thrown) }, event.message);
  });
}
