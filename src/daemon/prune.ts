/** Deletes what is no longer kept: of the daemon's own accord, or because somebody says so. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, sleeps } from '../base/clock.ts';
import { isMissing } from '../base/file-errors.ts';
import type { DutyStore } from '../store/duty-store.ts';
import { type DueRun, dueRuns, type Retention, type Tier } from '../store/retention.ts';
import type { PrunedDuty, Pruner } from '../store/sqlite/pruner.ts';
import type { Store } from '../store/store.ts';

export interface PrunePorts {
  store: Pick<Store, 'runs' | 'events'>;
  duty: Pick<DutyStore, 'baselines'>;
  pruner: Pruner;
  clock: Clock;
  runFolder(runId: string): string;
}

export interface PrunedRun {
  runId: string;
  tier: Tier;
  /** Of spool files and of rows. */
  bytes: number;
}

export interface Pruned {
  runs: PrunedRun[];
  /** Rows about duty. */
  duty: PrunedDuty;
}

/** Settled rows about duty are kept at least so long: the schedule and channels look back at them. */
const DUTY_AT_LEAST_MS = 30 * 86_400_000;
/** Between two slices, so that a live soak has the file most of the time. */
const PAUSE_MS = 20;
const PAGES_AT_ONCE = 256;

/** What would go now, and how much that is. */
export async function findPrunable(ports: PrunePorts, retention: Retention): Promise<Pruned> {
  const { store, duty, pruner, clock } = ports;
  const baselines = new Set((await duty.baselines()).map(({ runId }) => runId));
  const runs: PrunedRun[] = [];
  for (const due of dueRuns(await store.runs(), retention, baselines, clock.now())) {
    const bytes = await bytesOf(ports, due);
    // Of a run that gave this up before nothing is left to go.
    if (bytes > 0 || due.tier === 'verdicts') runs.push({ ...due, bytes });
  }
  return { runs, duty: pruner.settledDuty(dutyBeforeMs(retention, clock.now()), true) };
}

/** Deletes what `findPrunable` finds, and gives the space back; stops between two slices when `signal` aborts. */
export async function prune(ports: PrunePorts, retention: Retention, signal: AbortSignal): Promise<Pruned> {
  const { pruner, clock, runFolder } = ports;
  const found = await findPrunable(ports, retention);
  const done: PrunedRun[] = [];
  for (const run of found.runs) {
    if (signal.aborted) break;
    const { runId, tier } = run;
    await removeSpools(runFolder(runId));
    if (tier !== 'spool' && !(await inSlices(() => pruner.removeRows(runId, clock.now()), clock, signal))) break;
    if (tier === 'verdicts') {
      pruner.removeRun(runId);
      await rm(runFolder(runId), { recursive: true, force: true });
    }
    done.push(run);
  }
  const duty = pruner.settledDuty(dutyBeforeMs(retention, clock.now()), false);
  await inSlices(() => pruner.giveBack(PAGES_AT_ONCE), clock, signal);
  return { runs: done, duty };
}

/** Nothing is settled so long ago when rows are kept for ever. */
const dutyBeforeMs = ({ rowsMs }: Retention, nowMs: number): number =>
  rowsMs === null ? Number.MIN_SAFE_INTEGER : nowMs - Math.max(rowsMs, DUTY_AT_LEAST_MS);

/** Calls until there is no more; false when `signal` aborted first. */
async function inSlices(slice: () => boolean, clock: Clock, signal: AbortSignal): Promise<boolean> {
  while (slice()) if (!(await sleeps(clock, PAUSE_MS, signal))) return false;
  return true;
}

async function bytesOf({ pruner, runFolder }: PrunePorts, { runId, tier }: DueRun): Promise<number> {
  let bytes = tier === 'spool' ? 0 : pruner.rowBytes(runId);
  for (const file of await spoolsIn(runFolder(runId))) bytes += (await stat(file)).size;
  return bytes;
}

async function removeSpools(folder: string): Promise<void> {
  for (const file of await spoolsIn(folder)) await rm(file, { force: true });
}

async function spoolsIn(folder: string): Promise<string[]> {
  try {
    const files = await readdir(folder);
    return files.filter((file) => /^windows-.*\.jsonl$/.test(file)).map((file) => join(folder, file));
  } catch (thrown) {
    if (isMissing(thrown)) return [];
    throw thrown;
  }
}
