import { quantileOf, robustSpread } from '../vectors.ts';
import { type BinnedLoad, bandMeans, type Clocked, MIDDLE, quantumOf } from './bins.ts';

/** A sudden fall of a growth series that the load does not explain. */
export interface Fall {
  readonly hour: number;
  /** Unit of the series. */
  readonly size: number;
  readonly kind: 'restart' | 'collection';
}

/** A rise and a like fall within half a day: a batch that ran. Its bins are left out. */
export interface Excursion {
  readonly fromHour: number;
  readonly untilHour: number;
}

export interface Falls {
  readonly falls: readonly Fall[];
  readonly excursions: readonly Excursion[];
}

/** Steps of ten minutes: short against a warm-up, long against noise. */
const STEP_HOURS = 1 / 6;
/** Falls are looked for over two steps: one that happens inside a step is seen whole. */
const REACH = 2;
/** In robust standard deviations of what usually happens within two steps. */
const RARE = 6;
/** Share of the level below which nothing counts as a fall. */
const SMALLEST_SHARE = 0.025;
/** In steps of the rounding. */
const FLICKER = 1.5;
const LONGEST_EXCURSION_HOURS = 13;
/** Two sizes are like when they differ by less than this share of the larger. */
const LIKE = 0.4;
/** A restart must go under what the process ever held at that load by this share of the level, or it was a collection. */
const UNDER_FLOOR = 0.04;
const DEEP = 0.06;

/**
 * Finds sudden falls in a growth series, and tells from what follows whether a process restarted (under the floor, then a
 * rise that slows down: a warm-up) or something was collected. Only for series of which nobody knows the process's identity.
 */
export function fallsOf(readings: Clocked, load: BinnedLoad | null, binWidth: number, spanHours: number): Falls {
  const count = Math.floor(spanHours / STEP_HOURS);
  const level = bandMeans(readings, count, STEP_HOURS, MIDDLE);
  const loadAt = (step: number): number =>
    load?.mean[Math.min(load.mean.length - 1, Math.floor((step * STEP_HOURS) / binWidth))] ?? 1;
  const response = load === null ? 0 : loadResponse(level, loadAt);
  const change = (step: number): number => {
    const moved = (level[step] ?? Number.NaN) - (level[step - REACH] ?? Number.NaN);
    const expected = response * (loadAt(step) - loadAt(step - REACH));
    // The load may explain half as much again, but never the other direction.
    const explained = Math.sign(expected) === Math.sign(moved) ? 1.5 * Math.abs(expected) : 0;
    return Math.sign(moved) * Math.max(0, Math.abs(moved) - explained);
  };
  const changes = Array.from({ length: count }, (_, step) => (step < REACH ? Number.NaN : change(step)));
  const spread = robustSpread(changes, quantileOf(changes, 0.5));
  // To and fro between two roundings is no fall.
  const flicker = FLICKER * quantumOf(readings.values);

  const rises: { step: number; size: number }[] = [];
  const falls: Fall[] = [];
  const excursions: Excursion[] = [];
  let lastFall = Number.NEGATIVE_INFINITY;
  let lifeBegan = 0;
  for (let step = REACH; step < count; step++) {
    const moved = changes[step] ?? Number.NaN;
    const before = level[step - REACH] ?? Number.NaN;
    if (!Number.isFinite(moved)) continue;
    const least = Math.max(RARE * spread, SMALLEST_SHARE * Math.abs(before), flicker);
    if (moved > least) {
      const latest = rises.at(-1);
      if (latest !== undefined && step - latest.step <= 3) latest.size = Math.max(latest.size, moved);
      else rises.push({ step, size: moved });
    }
    if (!(moved < -least) || step - lastFall <= 3) continue;
    lastFall = step;
    const size = -moved;
    const rise = rises.findLast(
      (one) =>
        (step - one.step) * STEP_HOURS <= LONGEST_EXCURSION_HOURS &&
        Math.abs(one.size - size) < LIKE * Math.max(one.size, size),
    );
    if (rise !== undefined) {
      excursions.push({ fromHour: (rise.step - 3) * STEP_HOURS, untilHour: (step + 2) * STEP_HOURS });
      rises.splice(rises.indexOf(rise), 1);
      continue;
    }
    const steepest = steeperOf(level, step);
    const kind = isRestart(level, loadAt, response, steepest, lifeBegan) ? 'restart' : 'collection';
    if (kind === 'restart') lifeBegan = steepest + 9;
    falls.push({ hour: steepest * STEP_HOURS, size, kind });
  }
  return { falls, excursions };
}

/** The step of the two within reach at which most of the fall happened. */
function steeperOf(level: Float64Array, step: number): number {
  const now = (level[step] ?? 0) - (level[step - 1] ?? 0);
  const earlier = (level[step - 1] ?? 0) - (level[step - 2] ?? 0);
  return now < earlier ? step : step - 1;
}

/** How much the level moves with a unit of load, from the stretches where the load moved; never below 0. */
function loadResponse(level: Float64Array, loadAt: (step: number) => number): number {
  const ratios: number[] = [];
  for (let step = REACH; step < level.length; step++) {
    const moved = loadAt(step) - loadAt(step - REACH);
    if (Math.abs(moved) < 0.08) continue;
    const ratio = ((level[step] ?? Number.NaN) - (level[step - REACH] ?? Number.NaN)) / moved;
    if (Number.isFinite(ratio)) ratios.push(ratio);
  }
  return ratios.length < 6 ? 0 : Math.max(0, quantileOf(ratios, 0.7));
}

function isRestart(
  level: Float64Array,
  loadAt: (step: number) => number,
  response: number,
  at: number,
  lifeBegan: number,
): boolean {
  const adjusted = (step: number): number => (level[step] ?? Number.NaN) - response * loadAt(step);
  const before = level[at - 1] ?? Number.NaN;
  const lowest = Math.min(level[at] ?? Number.POSITIVE_INFINITY, level[at + 1] ?? Number.POSITIVE_INFINITY);
  const fall = before - lowest;
  const depth = fall / Math.abs(before);
  // What followed: an hour later, and two and a half.
  if (at + 18 >= level.length || !(depth > DEEP)) return false;
  const towards = (from: number, to: number): number => {
    const own: number[] = [];
    for (let step = at + from; step <= at + to; step++)
      own.push((level[step] ?? Number.NaN) - Math.max(0, response * (loadAt(step) - loadAt(at))));
    return quantileOf(own, 0.5);
  };
  const soon = towards(5, 8);
  const later = towards(14, 18);
  const recovered = (soon - lowest) / fall;
  const then = (later - soon) / fall;
  const floors: number[] = [];
  for (let step = Math.max(lifeBegan, at - 288); step < at - 1; step++) floors.push(adjusted(step));
  if (floors.length < 12) return recovered > 0.6 && depth > 0.12;
  const under = (quantileOf(floors, 0.03) - (lowest - response * loadAt(at))) / Math.abs(before);
  if (depth > 0.5 && under > 0.25) return true;
  return under > UNDER_FLOOR && recovered > 0.12 && recovered > 1.5 * then && then > -0.15;
}
