/** Memory of machines that serve language models at a constant rate, a reading a minute over 50 to 86 hours (MIT licence). */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Trace } from '../trace.ts';
import { columnsOf, hoursSinceFirst, numberOf } from './columns.ts';
import { observedSeries, observedTrace } from './observed.ts';

export function modelServers(folder: string): Trace[] {
  const root = join(folder, 'llm-aging');
  return readdirSync(root)
    .filter((file) => file.endsWith('.csv'))
    .toSorted()
    .map((file) => {
      const { header, rows } = columnsOf(join(root, file));
      const used = header.indexOf('usedMemory');
      return observedTrace(
        file.replace(/^monitoring|\.csv$/g, ''),
        hoursSinceFirst(rows.map((cells) => cells[0] ?? '')),
        null,
        [
          observedSeries(
            'used_memory_bytes',
            'growth',
            Float64Array.from(rows, (cells) => numberOf(cells[used])),
          ),
        ],
      );
    });
}
