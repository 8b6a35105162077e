import { generate } from '../vectors.ts';
import { type BinnedLoad, hoursOfBins } from './bins.ts';

/** What a column stands for. */
export type Cause =
  | 'level'
  | 'load'
  | 'load_history'
  | 'saturation'
  | 'step'
  | 'collection'
  | 'daily'
  /** What is looked for: steady growth with time, or with requests. */
  | 'growth';

/** One possible cause of how a series moves: a column of a regression with what is believed of it beforehand. */
export interface Explanation {
  readonly cause: Cause;
  /** For people: `a cache that fills (8 h)`. */
  readonly label: string;
  readonly column: Float64Array;
  /** It can only push the series up. */
  readonly rising: boolean;
  /** Standard deviation of its size before anything is seen, as a share of the level (of the logarithm, for latency). */
  readonly usualSize: number;
  /** How many of its kind are tried: the price of choosing the best of them. */
  readonly alternatives: number;
  /** Growth, saturation: by which clock. */
  readonly clock?: GrowthClock;
  /** A filling of what had been emptied: the level holds it already. */
  readonly isRefill?: true;
  /** Growth: hour at which it begins. Step: hour of it. Saturation: time constant. */
  readonly hour?: number;
}

export type GrowthClock = 'time' | 'requests';

/** Everything the explanations are made from. */
export interface Setting {
  readonly binCount: number;
  readonly binHours: number;
  readonly load: BinnedLoad | null;
  /** Bins at which the process began again, ascending. */
  readonly starts: readonly number[];
  /** Hours of falls that were collections, ascending. */
  readonly collections: readonly number[];
  /** Hours of deep falls that nobody knows for a restart, ascending. */
  readonly emptied: readonly number[];
  readonly drift: boolean;
}

/** A load that varies by less explains nothing that one could see. */
const LOAD_VARIES = 0.01;
const LOAD_CURVES = 0.05;
/** Under half an hour to more than a day: heaps that warm up, caches that fill. Hours. */
const TIME_CONSTANTS = [0.4, 0.55, 0.8, 1.1, 1.5, 2.1, 3, 4, 5.5, 7.5, 10, 13, 17, 21, 26];
/** Most caches have filled within a working day; longer ones are believed in inverse proportion to the square of their time. */
const USUAL_HOURS = 10;
const ONSET_EVERY_HOURS = 4;
/** Two days: one and a half would let a daily wave bend like growth. */
const DAILY_FROM_HOURS = 48;

const mid = (bin: number, { binHours }: Setting): number => (bin + 0.5) * binHours;

/** Hours, and hours of mean load, since the process of each bin started. */
function ages(setting: Setting): Record<GrowthClock, Float64Array> {
  const { binCount, binHours, load, starts } = setting;
  let next = 0;
  let began = 0;
  let servedBefore = 0;
  const time = new Float64Array(binCount);
  const requests = new Float64Array(binCount);
  for (let bin = 0; bin < binCount; bin++) {
    while (next < starts.length && bin >= (starts[next] ?? 0)) {
      began = (starts[next] ?? 0) * binHours;
      servedBefore = (load?.served[bin] ?? 0) - ((load?.mean[bin] ?? 0) * binHours) / 2;
      next++;
    }
    time[bin] = mid(bin, setting) - began;
    requests[bin] = (load?.served[bin] ?? mid(bin, setting)) - servedBefore;
  }
  return { time, requests };
}

/** True when the load moves enough to tell its clock from that of the wall. */
const loadMoves = ({ load }: Setting): boolean => load !== null && load.variation > LOAD_CURVES;

/** What every model of the series holds: a level for each life of the process, and the load. */
export function fixedExplanations(setting: Setting): Explanation[] {
  const { binCount, load, starts, drift } = setting;
  const levels = [0, ...starts].map(
    (start): Explanation => ({
      ...plain('level', start === 0 ? 'its level' : 'a restart'),
      column: generate(binCount, (bin) => (bin >= start ? 1 : 0)),
    }),
  );
  if (load === null || load.variation <= LOAD_VARIES) return levels;
  const power = (exponent: number): Explanation => ({
    ...plain('load', 'the load'),
    column: load.mean.map((value) => value ** exponent),
  });
  const powers = load.variation <= LOAD_CURVES ? [1] : drift ? [1, 2, 3] : [1, 2];
  return [...levels, ...powers.map(power)];
}

