import { contains } from '../base/stretches.ts';
import { median } from '../detect/order-statistics.ts';
import { LONGEST_CYCLE_HOURS } from '../detect/trend/explanations.ts';
import type { ArrivalPlan } from '../model/plan.ts';
import type { Sample, SeriesInfo } from '../model/sample.ts';
import { excludedStretches } from '../plan/exclusions.ts';
import { requestsBetween } from '../plan/rate.ts';
import { outOfMemoryKills } from './criteria/crashes.ts';
import type { Evidence } from './evidence.ts';
import { formatValue } from './quantity.ts';
import { profileHours } from './run-clock.ts';

/** A leak that kills the target faster than a trend could be fitted. */
export interface FastLeak {
  /** The series that shows it. */
  series: string;
  evidence: string;
  why: string;
}

/** So many lives that ended alike are hardly chance. */
const LEAST_LIVES = 2;
/** Memory at the ends of two lives is alike when it differs by less than this share of the larger. */
const ALIKE = 0.15;
/** A life that ended at its height was still rising: by this share above its own middle. A heap that is warm is not. */
const RISING = 0.05;
/** Readings that a life needs to show a rise. */
const LEAST_READINGS = 6;
/** Parts of a life whose planned load is looked at. */
const LOAD_PARTS = 30;

/**
 * Kills for lack of memory, or restarts of the target again and again at like memory while it rose by more than its load. Such
 * lives are each too young for a trend, and they fail at once. The whole run counts, warm-up included; what the profile excludes does
 * not. A deploy at the peak of each day looks like it but for the load, and so does one a day but for its age.
 */
export function fastLeakOf({ rows, span }: Pick<Evidence, 'rows' | 'span'>): FastLeak | null {
  const { run, plan, series, samples, events } = rows;
  const excluded = excludedStretches(run.profile, plan);
  const [kill, ...more] = outOfMemoryKills(series, samples, span.endMs).filter(({ atMs }) => !contains(excluded, atMs));
  if (kill !== undefined) {
    const often = more.length === 0 ? '1 kill' : `${more.length + 1} kills`;
    return { series: kill.series, evidence: `${often} for lack of memory`, why: kill.message };
  }
  for (const one of series.filter(({ role, memory }) => role === 'target' && memory)) {
    const ends = events
      .filter(({ kind, data }) => kind === 'target_restarted' && data.source === one.source)
      .map(({ atMs }) => atMs)
      .filter((atMs) => atMs <= span.endMs);
    if (ends.length < LEAST_LIVES) continue;
    const heights = heightsOf(one, ends, samples, plan).filter(({ endMs }) => !contains(excluded, endMs));
    const alike = mostAlike(heights.map(({ height }) => height));
    if (alike.length >= LEAST_LIVES) {
      const level = formatValue(median(alike), one.unit);
      return {
        series: one.id,
        evidence: `${alike.length} lives of the process`,
        why: `${one.id} rose until the target was restarted, ${alike.length} times at about ${level}`,
      };
    }
  }
  return null;
}

/** Highest memory before each end of a young life that ended rising. */
function heightsOf(
  { id }: Pick<SeriesInfo, 'id'>,
  endsMs: readonly number[],
  samples: readonly Sample[],
  plan: ArrivalPlan,
): { endMs: number; height: number }[] {
  const ends = endsMs.toSorted((a, b) => a - b);
  const own = samples.flatMap(({ series, atMs, max }) => (series === id && max !== null ? [{ atMs, max }] : []));
  return ends.flatMap((endMs, at) => {
    const startMs = ends[at - 1] ?? plan.startMs;
    if (profileHours(plan, endMs) - profileHours(plan, startMs) > LONGEST_CYCLE_HOURS) return [];
    // The reading in which the process ended may hold some of the next one.
    const values = own.flatMap(({ atMs, max }) => (atMs >= startMs && atMs < endMs ? [max] : []));
    if (values.length < LEAST_READINGS) return [];
    const third = Math.floor(values.length / 3);
    const middle = median(values.slice(third, values.length - third));
    const height = Math.max(...values.slice(-3));
    const highest = values.reduce((most, value) => Math.max(most, value), 0);
    const isRising = height > (1 + RISING) * middle * Math.max(1, loadRise(plan, startMs, endMs));
    return isRising && height >= 0.95 * highest ? [{ endMs, height }] : [];
  });
}

/**
 * Highest planned load from the middle third of a life on over the mean of that third: memory follows the load, at most in
 * proportion. What a peak before it left behind is there in the middle already.
 */
function loadRise(plan: ArrivalPlan, startMs: number, endMs: number): number {
  const third = LOAD_PARTS / 3;
  const partMs = (endMs - startMs) / LOAD_PARTS;
  const loads = Array.from({ length: 2 * third }, (_, part) => {
    const fromMs = startMs + (third + part) * partMs;
    return requestsBetween(plan, fromMs, fromMs + partMs);
  });
  return Math.max(...loads) / (loads.slice(0, third).reduce((sum, load) => sum + load, 0) / third);
}

/** The largest group of values of which each is like the largest of the group. */
function mostAlike(values: readonly number[]): number[] {
  const groups = values.map((top) => values.filter((value) => value <= top && value >= (1 - ALIKE) * top));
  return groups.reduce((most, group) => (group.length > most.length ? group : most), []);
}
