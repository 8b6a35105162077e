/**
 * Change points against the marks of people, against noise, and against the clock.
 * `npx node bench/change-points.ts --data DIR`: DIR holds `tcpd/` (github.com/alan-turing-institute/TCPD) and `nab/`
 * (github.com/numenta/NAB); without it only the parts that need no data are printed. `--series` prints each series.
 */
import { parseArgs } from 'node:util';
import { type ChangeOptions, changePoints } from '../src/detect/change/change-points.ts';
import { correlatedNoise } from '../tests/support/noise.ts';
import { type MarkedSeries, readNab, readTcpd } from './change-points/data.ts';
import { eDivisive } from './change-points/e-divisive.ts';
import { PUBLISHED } from './change-points/published.ts';
import { covering, f1Score } from './detect/real/change-point-scores.ts';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    series: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '1000' },
  },
});
const seeds = Number(flags.seeds);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

type Method = (values: readonly number[]) => number[];
const ours =
  (options: ChangeOptions = {}): Method =>
  (values) =>
    changePoints(
      { hours: Float64Array.from(values, (_, at) => at), values: Float64Array.from(values), load: null },
      { cycleHours: null, ...options },
    ).map(({ index }) => index);
const hunter =
  (maxPValue: number, window = 50): Method =>
  (values) =>
    eDivisive(values, { maxPValue, window }).map(({ index }) => index);

const WHITE = { correlation: 0, whiteRatio: 0 };
/** The parameters among which the best is taken for each series, as the published benchmark does. */
const OUR_GRID = [1e-6, 1e-4, 0.001, 0.01, 0.05, 0.2, 0.5].flatMap((significance) =>
  [null, WHITE].flatMap((noise) => [3, 6, 12].map((minimumPoints) => ours({ significance, noise, minimumPoints }))),
);
const HUNTER_GRID = [1e-6, 1e-5, 1e-4, 0.001, 0.01, 0.05].flatMap((maxPValue) =>
  [30, 50, 100].map((window) => hunter(maxPValue, window)),
);

if (flags.data !== undefined) {
  turing(readTcpd(flags.data).filter(({ values }) => !values.some(Number.isNaN)));
  numenta(flags.data);
}
noise();
speed();

function turing(series: readonly MarkedSeries[]): void {
  console.log(
    `\nTuring Change Point Dataset, ${series.length} series: F1 and covering, as shipped | best on each series`,
  );
  const row = (name: string, cells: readonly (number | null)[]): void =>
    console.log(
      `  ${name.padEnd(34)} ${cells.map((cell) => (cell === null ? '–' : cell.toFixed(3)).padStart(7)).join('')}`,
    );
  for (const [name, method, grid] of [
    ['soakd', ours(), OUR_GRID],
    ['soakd, all noise white', ours({ noise: WHITE }), OUR_GRID.slice(0, 0)],
    ['E-Divisive as Hunter and Otava', hunter(0.001), HUNTER_GRID],
    ['none at all', () => [], OUR_GRID.slice(0, 0)],
  ] as const) {
    const own = series.map(({ values, marks }) => {
      const found = method(values);
      return { found, f1: f1Score(marks, found), covering: covering(marks, found, values.length) };
    });
    const best = series.map(({ values, marks }) => {
      const all = grid.map((tried) => tried(values));
      return {
        f1: Math.max(...all.map((found) => f1Score(marks, found))),
        covering: Math.max(...all.map((found) => covering(marks, found, values.length))),
      };
    });
    row(name, [
      mean(own.map((score) => score.f1)),
      mean(own.map((score) => score.covering)),
      ...(grid.length === 0
        ? [null, null]
        : [mean(best.map((score) => score.f1)), mean(best.map((score) => score.covering))]),
    ]);
    if (flags.series)
      for (const [at, score] of own.entries())
        console.log(`      ${(series[at]?.name ?? '').padEnd(22)} ${score.f1.toFixed(3)}  ${score.found.join(' ')}`);
  }
  for (const { method, default: shipped, best } of PUBLISHED)
    row(
      `published: ${method}`,
      [shipped.f1, shipped.covering, best?.f1 ?? null, best?.covering ?? null].map((score) =>
        score === null ? null : score / 100,
      ),
    );
}

