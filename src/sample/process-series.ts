import type { TreeReading } from './process-tree.ts';
import type { SeriesDeclaration } from './sampler.ts';

const memory = { unit: 'bytes', leakCandidate: true, memory: true } as const;
const bytes = { unit: 'bytes', leakCandidate: false, memory: false } as const;
const held = { unit: 'count', leakCandidate: true, memory: false } as const;
const count = { unit: 'count', leakCandidate: false, memory: false } as const;

/** Series of a process, with the reading that each takes from its tree. */
const SERIES: readonly (SeriesDeclaration & { of: (tree: TreeReading) => number | null })[] = [
  { name: 'cpu_percent', unit: 'percent', leakCandidate: false, memory: false, of: (tree) => tree.cpuPercent },
  { name: 'rss_bytes', ...memory, of: (tree) => tree.rssBytes },
  // Part of rss_bytes: it says what grew, and is not judged a second time.
  { name: 'anonymous_bytes', ...bytes, of: (tree) => tree.anonymousBytes },
  { name: 'swap_bytes', ...bytes, of: (tree) => tree.swapBytes },
  { name: 'threads', ...held, of: (tree) => tree.threads },
  { name: 'descriptors', ...held, of: (tree) => tree.descriptors },
  { name: 'connections_established', ...held, of: (tree) => tree.connections?.established ?? null },
  { name: 'connections_close_wait', ...held, of: (tree) => tree.connections?.close_wait ?? null },
  { name: 'connections_listen', ...count, of: (tree) => tree.connections?.listen ?? null },
  { name: 'connections_other', ...count, of: (tree) => tree.connections?.other ?? null },
  { name: 'processes', ...count, of: (tree) => tree.processes },
];

/** Some or all series of a process, and their values out of a reading of its tree. */
export interface ProcessSeries {
  series: readonly SeriesDeclaration[];
  values: (tree: TreeReading) => (number | null)[];
}

const some = (chosen: typeof SERIES): ProcessSeries => ({
  series: chosen.map(({ of: _, ...declaration }) => declaration),
  values: (tree) => chosen.map(({ of }) => of(tree)),
});

export const PROCESS_SERIES = some(SERIES);

/** For a reader that leaves connections out. */
export const SERIES_WITHOUT_CONNECTIONS = some(SERIES.filter(({ name }) => !name.startsWith('connections_')));
