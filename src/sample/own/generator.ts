/** k6 as a source: what the load itself costs. The run adds it; a profile cannot. */
import { isAlive, processStat } from '../../base/proc.ts';
import { SERIES_WITHOUT_CONNECTIONS } from '../process-series.ts';
import { ProcessTreeReader } from '../process-tree.ts';
import type { SampledSource } from '../source-reader.ts';

/** The process of the load as it is now; null while there is none. */
export type GeneratorProcess = () => { pid: number; startTicks: number } | null;

/** That k6 is away is told by whoever looks after it: here it only leaves a gap. */
export function generatorSource(current: GeneratorProcess): SampledSource {
  const { series, values } = SERIES_WITHOUT_CONNECTIONS;
  const reader = new ProcessTreeReader({ children: true, connections: false });
  return {
    name: 'generator',
    kind: 'generator',
    role: 'generator',
    sampler: {
      series,
      cheap: true,
      async read() {
        const load = current();
        const stat = load === null ? null : processStat(load.pid);
        if (stat === null || !isAlive(stat) || stat.startTicks !== load?.startTicks) return series.map(() => null);
        return values(await reader.read(stat));
      },
    },
  };
}
