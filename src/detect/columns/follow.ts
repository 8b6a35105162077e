import { inBlocks, meanOf, middleOf } from '../blocks.ts';
import type { Clocked } from '../trend/bins.ts';
import type { Followed } from '../trend/finding.ts';
import type { Columns } from './columns.ts';
import { shownRestarts } from './shown-restarts.ts';

/** How a column is judged; `ignore` leaves it out. */
export type ColumnKind = Followed['kind'] | 'ignore';

/** What is known of columns beside their numbers. */
export interface ColumnSettings {
  /** By name; {@link kindOfName} tells the others. */
  readonly kinds: ReadonlyMap<string, ColumnKind>;
  /** Where a growing series must end, by name, in the unit of the column. */
  readonly limits: ReadonlyMap<string, number>;
}

const HOUR_MS = 3_600_000;
/** Samples that are closer are taken together by so long: bins of ten minutes and more gain nothing from them. */
const BLOCK_MS = 15_000;
/** Below it a block holds at least three samples. */
const CLOSE_MS = BLOCK_MS / 3;

/** Percentiles of latency drift, all else grows. */
export const kindOfName = (name: string): Followed['kind'] => (name.startsWith('latency_') ? 'drift' : 'growth');

/** Heap read after a collection, by the usual names of such a series: its rise is not the first half of a sawtooth. */
export const isCollected = (name: string): boolean =>
  /(?:after|post)_?(?:full_?)?(?:gc|collection)|(?:^|_)live_?(?:heap|set|bytes)/i.test(name);

/** Memory by its name, in whatever unit. */
const isMemory = (name: string): boolean => /mem|heap|rss|bytes|(?:^|_)[kmg]i?b(?:_|$)/i.test(name);

/** The series of a file as the detectors follow them; hour 0 is the first row. */
export function follow(columns: Columns, { kinds, limits }: ColumnSettings): Followed[] {
  const load = columns.loadPerMinute === null ? null : clocked(columns, columns.loadPerMinute, meanOf);
  const followed = columns.series.flatMap(({ name, values }): Followed[] => {
    const kind = kinds.get(name) ?? kindOfName(name);
    if (kind === 'ignore') return [];
    return [
      {
        name,
        kind,
        readings: clocked(columns, values, middleOf),
        // A load that is never above nothing was not recorded.
        load: load?.values.some((value) => value > 0) ? load : null,
        restarts: null,
        collected: kind === 'growth' && isCollected(name),
        ...(isMemory(name) ? { isMemory: true } : {}),
        leftOut: [],
        limit: limits.get(name) ?? null,
      },
    ];
  });
  const shown = shownRestarts(followed);
  return followed.map((one) => ({ ...one, shownRestarts: shown.get(one.name) ?? [] }));
}

/** Samples that are there; close ones by block, each block standing at its beginning. */
function clocked(
  { timesMs, usualSpacingMs }: Columns,
  values: Float64Array,
  together: (sorted: Float64Array) => number,
): Clocked {
  const startMs = timesMs[0] ?? 0;
  const present = timesMs.map((_, row) => row).filter((row) => !Number.isNaN(values[row]));
  const own: Clocked = {
    hours: present.map((row) => ((timesMs[row] ?? 0) - startMs) / HOUR_MS),
    values: present.map((row) => values[row] ?? Number.NaN),
  };
  return usualSpacingMs !== null && usualSpacingMs <= CLOSE_MS ? inBlocks(own, BLOCK_MS / HOUR_MS, together) : own;
}

/** What a sample stands for that has no other: the shortest distance of samples. */
const LONE_MS = 1000;

/**
 * Hours that the samples stand for: the last one lasts as long as they usually do. Where sampling is not quite regular the end
 * falls a little before or behind a whole hour, at which the detectors ask: then it is that hour.
 */
export function spanHours({ timesMs, usualSpacingMs }: Columns): number {
  const spacingMs = usualSpacingMs ?? LONE_MS;
  const spanMs = (timesMs.at(-1) ?? 0) + spacingMs - (timesMs[0] ?? 0);
  const wholeMs = Math.round(spanMs / HOUR_MS) * HOUR_MS;
  return (Math.abs(spanMs - wholeMs) < spacingMs ? wholeMs : spanMs) / HOUR_MS;
}
