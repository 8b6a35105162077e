/** The daemon itself as a source: its memory, CPU and event loop. The run adds it; a profile cannot. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ownUsage } from '../../base/own-process.ts';
import { CounterRate } from '../rate.ts';
import type { SamplerContext } from '../sampler.ts';
import type { SampledSource } from '../source-reader.ts';

/** The loop's delay is measured by a native timer of this period, which is part of what it reports. */
const RESOLUTION_MS = 20;

export function selfSource({ clock, undo }: Pick<SamplerContext, 'clock' | 'undo'>): SampledSource {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  undo.push('stop measuring the event loop', () => delay.disable());
  const cpu = new CounterRate();
  return {
    name: 'self',
    kind: 'self',
    role: 'self',
    sampler: {
      series: [
        { name: 'cpu_percent', unit: 'percent', leakCandidate: false, memory: false },
        { name: 'rss_bytes', unit: 'bytes', leakCandidate: true, memory: true },
        { name: 'heap_used_bytes', unit: 'bytes', leakCandidate: true, memory: false },
        { name: 'event_loop_lag_p99_ms', unit: 'milliseconds', leakCandidate: false, memory: false },
      ],
      cheap: true,
      async read() {
        const { rssBytes, heapUsedBytes, cpuMs } = ownUsage();
        const cpuMsPerSecond = cpu.next(cpuMs, clock.monotonicMs());
        const lagMs = delay.count === 0 ? null : Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS);
        delay.reset();
        return [cpuMsPerSecond === null ? null : cpuMsPerSecond / 10, rssBytes, heapUsedBytes, lagMs];
      },
    },
  };
}