function numenta(folder: string): void {
  const series = readNab(folder);
  console.log(
    `\nNumenta Anomaly Benchmark, ${series.length} series by the hour: windows hit, changes inside and outside`,
  );
  for (const [name, method] of [
    [
      'soakd',
      (hours: Float64Array, values: Float64Array) => changePoints({ hours, values, load: null }).map(({ at }) => at),
    ],
    [
      'E-Divisive as Hunter and Otava',
      (hours: Float64Array, values: Float64Array) => {
        const read = [...values.keys()].filter((at) => Number.isFinite(values[at]));
        const found = eDivisive(read.map((at) => values[at] ?? 0));
        return found.map(({ index }) => hours[read[index] ?? 0] ?? 0);
      },
    ],
  ] as const) {
    let hit = 0;
    let windows = 0;
    let inside = 0;
    let outside = 0;
    let covered = 0;
    let whole = 0;
    for (const one of series) {
      const found = method(one.hours, one.values);
      const within = ([from, until]: [number, number]): number[] => found.filter((at) => at >= from - 1 && at <= until);
      hit += one.windows.filter((window) => within(window).length > 0).length;
      windows += one.windows.length;
      const own = found.filter((at) => one.windows.some(([from, until]) => at >= from - 1 && at <= until)).length;
      inside += own;
      outside += found.length - own;
      covered += one.windows.reduce((sum, [from, until]) => sum + until - from + 1, 0);
      whole += one.hours.length;
      if (flags.series)
        console.log(
          `      ${one.name.padEnd(42)} ${found.map((at) => at.toFixed(0)).join(' ')}   windows ${one.windows.map(([from, until]) => `${from.toFixed(0)}–${until.toFixed(0)}`).join(' ')}`,
        );
    }
    console.log(
      `  ${name.padEnd(34)} ${hit} of ${windows} windows; ${inside} changes inside, ${outside} outside; windows are ${percent(covered, whole)} of the time`,
    );
  }
}

/** A series without a change, and one with a change of the given size in standard deviations at its middle. */
function noise(): void {
  console.log(
    `\nnoise, ${seeds} seeds each: series with a false change | with a step of 1, 2, 4 standard deviations, found within 2 points`,
  );
  for (const count of [48, 144, 288])
    for (const correlation of [0, 0.3, 0.6, 0.9]) {
      const cells = [0, 1, 2, 4].map((step) => {
        let found = 0;
        for (let seed = 1; seed <= seeds; seed++) {
          const next = correlatedNoise(seed * 7919 + count, correlation);
          const values = Array.from({ length: count }, (_, at) => next() + (2 * at >= count ? step : 0));
          const places = ours()(values);
          if (step === 0 ? places.length > 0 : places.some((place) => Math.abs(place - count / 2) <= 2)) found++;
        }
        return percent(found, seeds).padStart(8);
      });
      console.log(`  ${count} points, correlation ${correlation.toFixed(1)}: ${cells.join(' ')}`);
    }
}

function speed(): void {
  console.log('\nprocessor time of one answer, mean of 200 after a warm-up of 200');
  for (const count of [144, 300])
    for (const steps of [0, 3]) {
      const answer = (seed: number): void => {
        const next = correlatedNoise(seed, 0.5);
        ours()(Array.from({ length: count }, (_, at) => next() + 5 * Math.floor(((steps + 1) * at) / count)));
      };
      for (let seed = 1; seed <= 200; seed++) answer(seed);
      const before = process.cpuUsage().user;
      for (let seed = 201; seed <= 400; seed++) answer(seed);
      console.log(`  ${count} points, ${steps} steps: ${((process.cpuUsage().user - before) / 200_000).toFixed(2)} ms`);
    }
}
