/** What this process costs. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface SelfUsage {
  rssBytes: number;
  heapUsedBytes: number;
  /** User and system, since the start. */
  cpuSeconds: number;
  startedMs: number;
  /** Largest delay of the event loop since it was read before; null before there is one. */
  eventLoopLagSeconds: number | null;
}

/** Begins to watch the event loop; `stop` ends that. Each `read` begins a new stretch for the lag. */
export function watchSelf(): { read(): SelfUsage; stop(): void } {
  const lag = monitorEventLoopDelay({ resolution: 20 });
  lag.enable();
  const startedMs = Date.now() - process.uptime() * 1_000;
  return {
    read() {
      const { rss, heapUsed } = process.memoryUsage();
      const { user, system } = process.cpuUsage();
      const eventLoopLagSeconds = lag.count === 0 ? null : lag.max / 1e9;
      lag.reset();
      return {
        rssBytes: rss,
        heapUsedBytes: heapUsed,
        cpuSeconds: (user + system) / 1e6,
        startedMs,
        eventLoopLagSeconds,
      };
    },
    stop: () => void lag.disable(),
  };
}