/** Rivals of growth: what else moves a series for hours or for good. Chosen from, one at a time, where they help. */
export function rivalExplanations(setting: Setting): Explanation[] {
  return [
    ...saturations(setting),
    ...refills(setting),
    ...loadHistories(setting),
    ...collections(setting),
    ...dailyCycles(setting),
    ...steps(setting),
  ];
}

/** Growth from the start of the process, and from each of some onsets later, by either clock. */
export function growths(setting: Setting): Explanation[] {
  const { binCount, binHours, starts } = setting;
  const age = ages(setting);
  const clocks: GrowthClock[] = loadMoves(setting) ? ['time', 'requests'] : ['time'];
  const span = hoursOfBins(binCount, binHours);
  const onsets: number[] = [0];
  for (let hour = 2 * ONSET_EVERY_HOURS; hour <= span - 1.5 * ONSET_EVERY_HOURS; hour += ONSET_EVERY_HOURS)
    onsets.push(hour);
  return clocks.flatMap((clock) =>
    onsets.map((hour): Explanation => {
      const onset = Math.round(hour / binHours);
      const at = age[clock];
      const before = hour === 0 ? 0 : (at[Math.min(binCount - 1, onset)] ?? 0);
      // The process that lived at the onset grows from there; those after it from their start.
      const nextStart = starts.find((start) => start > onset) ?? binCount;
      const column = generate(binCount, (bin) => {
        if (hour > 0 && bin <= onset) return 0;
        return (at[bin] ?? 0) - (bin < nextStart ? before : 0);
      });
      const end = column[binCount - 1] ?? 0;
      return {
        cause: 'growth',
        label: clock === 'time' ? 'growth with time' : 'growth with requests',
        column,
        rising: true,
        // Relative to the column: a coefficient of 1 is a level an hour.
        usualSize: 0.3 / Math.max(end, span / 4),
        alternatives: hour === 0 ? clocks.length : 2 * clocks.length * onsets.length,
        clock,
        hour,
      };
    }),
  );
}

function saturations(setting: Setting): Explanation[] {
  const age = ages(setting);
  const clocks: GrowthClock[] = loadMoves(setting) ? ['time', 'requests'] : ['time'];
  const constants = setting.drift ? TIME_CONSTANTS.filter((hours) => hours <= 5.5) : TIME_CONSTANTS;
  return clocks.flatMap((clock) =>
    constants.map(
      (hours): Explanation => ({
        cause: 'saturation',
        label: hours < 1 ? 'a warm-up' : `a cache that fills (${hours} h)`,
        column: age[clock].map((value) => -Math.expm1(-value / hours)),
        rising: !setting.drift,
        usualSize: 0.4,
        alternatives: constants.length * Math.max(1, hours / USUAL_HOURS) ** 2,
        clock,
        hour: hours,
      }),
    ),
  );
}

const REFILL_HOURS = [1.5, 4, 10];

/** What was emptied fills again: a cache after a restart that nobody named, or after it was cleared. */
function refills(setting: Setting): Explanation[] {
  const { emptied, binCount, drift } = setting;
  if (drift) return [];
  return emptied.flatMap((hour) =>
    REFILL_HOURS.map(
      (constant): Explanation => ({
        cause: 'saturation',
        label: 'a cache that fills again',
        isRefill: true,
        column: generate(binCount, (bin) => -Math.expm1(-Math.max(0, mid(bin, setting) - hour) / constant)),
        rising: true,
        usualSize: 0.3,
        alternatives: emptied.length * REFILL_HOURS.length,
        clock: 'time',
        hour: constant,
      }),
    ),
  );
}

