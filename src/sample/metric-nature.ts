/** What the name of a metric tells of its series: unit, counter or gauge, whether growth of it is a leak. */
import type { SeriesInfo } from '../model/sample.ts';

export interface MetricNature {
  unit: SeriesInfo['unit'];
  /** A counter: what is sampled is its growth per second. */
  counter: boolean;
  leakCandidate: boolean;
  memory: boolean;
}

export const UNITS = [
  'bytes',
  'percent',
  'count',
  'milliseconds',
  'per_second',
  'ratio',
  'seconds',
] as const satisfies readonly SeriesInfo['unit'][];

/** Suffixes of Prometheus' naming practice (prometheus.io/docs/practices/naming). */
const UNIT_OF_SUFFIX: readonly [suffix: RegExp, unit: SeriesInfo['unit']][] = [
  [/_bytes$/, 'bytes'],
  [/_seconds$/, 'seconds'],
  [/_(ms|milliseconds)$/, 'milliseconds'],
  [/_ratio$/, 'ratio'],
  [/_percent$/, 'percent'],
];

/** Memory that a process holds. Its limits, and what it could give back at once, are not that. */
const HELD_MEMORY = /(heap|rss|resident|memory|alloc|inuse|in_use|external|anon)/;
const NOT_HELD = /(limit|max|quota|free|available|committed|virtual|cache|released|idle)/;

/** Other things that a process should give back. */
const HELD_THINGS = /(open_fds|open_files|goroutines|threads|connections|handles|sessions|sockets)/;

/** Named like counters, and gauges all the same (prom-client's default metrics). */
const GAUGE_IN_SPITE_OF_NAME = /^nodejs_active_\w+_total$/;

/** The nature of a metric by its name; every part of it can be set in the profile instead. */
export function natureOf(name: string): MetricNature {
  const metric = name.toLowerCase();
  if (/_(total|count|sum|bucket)$/.test(metric) && !GAUGE_IN_SPITE_OF_NAME.test(metric)) {
    return { unit: 'per_second', counter: true, leakCandidate: false, memory: false };
  }
  const unit = UNIT_OF_SUFFIX.find(([suffix]) => suffix.test(metric))?.[1] ?? 'count';
  const held = !NOT_HELD.test(metric);
  const memory = unit === 'bytes' && held && HELD_MEMORY.test(metric);
  const things = unit === 'count' && held && HELD_THINGS.test(metric);
  return { unit, counter: false, leakCandidate: memory || things, memory };
}
