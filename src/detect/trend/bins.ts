import { generate } from '../vectors.ts';

/** Readings of one clock: profile time in hours since the first of the run, ascending. */
export interface Clocked {
  readonly hours: Float64Array;
  /** NaN: no reading. */
  readonly values: Float64Array;
}

/** Which part of the readings of a bin stands for it. */
export interface RankBand {
  readonly from: number;
  readonly to: number;
}

/** Low readings, but not the lowest: the floors of a sawtooth that is faster than a bin. */
export const FLOORS: RankBand = { from: 0.1, to: 0.45 };
/** The lowest readings alone: floors of a sawtooth that is hardly ever read near its floor. */
export const LOWEST: RankBand = { from: 0, to: 0.1 };
/** Small whole numbers: floors of them are all equal, so most of them. */
export const COUNTS: RankBand = { from: 0.15, to: 0.85 };
/** Around the median: latency errs to both sides. */
export const MIDDLE: RankBand = { from: 0.3, to: 0.7 };

/** A bin with less than this share of its readings says nothing. */
const LEAST_FILLED = 0.2;
/** More bins than this are wider ones: what a question costs does not grow with the run. */
const MOST_BINS = 170;

const HOUR_MS = 3_600_000;
/** Readings this near to a whole number in a bin, as a share of their distance, are that many: clocks are not exact. */
const NEARLY_WHOLE = 0.02;

/** Whole milliseconds, so that sums of widths do not drift: hours are the nearest number to them. */
const snapped = (hours: number): number => Math.round(hours * HOUR_MS) / HOUR_MS;

/** Hours that so many bins span, exact to the millisecond. */
export const hoursOfBins = (count: number, width: number): number => snapped(count * width);

/**
 * Width of a bin, hours: narrow while the run is young, so that there is something to fit, then half an hour. Never
 * narrower than the distance of readings, and a multiple of it where a bin holds few of them.
 */
export function binHours(spanHours: number, readingHours: number): number {
  const wanted =
    spanHours < 26
      ? 1 / 6
      : spanHours < 42
        ? 1 / 4
        : spanHours <= MOST_BINS / 2
          ? 1 / 2
          : Math.ceil(spanHours / MOST_BINS);
  const whole = Math.max(1, Math.round(wanted / readingHours));
  const isNear = Math.abs(wanted / whole - readingHours) <= NEARLY_WHOLE * readingHours;
  return snapped(isNear ? wanted : Math.max(1, Math.ceil(wanted / readingHours)) * readingHours);
}

/** Usual distance of readings, hours: the median, so that gaps and jitter do not count. */
export function readingHoursOf(hours: Float64Array): number {
  const stride = Math.max(1, Math.floor(hours.length / 512));
  const steps: number[] = [];
  for (let at = 1; at < hours.length; at += stride) steps.push((hours[at] ?? 0) - (hours[at - 1] ?? 0));
  const sorted = Float64Array.from(steps).sort();
  const middle = sorted[sorted.length >> 1] ?? 0;
  return middle > 0 ? middle : 1 / 60;
}

/** Connections, descriptors, threads are not more than this; whole numbers above are bytes or the like. */
const MOST_COUNTED = 2000;

/** Could be the number of things; so could a reading that is missing. */
export const mayBeCount = (value: number): boolean =>
  !Number.isFinite(value) || (Number.isInteger(value) && value <= MOST_COUNTED);

/** Smallest step from one reading to the next that is one: what rounding leaves of a series; 0 when it never moves. */
export function quantumOf(values: Float64Array): number {
  let smallest = Number.POSITIVE_INFINITY;
  let before = Number.NaN;
  for (const value of values) {
    const step = Math.abs(value - before);
    if (step > 0 && step < smallest) smallest = step;
    if (Number.isFinite(value)) before = value;
  }
  return Number.isFinite(smallest) ? smallest : 0;
}

/** First place whose hour is not before `hour`. */
export function firstFrom(hours: Float64Array, hour: number): number {
  let low = 0;
  let high = hours.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hours[middle] ?? 0) < hour) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The mean of the readings of each bin whose ranks lie in `band`; NaN for a bin with too few. Bins begin at hour 0.
 */
