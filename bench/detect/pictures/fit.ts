/** What the models that an answer names look like: least squares of the detectors' own explanations over their own bins. */
import { bandMeans, binHours, binLoad, FLOORS, MIDDLE, readingHoursOf } from '../../../src/detect/trend/bins.ts';
import {
  type Explanation,
  fixedExplanations,
  growths,
  rivalExplanations,
  type Setting,
} from '../../../src/detect/trend/explanations.ts';
import type { Followed } from '../../../src/detect/trend/finding.ts';
import { Projection } from '../../../src/detect/trend/projection.ts';
import type { Answer } from '../../../src/detect/trend/question.ts';
import { generate, quantileOf } from '../../../src/detect/vectors.ts';

/** The bins of a series, unit of the series, and what may explain them. */
export interface Scene {
  /** Middle of each bin, hours. */
  readonly hours: Float64Array;
  /** Low readings of each bin; of latency the middle ones. */
  readonly values: Float64Array;
  /** In which a model is fitted: warm, and with a value. */
  readonly isFitted: readonly boolean[];
  readonly drift: boolean;
  readonly setting: Setting;
}

export interface Fit {
  /** What the model says of each bin. */
  readonly values: Float64Array;
  /** What the load does to each bin: to be taken away (of latency, to be divided by), at median load nothing. */
  readonly ofLoad: Float64Array;
}

const WARM_UP_HOURS = 1;

export function sceneOf({ kind, readings, load }: Followed, answer: Answer, untilHour: number): Scene {
  const width = binHours(untilHour, readingHoursOf(readings.hours));
  const count = Math.floor(untilHour / width + 1e-9);
  const drift = kind === 'drift';
  const values = bandMeans(readings, count, width, drift ? MIDDLE : FLOORS);
  const binned = load === null ? null : binLoad(load, count, width);
  const starts = answer.restarts.map((hour) => Math.floor(hour / width));
  const cold = [0, ...answer.restarts];
  const falls = answer.collections.map(({ hour }) => Math.floor(hour / width));
  const isFitted = Array.from(values, (value, bin) => {
    const hour = bin * width;
    return (
      Number.isFinite(value) &&
      binned?.steady[bin] !== 0 &&
      !falls.includes(bin) &&
      !cold.some((start) => hour + width > start && hour < start + WARM_UP_HOURS)
    );
  });
  const collections = answer.collections.map(({ hour }) => hour);
  return {
    hours: generate(count, (bin) => (bin + 0.5) * width),
    values,
    isFitted,
    drift,
    setting: { binCount: count, binHours: width, load: binned, starts, collections, emptied: [], drift },
  };
}

/** The growth that an answer speaks of, as a column: hours, or hours of mean load, since its onset. */
export const growthColumn = ({ setting }: Scene, hour: number, clock: Answer['clock']): Explanation | undefined =>
  growths(setting).find((one) => one.hour === hour && one.clock === clock);

/**
 * Least squares of what every model holds, of what `names` call (as an answer names its rival, or what stands beside the growth),
 * and of `more`.
 */
export function fitOf(scene: Scene, names: readonly string[], more: readonly Explanation[] = []): Fit {
  const { setting, values, isFitted, drift } = scene;
  const rivals = rivalExplanations(setting);
  const chosen: Explanation[] = [...fixedExplanations(setting), ...more];
  for (const name of names) {
    const step = /^a step at hour (.*)$/.exec(name)?.[1];
    const called = rivals.filter((one) =>
      step === undefined ? one.label === name : one.cause === 'step' && one.hour?.toFixed(1) === step,
    );
    // By both clocks, or all waves of the day: those that are not needed become small by themselves.
    chosen.push(...(called[0]?.cause === 'daily' ? called : bestOf(called, chosen, scene)));
  }
  const y = values.map((value) => (drift ? Math.log(value) : value));
  const coefficients = leastSquares(chosen, y, isFitted);
  const sum = generate(setting.binCount, (bin) =>
    chosen.reduce((all, { column }, at) => all + (coefficients[at] ?? 0) * (column[bin] ?? 0), 0),
  );
  const ofLoad = generate(setting.binCount, (bin) =>
    chosen.reduce((all, { cause, column }, at) => {
      if (cause !== 'load' && cause !== 'load_history') return all;
      return all + (coefficients[at] ?? 0) * ((column[bin] ?? 0) - quantileOf(column, 0.5));
    }, 0),
  );
  return drift ? { values: sum.map(Math.exp), ofLoad: ofLoad.map(Math.exp) } : { values: sum, ofLoad };
}

/** Of several explanations with one name the one that leaves least. */
function bestOf(called: readonly Explanation[], chosen: readonly Explanation[], scene: Scene): Explanation[] {
  const y = scene.values.map((value) => (scene.drift ? Math.log(value) : value));
  const rated = called.map((one) => ({ one, rest: restOf([...chosen, one], y, scene.isFitted) }));
  const best = rated.toSorted((a, b) => a.rest - b.rest)[0];
  return best === undefined ? [] : [best.one];
}

function projected(columns: readonly Explanation[], y: Float64Array, isFitted: readonly boolean[]) {
  const seen = (values: Float64Array): Float64Array => values.filter((_, bin) => isFitted[bin] === true);
  const own = seen(y);
  const projection = Projection.of(
    columns.map(({ column }) => seen(column)),
    own,
  );
  for (const at of columns.keys()) projection.join(at);
  return { projection, own };
}

const restOf = (columns: readonly Explanation[], y: Float64Array, isFitted: readonly boolean[]): number =>
  projected(columns, y, isFitted).projection.rest;

/** By column; 0 for one that is a combination of others. */
function leastSquares(columns: readonly Explanation[], y: Float64Array, isFitted: readonly boolean[]): Float64Array {
  const { projection, own } = projected(columns, y, isFitted);
  const found = projection.coefficients(own);
  return generate(columns.length, (at) => found[projection.members.indexOf(at)] ?? 0);
}
