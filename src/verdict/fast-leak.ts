import { contains } from '../base/stretches.ts';
import { median } from '../detect/order-statistics.ts';
import type { Sample, SeriesInfo } from '../model/sample.ts';
import { excludedStretches } from '../plan/exclusions.ts';
import { outOfMemoryKills } from './criteria/crashes.ts';
import type { Evidence } from './evidence.ts';
import { counted, formatValue } from './quantity.ts';

/** A leak that kills the target faster than a trend could be fitted. */
export interface FastLeak {
  /** The series that shows it. */
  series: string;
  evidence: string;
  why: string;
}

/** So many lives that ended alike are no chance. */
const LEAST_LIVES = 2;
/** Memory at the ends of two lives is alike when it differs by less than this share of the larger. */
const ALIKE = 0.15;
/** A life that ended at its height was still rising: by this share above its own middle. A heap that is warm is not. */
const RISING = 0.05;
/** Readings that a life needs to show a rise. */
const LEAST_READINGS = 6;

/**
 * Kills for lack of memory, or restarts of the target again and again at like memory while it rose. Such lives may each be too
 * young for a trend, and they fail at once. The whole run counts, warm-up included; what the profile excludes does not.
 */
export function fastLeakOf({ rows, span }: Pick<Evidence, 'rows' | 'span'>): FastLeak | null {
  const { run, plan, series, samples, events } = rows;
  const excluded = excludedStretches(run.profile, plan);
  const [kill, ...more] = outOfMemoryKills(series, samples, span.endMs).filter(({ atMs }) => !contains(excluded, atMs));
  if (kill !== undefined) {
    const often = counted(more.length + 1, 'kill');
    return { series: kill.series, evidence: `${often} for lack of memory`, why: kill.message };
  }
  for (const one of series.filter(({ role, memory }) => role === 'target' && memory)) {
    const ends = events
      .filter(({ kind, data }) => kind === 'target_restarted' && data.source === one.source)
      .map(({ atMs }) => atMs)
      .filter((atMs) => atMs <= span.endMs);
    if (ends.length < LEAST_LIVES) continue;
    const heights = heightsOf(one, ends, samples).filter(({ endMs }) => !contains(excluded, endMs));
    const alike = mostAlike(heights.map(({ height }) => height));
    if (alike.length >= LEAST_LIVES) {
      const level = formatValue(median(alike), one.unit);
      return {
        series: one.id,
        evidence: `${counted(alike.length, 'life')} of the process`.replace('lifes', 'lives'),
        why: `${one.id} rose until the target was restarted, ${alike.length} times at about ${level}`,
      };
    }
  }
  return null;
}

/** Highest memory before each end of a life that ended rising. */
function heightsOf(
  { id }: Pick<SeriesInfo, 'id'>,
  endsMs: readonly number[],
  samples: readonly Sample[],
): { endMs: number; height: number }[] {
  const ends = endsMs.toSorted((a, b) => a - b);
  const own = samples.flatMap(({ series, atMs, max }) => (series === id && max !== null ? [{ atMs, max }] : []));
  return ends.flatMap((endMs, at) => {
    const life = own.filter(({ atMs }) => atMs >= (ends[at - 1] ?? Number.NEGATIVE_INFINITY) && atMs < endMs);
    // The reading in which the process ended may hold some of the next one.
    const values = life.map(({ max }) => max);
    if (values.length < LEAST_READINGS) return [];
    const third = Math.floor(values.length / 3);
    const middle = median(values.slice(third, values.length - third));
    const height = Math.max(...values.slice(-3));
    return height > (1 + RISING) * middle && height >= 0.95 * Math.max(...values) ? [{ endMs, height }] : [];
  });
}

/** The largest group of values of which each is like the largest of the group. */
function mostAlike(values: readonly number[]): number[] {
  const groups = values.map((top) => values.filter((value) => value <= top && value >= (1 - ALIKE) * top));
  return groups.reduce((most, group) => (group.length > most.length ? group : most), []);
}
