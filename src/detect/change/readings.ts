import { median } from '../order-statistics.ts';

export interface ChangeInput {
  /** Ascending, one for each value. */
  readonly hours: Float64Array;
  /** NaN: no reading. */
  readonly values: Float64Array;
  /** Rate beside each value, NaN where it is not known; null when there is none. */
  readonly load: Float64Array | null;
}

/** What is judged: the points with a reading that are no excursion, in units of their own spread. */
export interface Readings {
  /** Place of each point in the input. */
  readonly places: readonly number[];
  readonly hours: Float64Array;
  /** Mean 0, standard deviation 1. */
  readonly values: Float64Array;
  /** Mean 0, standard deviation 1; null when there is none or when it never changes. */
  readonly load: Float64Array | null;
  /** From each point to the next, in typical spacings. */
  readonly distances: Float64Array;
  /** Value of the input = centre + spread · value here. */
  readonly centre: number;
  readonly spread: number;
  /** Variance below which differences are rounding, not noise. */
  readonly rounding: number;
}

/** Median absolute deviation of a normal distribution, in standard deviations. */
const MAD_OF_NORMAL = 0.674_489_750_196_081_7;
/** Standard deviations from its neighbourhood at which a point is no part of the noise any more. */
const EXCURSION = 5;
/** Variance of numbers rounded to a multiple of 1. */
const ROUNDING_VARIANCE = 1 / 12;
/** Fewer different values than these are levels, not a slope that was rounded. */
const VALUES_OF_A_SLOPE = 4;
/** Rounding of sums of numbers of size 1. */
const ARITHMETIC = 1e-10;

/** What is left of values when what always moves them, load or time of day, is taken out. */
export type Besides = (points: Pick<Readings, 'hours' | 'values' | 'load'>) => Float64Array;

/**
 * Null when there is nothing to find: too few points, or all of them equal. `reach`: points of the shortest level. An
 * excursion is one from what `besides` leaves: beside a step a steep load would look like one.
 */
export function readingsOf(
  { hours, values, load }: ChangeInput,
  reach: (count: number) => number,
  besides: Besides = (points) => points.values,
): Readings | null {
  const read: number[] = [];
  for (let at = 0; at < values.length; at++)
    if (Number.isFinite(values[at]) && (load === null || Number.isFinite(load[at]))) read.push(at);
  const { smallest, different } = resolutionOf(picked(values, read));
  if (different < 2) return null;
  const all = standardised(picked(values, read));
  if (all === null) return null;
  const left = besides({ hours: picked(hours, read), values: all.values, load: standardisedLoad(load, read) });
  const away = excursions(left, reach(read.length), smallest / all.spread);
  const places = read.filter((_, at) => away[at] === 0);
  const kept = standardised(picked(values, places));
  if (kept === null) return null;
  const time = picked(hours, places);
  return {
    places,
    hours: time,
    values: kept.values,
    load: standardisedLoad(load, places),
    distances: distancesOf(time),
    centre: kept.centre,
    spread: kept.spread,
    rounding: Math.max(
      ARITHMETIC,
      different < VALUES_OF_A_SLOPE ? 0 : ROUNDING_VARIANCE * (smallest / kept.spread) ** 2,
    ),
  };
}

/**
 * 1 for points that leave their neighbourhood for less than `reach` points: a running median over twice that length goes
 * past them and keeps the edge of a step (Tukey, Exploratory Data Analysis, 1977, §7). A spike is not a change of level.
 */
export function excursions(values: Float64Array, reach: number, resolution: number): Uint8Array {
  const away = Float64Array.from(values, (value, at) => {
    const half = Math.min(reach - 1, at, values.length - 1 - at);
    return Math.abs(value - median(values.subarray(at - half, at + half + 1)));
  });
  const limit = EXCURSION * Math.max(median(away) / MAD_OF_NORMAL, resolution * Math.sqrt(ROUNDING_VARIANCE));
  const isFar = Uint8Array.from(away, (distance) => (distance > limit ? 1 : 0));
  return isFar.map((far, at) => (far === 1 && cameBack(values, isFar, at, reach) ? 1 : 0));
}

/** The smaller distance from the two sides of an excursion is at least this share of the larger. */
const CAME_BACK = 0.5;

/**
 * True for a point that is as far from what came before its like as from what came after. Next to a step the points of a slope
 * are far from the running median too, but near to one side.
 */
function cameBack(values: Float64Array, isFar: Uint8Array, at: number, reach: number): boolean {
  const sideOf = (direction: 1 | -1): number | null => {
    const side: number[] = [];
    for (let near = at; near in values && side.length < reach; near += direction)
      if (isFar[near] === 0) side.push(values[near] ?? 0);
    return side.length === 0 ? null : (values[at] ?? 0) - median(side);
  };
  const [before, after] = [sideOf(-1), sideOf(1)];
  if (before === null || after === null) return true;
  const [smaller = 0, larger = 0] = [Math.abs(before), Math.abs(after)].toSorted((a, b) => a - b);
  return before * after > 0 && smaller >= CAME_BACK * larger;
}

/** Smallest difference of two unequal values, which is what the readings can resolve, and how many values there are. */
function resolutionOf(values: Float64Array): { smallest: number; different: number } {
  const sorted = values.slice().sort();
  let smallest = Number.POSITIVE_INFINITY;
  let different = 1;
  for (let at = 1; at < sorted.length; at++) {
    const difference = (sorted[at] ?? 0) - (sorted[at - 1] ?? 0);
    if (!(difference > 0)) continue;
    different++;
    smallest = Math.min(smallest, difference);
  }
  return { smallest, different };
}

function standardised(values: Float64Array): { values: Float64Array; centre: number; spread: number } | null {
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / values.length);
  if (!(spread > ARITHMETIC * Math.abs(centre))) return null;
  return { values: values.map((value) => (value - centre) / spread), centre, spread };
}

const standardisedLoad = (load: Float64Array | null, places: readonly number[]): Float64Array | null =>
  load === null ? null : (standardised(picked(load, places))?.values ?? null);

function distancesOf(hours: Float64Array): Float64Array {
  const gaps = Float64Array.from(hours, (hour, at) => (hours[at + 1] ?? Number.NaN) - hour);
  const typical = median(gaps.subarray(0, gaps.length - 1));
  return gaps.map((gap) => (typical > 0 && Number.isFinite(gap) ? gap / typical : 1));
}

const picked = (values: Float64Array, places: readonly number[]): Float64Array =>
  Float64Array.from(places, (place) => values[place] ?? Number.NaN);
