import { isAlive, processStat } from '../base/proc.ts';
import type { HolderAlive } from '../soak/context.ts';

/** Who holds a lease: host, pid and start tick, so that a recycled pid is not taken for the holder. */
export const holderName = (host: string, pid: number): string => `${host}/${pid}/${processStat(pid)?.startTicks ?? 0}`;

/** Asks /proc about holders of this host; those of other hosts cannot be asked. */
export const holderAliveOn =
  (host: string): HolderAlive =>
  (holder) => {
    const parts = /^(.+)\/(\d+)\/(\d+)$/.exec(holder);
    if (parts === null || parts[1] !== host) return null;
    const stat = processStat(Number(parts[2]));
    return isAlive(stat) && stat?.startTicks === Number(parts[3]);
  };
