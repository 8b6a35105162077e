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

export const PROCESS_SERIES: readonly SeriesDeclaration[] = SERIES.map(({ of: _, ...declaration }) => declaration);

export const processValues = (tree: TreeReading): (number | null)[] => SERIES.map(({ of }) => of(tree));

/** Values of a process that is not there. */
export const noProcessValues = (): null[] => SERIES.map(() => null);
