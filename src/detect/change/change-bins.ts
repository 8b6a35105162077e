import { inBlocks, meanOf, middleOf } from '../blocks.ts';
import { type Clocked, readingHoursOf } from '../trend/bins.ts';
import { generate } from '../vectors.ts';
import type { ChangeInput } from './readings.ts';

/** A series in which changes of level are looked for. */
export interface Watched {
  readonly kind: 'growth' | 'drift';
  readonly readings: Clocked;
  /** Load by the same clock; null when nobody knows it. */
  readonly load: Clocked | null;
}

/** Bins of one width, with the load beside them. */
export interface ChangeBins extends ChangeInput {
  readonly widthHours: number;
}

const WIDTHS_HOURS = [1 / 6, 1 / 4, 1 / 3, 1 / 2, 1];
/** What a search costs grows with the square of the points; days need no more of them. */
const MOST_BINS = 170;
/** Hours that belong to the warm-up after a start. */
export const WARM_UP_HOURS = 1;
/** Of fewer bins nothing is asked. */
const LEAST_BINS = 24;

/** Width of a bin for so many hours of readings, never narrower than the distance of readings. */
function changeBinHours(spanHours: number, readingHours: number): number {
  const fits = (width: number): boolean => spanHours <= MOST_BINS * width && width >= 0.99 * readingHours;
  return WIDTHS_HOURS.find(fits) ?? Math.ceil(Math.max(spanHours / MOST_BINS, readingHours));
}

/**
 * The middle reading of each bin, all of which are there (of latency its logarithm: it changes by factors), without the warm-up after the first
 * reading and after each restart. Null where there is too little.
 */
export function changeBins({ kind, readings, load }: Watched, restarts: readonly number[]): ChangeBins | null {
  const { hours } = readings;
  const first = hours[0] ?? 0;
  const spanHours = (hours.at(-1) ?? 0) - first;
  const widthHours = changeBinHours(spanHours, readingHoursOf(hours));
  if (spanHours < LEAST_BINS * widthHours) return null;
  const binned = inBlocks(readings, widthHours, middleOf);
  const starts = [first, ...restarts];
  const isCold = (hour: number): boolean =>
    starts.some((start) => hour + widthHours > start + 1e-9 && hour < start + WARM_UP_HOURS - 1e-9);
  const warm = [...binned.hours.keys()].filter((at) => !isCold(binned.hours[at] ?? 0));
  if (warm.length < LEAST_BINS) return null;
  const warmHours = generate(warm.length, (at) => binned.hours[warm[at] ?? 0] ?? 0);
  const values = generate(warm.length, (at) => {
    const value = binned.values[warm[at] ?? 0] ?? Number.NaN;
    if (kind === 'growth') return value;
    return value > 0 ? Math.log(value) : Number.NaN;
  });
  return { widthHours, hours: warmHours, values, load: load === null ? null : loadAt(load, warmHours, widthHours) };
}

/** Mean load of each bin; a bin without a reading has the load of the one before, as for the trend. */
function loadAt(load: Clocked, hours: Float64Array, widthHours: number): Float64Array | null {
  const binned = inBlocks(load, widthHours, meanOf);
  if (binned.hours.length === 0) return null;
  let at = 0;
  return hours.map((hour) => {
    while (at + 1 < binned.hours.length && (binned.hours[at + 1] ?? 0) <= hour + widthHours / 2) at++;
    return binned.values[at] ?? Number.NaN;
  });
}

/** The readings that are there. */
export function present({ hours, values }: Clocked): Clocked {
  if (values.every(Number.isFinite)) return { hours, values };
  return {
    hours: hours.filter((_, at) => Number.isFinite(values[at])),
    values: values.filter(Number.isFinite),
  };
}
