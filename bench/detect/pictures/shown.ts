/** A run of the benchmark as the pictures show it: its readings, its load, its growth, and what was said at each hour. */
import { type Finding, type Followed, Trend } from '../../../src/detect/trend/finding.ts';
import type { Answer } from '../../../src/detect/trend/question.ts';
import { quantileOf } from '../../../src/detect/vectors.ts';
import { familyNamed } from '../families/all.ts';
import { generate } from '../generate.ts';
import { followed } from '../ours.ts';
import type { Trace } from '../trace.ts';
import { COLOURS, type Mark, type Panel } from './chart.ts';
import { fitOf, growthColumn, type Scene, sceneOf } from './fit.ts';

export const HOURS = 72;
export const WHOLE_HOURS = Array.from({ length: HOURS + 1 }, (_, hour) => hour);

/** A run, the series of it that is shown, and what was said of that series. */
export interface Shown {
  readonly trace: Trace;
  readonly followed: Followed;
  readonly trend: Trend;
  readonly end: Finding;
  readonly answer: Answer;
  readonly calledHour: number | null;
  readonly scene: Scene;
  /** Unit of the axis: megabytes, or milliseconds as they are. */
  readonly unit: number;
}

interface Chosen {
  readonly family: string;
  readonly seed: number;
  readonly percent?: number;
  readonly series?: string;
}

export function shown({ family, seed, percent = 0, series }: Chosen): Shown {
  const trace = generate(familyNamed('tuning', family), { seed, percent, lengthHours: HOURS, evidence: false });
  const own = trace.series.find(({ name, truth }) => (series === undefined ? truth.faulty : name === series));
  if (own === undefined) throw new RangeError(`${family}, seed ${seed}: there is no such series`);
  const one = followed(trace, own);
  const trend = new Trend(one, trace.series.length);
  const end = trend.at(HOURS);
  const { answer } = end;
  if (answer === null) throw new RangeError(`${family}, seed ${seed}: nothing is said of ${own.name}`);
  return {
    trace,
    followed: one,
    trend,
    end,
    answer,
    calledHour: trend.firstCalledHour(HOURS),
    scene: sceneOf(one, answer, HOURS),
    unit: own.kind === 'drift' ? 1 : 1e6,
  };
}

const BAND_HOURS = 1 / 3;

/** From the lowest to the highest reading of every twenty minutes; of latency, where each is far off now and then, most of them. */
export function readings({ followed: one, unit, scene }: Shown): Mark {
  const { hours, values } = one.readings;
  const count = Math.round(HOURS / BAND_HOURS);
  const groups: number[][] = Array.from({ length: count }, () => []);
  for (const [at, hour] of hours.entries()) {
    const value = values[at] ?? Number.NaN;
    if (Number.isFinite(value)) groups[Math.floor(hour / BAND_HOURS)]?.push(value / unit);
  }
  const [least, most] = scene.drift ? [0.1, 0.9] : [0, 1];
  return {
    kind: 'band',
    name: scene.drift ? 'readings of 20 minutes (8 of 10)' : 'readings, lowest to highest of 20 minutes',
    colour: COLOURS.readings,
    hours: groups.map((_, at) => (at + 0.5) * BAND_HOURS),
    low: groups.map((group) => quantileOf(group, least)),
    high: groups.map((group) => quantileOf(group, most)),
  };
}

export const said = ({ trend }: Shown): NonNullable<Panel['said']> =>
  WHOLE_HOURS.map((hour) => ({ hour, verdict: trend.at(hour).verdict }));

export function loadPanel({ scene }: Shown): Panel {
  const load = scene.setting.load;
  const perMinute = (load?.mean ?? new Float64Array()).map((mean) => (mean * (load?.requestsPerHour ?? 0)) / 60);
  return {
    label: 'planned load, requests a minute',
    height: 52,
    from: 0,
    to: 1.08 * Math.max(...perMinute),
    marks: [{ kind: 'line', name: 'load', colour: COLOURS.load, hours: scene.hours, values: perMinute }],
  };
}

/** Limits of an axis that hold all these values, with a little room. */
export function limits(...all: readonly ArrayLike<number>[]): Pick<Panel, 'from' | 'to'> {
  const finite = all.flatMap((values) => Array.from(values).filter(Number.isFinite));
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  const room = 0.06 * (most - least);
  return { from: Math.max(0, least - room), to: most + room };
}

export const limitsOf = (band: Mark): Pick<Panel, 'from' | 'to'> =>
  band.kind === 'band' ? limits(band.low, band.high) : { from: 0, to: 1 };

export const inUnit = (values: Float64Array, unit: number): Float64Array => values.map((value) => value / unit);

const rounded = (value: number): string => String(Number(value.toPrecision(2)));

export function rateText({ growthPercentPer24h: rate }: Finding): string {
  if (rate === null) return 'growth';
  return `${rounded(rate.estimate)} % a day (${rounded(rate.low)} to ${rounded(rate.high)})`;
}

/** Level without the growth, and the growth above it. */
export function growthLine({ answer, scene, unit }: Shown, name: string): Mark {
  const column = growthColumn(scene, answer.onsetHour, answer.clock)?.column ?? new Float64Array();
  const grown = (bin: number): number => 1 + answer.ratePerHour * (column[bin] ?? 0);
  return {
    kind: 'line',
    name,
    colour: COLOURS.growth,
    dashed: true,
    hours: scene.hours,
    values: scene.hours.map((_, bin) => (answer.level / unit) * grown(bin)),
  };
}

/** What the model with growth says, all that stands beside the growth included. */
export function growthFit({ answer, scene, unit }: Shown): Mark {
  const growth = growthColumn(scene, answer.onsetHour, answer.clock);
  const fit = fitOf(scene, answer.beside, growth === undefined ? [] : [growth]);
  return {
    kind: 'line',
    name: 'the model with growth',
    colour: COLOURS.growth,
    hours: scene.hours,
    values: inUnit(fit.values, unit),
  };
}

export const called = ({ calledHour }: Shown): Mark[] =>
  calledHour === null
    ? []
    : [{ kind: 'instant', hour: calledHour, text: `called at hour ${calledHour}`, textLeft: calledHour > HOURS / 2 }];

/** Low readings, and what is left of them with the load taken out. */
export function withoutLoad({ scene, unit }: Shown, ofLoad: Float64Array): Mark {
  const values = scene.values.map((value, bin) => {
    if (scene.isFitted[bin] !== true) return Number.NaN;
    return scene.drift ? value / (ofLoad[bin] ?? 1) : (value - (ofLoad[bin] ?? 0)) / unit;
  });
  return { kind: 'dots', name: 'each bin, as at median load', colour: COLOURS.load, hours: scene.hours, values };
}
