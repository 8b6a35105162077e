/** What this process uses, and may use; only src/base asks the system for it. */
import { totalmem } from 'node:os';

export const ownPid = (): number => process.pid;

export interface OwnUsage {
  rssBytes: number;
  heapUsedBytes: number;
  /** User and system time since the start. */
  cpuMs: number;
}

export function ownUsage(): OwnUsage {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return { rssBytes: rss, heapUsedBytes: heapUsed, cpuMs: (user + system) / 1000 };
}

/**
 * How much memory the control group of this process may use, with all others in it (libuv reads `memory.max` and
 * `memory.high`, or `memory.limit_in_bytes` of version 1); null without a limit below what the machine has.
 */
export function ownMemoryLimitBytes(): number | null {
  const limitBytes = process.constrainedMemory();
  return limitBytes > 0 && limitBytes < totalmem() ? limitBytes : null;
}
