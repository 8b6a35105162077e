/** What this process costs, and how free its event loop is. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type OwnUsage, ownUsage } from './own-process.ts';

export interface SelfUsage extends OwnUsage {
  /** Unix ms. */
  startedMs: number;
  /** Largest delay of the event loop since it was read before; null before there is one. */
  eventLoopLagMs: number | null;
}

const RESOLUTION_MS = 20;

/** Begins to watch the event loop; `stop` ends that. Each `read` begins a new stretch for the lag. */
export function watchSelf(): { read(): SelfUsage; stop(): void } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const startedMs = Date.now() - process.uptime() * 1_000;
  return {
    read() {
      // The histogram holds the time between two turns of a timer, its own period included.
      const eventLoopLagMs = delay.count === 0 ? null : Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
      delay.reset();
      return { ...ownUsage(), startedMs, eventLoopLagMs };
    },
    stop: () => void delay.disable(),
  };
}
