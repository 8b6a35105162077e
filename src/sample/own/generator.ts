/** k6 as a source: what the load itself costs. The run adds it; a profile cannot. */
import { isAlive, processStat } from '../../base/proc.ts';
import { noProcessValues, PROCESS_SERIES, processValues } from '../process-series.ts';
import { ProcessTreeReader } from '../process-tree.ts';
import type { SampledSource } from '../source-reader.ts';

/** The process of the load as it is now; null while there is none. */
export type GeneratorProcess = () => { pid: number; startTicks: number } | null;

/** That k6 is away is told by whoever looks after it: here it only leaves a gap. */
export function generatorSource(current: GeneratorProcess): SampledSource {
  const reader = new ProcessTreeReader(true);
  return {
    name: 'generator',
    kind: 'generator',
    role: 'generator',
    sampler: {
      series: PROCESS_SERIES,
      cheap: true,
      async read() {
        const process = current();
        const stat = process === null ? null : processStat(process.pid);
        if (stat === null || !isAlive(stat) || stat.startTicks !== process?.startTicks) return noProcessValues();
        return processValues(await reader.read(stat));
      },
    },
  };
}
