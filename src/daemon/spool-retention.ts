import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { RunState } from '../model/run.ts';
import type { SoakLog } from '../soak/context.ts';
import type { Store } from '../store/store.ts';

const HOUR_MS = 3_600_000;

/** Runs whose spool is no longer needed: over, and for longer than the retention. Their rows and reports stay. */
export const expiredRuns = (
  runs: readonly { id: string; state: RunState; endedMs: number | null }[],
  nowMs: number,
  retentionMs: number,
): string[] => runs.filter(({ endedMs }) => endedMs !== null && nowMs - endedMs > retentionMs).map(({ id }) => id);

/** Deletes old spool files each hour until `signal` aborts. */
export async function keepSpoolsShort(
  ports: { store: Pick<Store, 'runs'>; clock: Clock; log: SoakLog; runFolder: (runId: string) => string },
  retentionMs: () => number,
  signal: AbortSignal,
): Promise<void> {
  const { store, clock, log, runFolder } = ports;
  while (!signal.aborted) {
    try {
      for (const runId of expiredRuns(await store.runs(), clock.now(), retentionMs())) {
        const removed = await removeSpools(runFolder(runId));
        if (removed > 0) log.info({ run: runId, files: removed }, 'spool files are past their retention and deleted');
      }
    } catch (thrown) {
      log.warn({ reason: describeError(thrown) }, 'old spool files could not be deleted');
    }
    await clock.sleep(HOUR_MS, signal).catch(() => undefined);
  }
}

async function removeSpools(folder: string): Promise<number> {
  const files = await readdir(folder).catch(() => []);
  const spools = files.filter((file) => /^windows-.*\.jsonl$/.test(file));
  for (const file of spools) await rm(join(folder, file), { force: true });
  return spools.length;
}
