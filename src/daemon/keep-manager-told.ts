import { sleeps } from '../base/clock.ts';
import type { RunStatus } from '../model/status.ts';
import type { SoakLog } from '../soak/context.ts';
import type { ServiceManager } from './service-manager.ts';
import { statusLine } from './status-line.ts';
import { ailments, type VitalPorts } from './vital-signs.ts';

/** However long the watchdog waits: the line of status is read by people. */
const LONGEST_MS = 30_000;

export interface ManagerPorts extends VitalPorts {
  live(): readonly RunStatus[];
  log: SoakLog;
}

/**
 * Says that soakd serves, then how the soaks go and, as long as that is so, that it is well: three times in the watchdog's
 * time, since one message may be late. Ends when `signal` aborts.
 */
export async function keepManagerTold(
  manager: ServiceManager,
  ports: ManagerPorts,
  signal: AbortSignal,
): Promise<void> {
  const everyMs = Math.min(LONGEST_MS, (manager.watchdogMs ?? Number.POSITIVE_INFINITY) / 3);
  await manager.ready();
  let toldLine: string | null = null;
  let toldIll = '';
  do {
    const ill = await ailments(ports);
    const illness = ill.join('; ');
    if (illness !== '' && illness !== toldIll) ports.log.error({ reasons: ill }, 'soakd is not well');
    toldIll = illness;
    const line = statusLine(ports.live(), ill);
    if (manager.watchdogMs !== null && ill.length === 0) await manager.well(line);
    else if (line !== toldLine) await manager.status(line);
    toldLine = line;
  } while (await sleeps(ports.clock, everyMs, signal));
}