/** What the load was lately and at most: allocators keep what a peak needed. */
function loadHistories(setting: Setting): Explanation[] {
  const { load, binHours, binCount, starts } = setting;
  if (load === null || load.variation <= LOAD_CURVES) return [];
  const held = (label: string, column: Float64Array): Explanation => ({
    cause: 'load_history',
    label,
    column,
    rising: !setting.drift,
    usualSize: 0.3,
    alternatives: 8,
  });
  const smoothed = (hours: number): Float64Array => {
    let state = load.mean[0] ?? 0;
    return load.mean.map((value) => {
      state += (value - state) * -Math.expm1(-binHours / hours);
      return state;
    });
  };
  const holding = (hours: number): Float64Array => {
    let state = load.mean[0] ?? 0;
    return load.mean.map((value) => {
      state = value > state ? value : state + (value - state) * -Math.expm1(-binHours / hours);
      return state;
    });
  };
  const highest = (source: Float64Array): Float64Array => {
    let state = Number.NEGATIVE_INFINITY;
    return generate(binCount, (bin) => {
      // A process that began again has needed nothing yet.
      if (starts.includes(bin)) state = Number.NEGATIVE_INFINITY;
      state = Math.max(state, source[bin] ?? 0);
      return state;
    });
  };
  return [
    held('the load of the last quarter of an hour', smoothed(0.25)),
    ...[1, 4, 12].map((hours) => held(`the load of the last ${hours} h`, smoothed(hours))),
    ...[3, 10].map((hours) => held(`peaks of the load, held for ${hours} h`, holding(hours))),
    held('the highest load so far', highest(load.mean)),
    held('the highest ten minutes of load so far', highest(load.peak)),
  ];
}

/** A rise for longer than this is not one edge of a sawtooth. */
export const LONGEST_CYCLE_HOURS = 28;

const longestGap = (hours: readonly number[]): number =>
  Math.max(...hours.map((hour, at) => hour - (hours[at - 1] ?? hour)));

/** Time, and requests, since the last collection seen: the rising edge of a slow sawtooth. */
function collections(setting: Setting): Explanation[] {
  const { collections: falls, binCount, starts, binHours } = setting;
  const first = falls[0];
  if (first === undefined || longestGap([0, ...falls, hoursOfBins(binCount, binHours)]) > LONGEST_CYCLE_HOURS)
    return [];
  const age = ages(setting);
  const clocks: GrowthClock[] = loadMoves(setting) ? ['time', 'requests'] : ['time'];
  return clocks.map((clock): Explanation => {
    const at = age[clock];
    let next = 0;
    let origin: number | null = null;
    const cycles: number[] = [];
    const raw = generate(binCount, (bin) => {
      while (next < falls.length && mid(bin, setting) >= (falls[next] ?? 0)) {
        const position = at[Math.max(0, bin)] ?? 0;
        if (origin !== null) cycles.push(position - origin);
        origin = position;
        next++;
      }
      if (starts.includes(bin)) origin = 0;
      return origin === null ? Number.NaN : (at[bin] ?? 0) - origin;
    });
    // Before the first fall the cycle had begun some time earlier: as long before it as cycles last.
    const firstBin = Math.min(binCount - 1, Math.ceil(first / binHours));
    const cycle = Math.max(cycles.length > 0 ? Math.max(...cycles.slice(0, 3)) : 0, at[firstBin] ?? 0);
    const column = raw.map((value, bin) =>
      Number.isNaN(value) ? cycle - ((at[firstBin] ?? 0) - (at[bin] ?? 0)) : value,
    );
    return {
      cause: 'collection',
      label: 'collections',
      column,
      rising: true,
      usualSize: 0.3 / Math.max(1, cycle),
      alternatives: clocks.length,
      clock,
    };
  });
}

function dailyCycles(setting: Setting): Explanation[] {
  const { binCount, binHours } = setting;
  if (hoursOfBins(binCount, binHours) < DAILY_FROM_HOURS) return [];
  return [24, 12].flatMap((period) =>
    [Math.sin, Math.cos].map(
      (wave): Explanation => ({
        cause: 'daily',
        label: 'the time of day',
        column: generate(binCount, (bin) => wave((2 * Math.PI * mid(bin, setting)) / period)),
        rising: false,
        usualSize: 0.1,
        alternatives: 4,
      }),
    ),
  );
}

/** Bins on each side of a step that must be there to see it. */
const STEP_MARGIN = 3;

function steps(setting: Setting): Explanation[] {
  const { binCount } = setting;
  return Array.from({ length: Math.max(0, binCount - 2 * STEP_MARGIN) }, (_, at): Explanation => {
    const from = at + STEP_MARGIN;
    return {
      cause: 'step',
      label: 'a step',
      // Made when it is asked for: of all the steps that are tried, a handful is.
      get column() {
        return generate(binCount, (bin) => (bin >= from ? 1 : 0));
      },
      rising: false,
      usualSize: 0.15,
      alternatives: binCount,
      hour: from * setting.binHours,
    };
  });
}

const plain = (cause: Cause, label: string): Omit<Explanation, 'column'> => ({
  cause,
  label,
  rising: false,
  usualSize: 1,
  alternatives: 1,
});
