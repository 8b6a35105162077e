/** The pictures by the name of their file: which run, and what of it is shown. */
import { changesOfSeries } from '../../../src/detect/columns/change-finder.ts';
import { evidenceNeeded, leastHours } from '../../../src/detect/trend/decide.ts';
import { type Finding, type Followed, Trend } from '../../../src/detect/trend/finding.ts';
import type { Answer } from '../../../src/detect/trend/question.ts';
import { quantileOf } from '../../../src/detect/vectors.ts';
import { familyNamed } from '../families/all.ts';
import { generate } from '../generate.ts';
import { followed } from '../ours.ts';
import type { Trace } from '../trace.ts';
import { COLOURS, type Mark, type Panel, type Picture } from './chart.ts';
import { fitOf, growthColumn, type Scene, sceneOf } from './fit.ts';

const HOURS = 72;
const WHOLE_HOURS = Array.from({ length: HOURS + 1 }, (_, hour) => hour);

/** A run, the series of it that is shown, and what was said of that series. */
interface Shown {
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

function shown({ family, seed, percent = 0, series }: Chosen): Shown {
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
function readings({ followed: one, unit, scene }: Shown): Mark {
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

const said = ({ trend }: Shown): NonNullable<Panel['said']> =>
  WHOLE_HOURS.map((hour) => ({ hour, verdict: trend.at(hour).verdict }));

function loadPanel({ scene }: Shown): Panel {
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
function limits(...all: readonly ArrayLike<number>[]): Pick<Panel, 'from' | 'to'> {
  const finite = all.flatMap((values) => Array.from(values).filter(Number.isFinite));
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  const room = 0.06 * (most - least);
  return { from: Math.max(0, least - room), to: most + room };
}

const limitsOf = (band: Mark): Pick<Panel, 'from' | 'to'> =>
  band.kind === 'band' ? limits(band.low, band.high) : { from: 0, to: 1 };

const inUnit = (values: Float64Array, unit: number): Float64Array => values.map((value) => value / unit);

const rounded = (value: number): string => String(Number(value.toPrecision(2)));

function rateText({ growthPercentPer24h: rate }: Finding): string {
  if (rate === null) return 'growth';
  return `${rounded(rate.estimate)} % a day (${rounded(rate.low)} to ${rounded(rate.high)})`;
}

/** Level without the growth, and the growth above it. */
function growthLine({ answer, scene, unit }: Shown, name: string): Mark {
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
function growthFit({ answer, scene, unit }: Shown, beside = answer.beside): Mark {
  const growth = growthColumn(scene, answer.onsetHour, answer.clock);
  const fit = fitOf(scene, beside, growth === undefined ? [] : [growth]);
  return {
    kind: 'line',
    name: 'the model with growth',
    colour: COLOURS.growth,
    hours: scene.hours,
    values: inUnit(fit.values, unit),
  };
}

const called = ({ calledHour }: Shown): Mark[] =>
  calledHour === null
    ? []
    : [{ kind: 'instant', hour: calledHour, text: `called at hour ${calledHour}`, textLeft: calledHour > HOURS / 2 }];

function leak(): Picture {
  const run = shown({ family: 'leak under garbage of hours', seed: 10, percent: 5 });
  const band = readings(run);
  const line = growthLine(run, `its growth: ${rateText(run.end)}`);
  const { from } = limits([run.answer.level / run.unit]);
  return {
    title: 'A leak of 5 % a day under a daily load and a sawtooth',
    hours: HOURS,
    panels: [
      loadPanel(run),
      {
        label: 'heap, MB',
        height: 190,
        from: Math.min(from, limitsOf(band).from),
        to: limitsOf(band).to,
        marks: [band, growthFit(run), line, ...called(run)],
        said: said(run),
      },
    ],
  };
}

function cache(): Picture {
  const run = shown({ family: 'a cache fills by time', seed: 9, series: 'rss_bytes' });
  const { scene, answer, unit } = run;
  const growth = growthColumn(scene, 0, 'time');
  const filling = fitOf(scene, answer.rival);
  const line = fitOf(scene, [], growth === undefined ? [] : [growth]);
  const band = readings(run);
  const bare = (values: Float64Array): Float64Array => inUnit(values, unit);
  return {
    title: 'A cache that fills: it explains the rise, growth does not',
    hours: HOURS,
    panels: [
      {
        label: 'resident set, MB',
        height: 190,
        ...limitsOf(band),
        marks: [
          band,
          {
            kind: 'line',
            name: answer.rival[0] ?? 'no growth',
            colour: COLOURS.rival,
            hours: scene.hours,
            values: bare(filling.values),
          },
          {
            kind: 'line',
            name: 'growth instead',
            colour: COLOURS.growth,
            dashed: true,
            hours: scene.hours,
            values: bare(line.values),
          },
        ],
        said: said(run),
      },
      {
        label: 'what each leaves over, MB',
        height: 80,
        ...limits(left(scene, filling.values, unit), left(scene, line.values, unit)),
        from: limits(left(scene, line.values, unit).map(Math.abs)).to * -1,
        marks: [
          {
            kind: 'dots',
            name: 'beside the filling',
            colour: COLOURS.rival,
            hours: scene.hours,
            values: left(scene, filling.values, unit),
          },
          {
            kind: 'dots',
            name: 'beside growth',
            colour: COLOURS.growth,
            hours: scene.hours,
            values: left(scene, line.values, unit),
          },
        ],
      },
    ],
  };
}

const left = ({ values, isFitted }: Scene, model: Float64Array, unit: number): Float64Array =>
  values.map((value, bin) => (isFitted[bin] === true ? (value - (model[bin] ?? 0)) / unit : Number.NaN));

/** Low readings, and what is left of them with the load taken out. */
function withoutLoad({ scene, unit }: Shown, ofLoad: Float64Array): Mark {
  const values = scene.values.map((value, bin) => {
    if (scene.isFitted[bin] !== true) return Number.NaN;
    return scene.drift ? value / (ofLoad[bin] ?? 1) : (value - (ofLoad[bin] ?? 0)) / unit;
  });
  return { kind: 'dots', name: 'each bin, as at median load', colour: COLOURS.load, hours: scene.hours, values };
}

function load(): Picture {
  const run = shown({ family: 'the load grows from day to day', seed: 5, series: 'rss_bytes' });
  const { scene, answer, unit } = run;
  const fit = fitOf(scene, answer.rival);
  const band = readings(run);
  const axis = limitsOf(band);
  return {
    title: 'A rise that the load explains',
    hours: HOURS,
    panels: [
      loadPanel(run),
      {
        label: 'resident set, MB',
        height: 130,
        ...axis,
        marks: [
          band,
          {
            kind: 'line',
            name: 'the load and its last hours',
            colour: COLOURS.load,
            hours: scene.hours,
            values: inUnit(fit.values, unit),
          },
        ],
        said: said(run),
      },
      { label: 'the same with the load taken out, MB', height: 110, ...axis, marks: [withoutLoad(run, fit.ofLoad)] },
    ],
  };
}

function step(): Picture {
  const run = shown({ family: 'deployments change the level', seed: 1, series: 'rss_bytes' });
  const { scene, answer, unit, followed: one } = run;
  const fit = fitOf(scene, answer.rival);
  const growth = growthColumn(scene, 0, 'time');
  const line = fitOf(scene, [], growth === undefined ? [] : [growth]);
  const band = readings(run);
  const changes = changesOfSeries(one, answer).map(
    ({ hour, label }): Mark => ({ kind: 'instant', hour, text: `hour ${hour.toFixed(1)}: ${label}`, textLeft: true }),
  );
  return {
    title: 'Two deployments: steps are no leak',
    hours: HOURS,
    panels: [
      {
        label: 'resident set, MB',
        height: 190,
        ...limitsOf(band),
        marks: [
          band,
          {
            kind: 'line',
            name: 'steps and the load',
            colour: COLOURS.rival,
            hours: scene.hours,
            values: inUnit(fit.values, unit),
          },
          {
            kind: 'line',
            name: 'growth instead',
            colour: COLOURS.growth,
            dashed: true,
            hours: scene.hours,
            values: inUnit(line.values, unit),
          },
          ...changes,
        ],
        said: said(run),
      },
    ],
  };
}

function sawtooth(): Picture {
  const leaks = shown({ family: 'leak under garbage of hours', seed: 5, percent: 5 });
  const clean = shown({ family: 'garbage is collected every few hours', seed: 12, series: 'heap_used_bytes' });
  const panelOf = (run: Shown, label: string, marks: readonly Mark[]): Panel => {
    const band = readings(run);
    return { label, height: 120, ...limitsOf(band), marks: [band, ...marks], said: said(run) };
  };
  return {
    title: 'Two sawtooths: floors that rise, and floors that do not',
    hours: HOURS,
    panels: [
      panelOf(leaks, 'heap, MB: each collection leaves more than the one before', [
        growthLine(leaks, `floors: ${rateText(leaks.end)}`),
        ...called(leaks),
      ]),
      panelOf(clean, 'heap, MB: each rise looks like a leak until it falls again', []),
    ],
  };
}

function drift(): Picture {
  const run = shown({ family: 'drift by time', seed: 6, percent: 20 });
  const { scene, answer } = run;
  const growth = growthColumn(scene, answer.onsetHour, answer.clock);
  const fit = fitOf(scene, answer.beside, growth === undefined ? [] : [growth]);
  const band = readings(run);
  const free = withoutLoad(run, fit.ofLoad);
  const line = fit.values.map((value, bin) => value / (fit.ofLoad[bin] ?? 1));
  return {
    title: 'A drift of 20 % in three days, under a load that moves it by more',
    hours: HOURS,
    panels: [
      loadPanel(run),
      { label: 'P95, ms', height: 120, ...limitsOf(band), marks: [band], said: said(run) },
      {
        label: 'the same with the load taken out, ms',
        height: 120,
        ...limits(free.kind === 'dots' ? free.values : []),
        marks: [
          free,
          {
            kind: 'line',
            name: `growth: ${rateText(run.end)}`,
            colour: COLOURS.growth,
            hours: scene.hours,
            values: line,
          },
          ...called(run),
        ],
      },
    ],
  };
}

/** Below it evidence is not shown: nothing that is so unlikely is looked at closely. */
const LEAST_SHOWN = -20;

function evidence(): Picture {
  const leaks = shown({ family: 'leak under garbage of hours', seed: 10, percent: 5 });
  const clean = shown({ family: 'a cache fills by time', seed: 9, series: 'rss_bytes' });
  const hours = WHOLE_HOURS;
  const curve = ({ trend }: Shown): number[] =>
    hours.map((hour) => {
      const found = trend.at(hour).answer;
      return found === null ? Number.NaN : Math.max(LEAST_SHOWN, found.evidence);
    });
  const needed = hours.map((hour) => {
    const { answer } = leaks.trend.at(hour);
    return answer === null ? Number.NaN : evidenceNeeded(answer, leaks.followed, leaks.trace.series.length);
  });
  const least = leastHours(leaks.followed, false);
  return {
    title: 'Evidence of growth, hour by hour',
    hours: HOURS,
    panels: [
      {
        label: 'twice the log odds of growth against the best other explanation',
        height: 190,
        from: LEAST_SHOWN,
        to: 1.3 * Math.max(...curve(leaks).filter(Number.isFinite)),
        marks: [
          { kind: 'line', name: 'the leak', colour: COLOURS.growth, hours, values: curve(leaks) },
          { kind: 'line', name: 'the cache that fills', colour: COLOURS.rival, hours, values: curve(clean) },
          { kind: 'line', name: 'needed', colour: COLOURS.other, dashed: true, hours, values: needed },
          { kind: 'instant', hour: least, text: `no call before hour ${least}`, textLeft: true },
          ...called(leaks),
        ],
      },
    ],
  };
}

export const scenes: Readonly<Record<string, () => Picture>> = {
  leak,
  cache,
  load,
  step,
  sawtooth,
  drift,
  evidence,
};
