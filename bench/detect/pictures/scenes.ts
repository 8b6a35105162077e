/** The pictures by the name of their file: which run, and what of it is shown. */
import { changesOfSeries } from '../../../src/detect/columns/change-finder.ts';
import { evidenceNeeded, leastHours } from '../../../src/detect/trend/decide.ts';
import { COLOURS, type Mark, type Panel, type Picture } from './chart.ts';
import { fitOf, growthColumn, type Scene } from './fit.ts';
import {
  called,
  growthFit,
  growthLine,
  HOURS,
  inUnit,
  limits,
  limitsOf,
  loadPanel,
  rateText,
  readings,
  type Shown,
  said,
  shown,
  WHOLE_HOURS,
  withoutLoad,
} from './shown.ts';

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
