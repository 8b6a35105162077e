import { sleeps } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { SoakLog } from '../soak/context.ts';
import type { Retention } from '../store/retention.ts';
import type { Pruner } from '../store/sqlite/pruner.ts';
import { type PrunePorts, prune } from './prune.ts';

const HOUR_MS = 3_600_000;

export interface RetentionPorts extends Omit<PrunePorts, 'pruner'> {
  log: SoakLog;
  /** As it is now: another configuration may keep things longer. */
  retention(): Retention;
  openPruner(): Promise<Pruner>;
}

/** Deletes each hour what is no longer kept, until `signal` aborts. What fails is logged and tried again an hour later. */
export async function keepRetention(ports: RetentionPorts, signal: AbortSignal): Promise<void> {
  const { log, clock, retention, openPruner } = ports;
  do {
    try {
      const pruner = await openPruner();
      try {
        const { runs, duty } = await prune({ ...ports, pruner }, retention(), signal);
        for (const { runId, tier, bytes } of runs)
          log.info({ run: runId, tier, bytes }, 'past its retention and deleted');
        if (Object.values(duty).some((count) => count > 0)) log.info(duty, 'settled rows about duty are deleted');
      } finally {
        pruner.close();
      }
    } catch (thrown) {
      log.warn({ reason: describeError(thrown) }, 'what is past its retention could not be deleted');
    }
  } while (await sleeps(clock, HOUR_MS, signal));
}
