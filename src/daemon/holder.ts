import { bootId } from '../base/boot-time.ts';
import { isAlive, processStat } from '../base/proc.ts';
import type { HolderAlive } from '../soak/context.ts';

/**
 * Who holds a lease: `host/boot/pid/startTicks`. Start ticks count from boot, so that a recycled pid is not taken for
 * the holder; the boot's id, so that neither is the same pid after the next boot.
 */
export const holderName = (host: string, pid: number): string =>
  `${host}/${bootId()}/${pid}/${processStat(pid)?.startTicks ?? 0}`;

/** Asks /proc about holders of this host; those of other hosts cannot be asked. */
export const holderAliveOn =
  (host: string): HolderAlive =>
  (holder) => {
    const [, itsHost, boot, pid, startTicks] = /^(.+)\/([^/]*)\/(\d+)\/(\d+)$/.exec(holder) ?? [];
    if (itsHost !== host) return null;
    const stat = processStat(Number(pid));
    return boot === bootId() && isAlive(stat) && stat?.startTicks === Number(startTicks);
  };