export function bandMeans({ hours, values }: Clocked, count: number, width: number, band: RankBand): Float64Array {
  const means = new Float64Array(count).fill(Number.NaN);
  const expected = width / readingHoursOf(hours);
  let buffer = new Float64Array(64);
  let at = 0;
  for (let bin = 0; bin < count; bin++) {
    const until = (bin + 1) * width - 1e-9;
    let size = 0;
    for (; at < hours.length && (hours[at] ?? 0) < until; at++) {
      const value = values[at] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      if (size === buffer.length) {
        const larger = new Float64Array(size * 2);
        larger.set(buffer);
        buffer = larger;
      }
      buffer[size++] = value;
    }
    if (size < Math.max(1, LEAST_FILLED * expected)) continue;
    const sorted = buffer.subarray(0, size).sort();
    const from = Math.min(size - 1, Math.floor(size * band.from));
    const to = Math.max(from + 1, Math.ceil(size * band.to));
    let sum = 0;
    for (let rank = from; rank < to; rank++) sum += sorted[rank] ?? 0;
    means[bin] = sum / (to - from);
  }
  return means;
}

/** Planned load by bin. */
export interface BinnedLoad {
  /** Mean rate of each bin, over the mean rate of all. */
  readonly mean: Float64Array;
  /** Highest ten minutes of each bin, in the same unit. */
  readonly peak: Float64Array;
  /** Hours of mean load served before the middle of each bin. */
  readonly served: Float64Array;
  /** 1 where the load held still within a bin, 0 where it moved: what follows it is then between two levels. */
  readonly steady: Uint8Array;
  /** Coefficient of variation. */
  readonly variation: number;
  /** Requests an hour that 1 stands for. */
  readonly requestsPerHour: number;
}

const PEAK_HOURS = 1 / 6;
const THIRDS = 3;
/** Share of the mean load: more than a smooth day or the noise of a count does within a bin. */
const MOVED = 0.3;

/** Null when no load is known or there is none. A bin without a reading has the load of the one before. */
export function binLoad({ hours, values }: Clocked, count: number, width: number): BinnedLoad | null {
  const mean = carried(meansOf(hours, values, count, width));
  if (mean === null) return null;
  const average = mean.reduce((sum, value) => sum + value, 0) / count;
  if (!(average > 0)) return null;
  const perBin = Math.max(1, Math.round(width / PEAK_HOURS));
  const parts = meansOf(hours, values, count * perBin, width / perBin);
  const relative = mean.map((value) => value / average);
  const peak = generate(count, (bin) => {
    let highest = Number.NEGATIVE_INFINITY;
    for (let part = bin * perBin; part < (bin + 1) * perBin; part++) {
      const value = parts[part] ?? Number.NaN;
      if (value > highest) highest = value;
    }
    return Number.isFinite(highest) ? highest / average : (relative[bin] ?? 0);
  });
  const thirds = meansOf(hours, values, count * THIRDS, width / THIRDS);
  const steady = Uint8Array.from({ length: count }, (_, bin) => {
    const own = thirds.subarray(bin * THIRDS, (bin + 1) * THIRDS).filter(Number.isFinite);
    return own.length < 2 || Math.max(...own) - Math.min(...own) < MOVED * average ? 1 : 0;
  });
  let before = 0;
  const served = relative.map((value) => {
    const middle = before + (value * width) / 2;
    before += value * width;
    return middle;
  });
  const variance = relative.reduce((sum, value) => sum + (value - 1) ** 2, 0) / count;
  return { mean: relative, peak, served, steady, variation: Math.sqrt(variance), requestsPerHour: average * 60 };
}

function meansOf(hours: Float64Array, values: Float64Array, count: number, width: number): Float64Array {
  const sums = new Float64Array(count);
  const sizes = new Float64Array(count);
  for (let at = 0; at < hours.length; at++) {
    const bin = Math.floor((hours[at] ?? 0) / width + 1e-9);
    const value = values[at] ?? Number.NaN;
    if (bin >= count) break;
    if (!Number.isFinite(value)) continue;
    sums[bin] = (sums[bin] ?? 0) + value;
    sizes[bin] = (sizes[bin] ?? 0) + 1;
  }
  return sums.map((sum, bin) => sum / (sizes[bin] ?? 0));
}

function carried(values: Float64Array): Float64Array | null {
  const first = values.find(Number.isFinite);
  if (first === undefined) return null;
  let last = first;
  return values.map((value) => {
    if (Number.isFinite(value)) last = value;
    return last;
  });
}
