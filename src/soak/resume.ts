import { describeError } from '../base/errors.ts';
import type { Run, Transition } from '../model/run.ts';
import { rangesOver } from '../store/ranges.ts';
import type { WindowRow } from '../store/store.ts';
import type { SoakContext } from './context.ts';
import type { RunSignal } from './control.ts';
import { recordExit } from './keep-loading.ts';
import { keepTrying } from './keep-trying.ts';
import { livingLease } from './lease.ts';
import { LiveRun } from './live-run.ts';
import { SpoolTail } from './spool-tail.ts';

/** Sketches older than this do not reach the status. */
const RECENT_MS = 10 * 60_000;
const REPLAY_STEP_MS = 4 * 3_600_000;

/**
 * Unfinished runs whose owner is dead: ours to carry on. A run that another living process holds (a
 * foreground run beside the daemon) is left alone; so is one whose holder cannot be known until its lease expires.
 */
export async function orphanedRuns(context: SoakContext, mine: ReadonlySet<string>): Promise<Run[]> {
  const orphans: Run[] = [];
  for (const run of await context.store.runs({ unfinishedOnly: true })) {
    if (mine.has(run.id)) continue;
    const lease = await livingLease(context, run);
    if (lease === null || lease.holder === context.holder) orphans.push(run);
  }
  return orphans;
}

/** A run put together again from its rows: what any daemon knows that takes it over. */
export async function recall(
  context: SoakContext,
  run: Run,
  publish: (signal: RunSignal) => void,
): Promise<{ live: LiveRun; tail: SpoolTail }> {
  const { store } = context;
  const transitions: Transition[] = await store.transitions(run.id);
  const actions = await store.actions(run.id);
  const processes = await store.loadProcesses(run.id);
  const live = new LiveRun(context, run, await context.folderFor(run.id), { transitions, actions, processes }, publish);
  const events = await store.events(run.id);
  live.recallEvents(events);
  for (const { kind, data } of events) {
    if (kind === 'ticks_missed' || kind === 'samples_missed') live.missedTicks += Number(data.intervals);
  }
  live.addSeries(await store.series(run.id));
  const newest = await replayRows(live, context);
  if (newest !== null) {
    const sketches = await store.sketches(run.id, { fromMs: newest.endMs - RECENT_MS });
    for (const sketch of sketches) live.projection.addStoredDurations(sketch);
  }
  const verdict = await store.verdict(run.id);
  if (verdict !== null) live.projection.setVerdict(verdict, true);
  return { live, tail: new SpoolTail(live, context, newest) };
}

/** Tells the projection and the watch of trends all stored rows, hours at a time. */
async function replayRows(live: LiveRun, { store, clock }: SoakContext): Promise<WindowRow | null> {
  const { run, projection, watch } = live;
  let newest: WindowRow | null = null;
  const firstMs = Math.min(run.createdMs, run.startMs);
  const lastMs = Math.max(firstMs, clock.now());
  for (const range of rangesOver(firstMs, lastMs, REPLAY_STEP_MS)) {
    for (const window of await store.windows(run.id, range)) {
      projection.addStoredWindow(window);
      watch.addStoredWindow(window);
      newest = window;
    }
    for (const sketch of await store.sketches(run.id, range)) watch.addStoredDurations(sketch);
    live.recallSamples(await store.samples(run.id, range));
    watch.look();
  }
  return newest;
}

/**
 * Finds the load processes of a run that lost its daemon. One that lives is adopted (pid, start time and
 * id agree); one that is gone has its windows read and its row ended. What they wrote meanwhile comes
 * with the tail.
 */
export async function readopt(
  live: LiveRun,
  context: SoakContext,
  tail: SpoolTail,
  signal: AbortSignal,
): Promise<void> {
  const { engine, clock, log } = context;
  const found: string[] = [];
  for (const row of live.processes) {
    if (row.exitedMs !== null) continue;
    const process = await keepTrying(
      context,
      async () => ({ found: await engine.adopt(row, live.order(row.processId)) }),
      (reason) => log.error({ run: live.run.id, processId: row.processId, reason }, 'k6 cannot be looked for'),
      signal,
    );
    if (process === null) return;
    if (process.found === null) {
      const exit = { reason: 'lost', exitCode: null, signal: null, detail: 'it ended while no soakd watched' };
      await recordExit(live, context, tail, row.processId, exit, signal);
      continue;
    }
    if (live.process !== null) {
      // Two at once cannot be, unless somebody meddled: the target must not get twice the load.
      await live.process
        .kill()
        .catch((thrown: unknown) => log.error({ reason: describeError(thrown) }, 'cannot kill k6'));
    }
    await live.putProcess({ ...process.found.row, committedOffset: row.committedOffset });
    live.setProcess(process.found);
    found.push(row.processId);
  }
  await live.note({
    atMs: clock.now(),
    kind: 'soakd_resumed',
    severity: 'info',
    message: found.length > 0 ? 'soakd is back and k6 was still at work' : 'soakd is back',
    data: { adopted: found, lastWindowEndMs: tail.newestEndMs, state: live.state },
  });
}
