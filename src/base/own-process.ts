/** What this process uses; only src/base asks the system for it. */

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
