import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { changesOfMean } from '../bench/detect/baselines/binary-segmentation.ts';
import { varianceFactor } from '../bench/detect/baselines/hamed-rao.ts';
import { kendallScore, mannKendallScores } from '../bench/detect/baselines/mann-kendall.ts';
import { pairSlopes } from '../bench/detect/baselines/sen-slope.ts';
import { medianOf } from '../bench/detect/moment.ts';
import { leastSquares } from '../src/detect/change/least-squares.ts';
import { NoiseGrid } from '../src/detect/change/noise-fit.ts';
import { chiSquareQuantile, studentQuantile, studentTwoSided } from '../src/detect/distributions.ts';
import { type Noise, NoiseFilter } from '../src/detect/noise-filter.ts';
import { fitNoise, usualNoise } from '../src/detect/trend/noise.ts';

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'));
const numbers = z.array(z.number());

/** Made by tests/fixtures/trends-by-pymannkendall.py; the file says versions and command. */
const trends = z
  .object({
    cases: z.array(
      z.object({
        name: z.string(),
        mannKendall: z.object({ s: z.number(), variance: z.number(), z: z.number() }),
        hamedRao: z.object({ varianceFactor: z.number(), z: z.number().nullable() }),
        senSlope: z.number(),
        binarySegmentation: numbers,
        values: numbers,
      }),
    ),
  })
  .parse(read('trends.json'));

const noise = z.object({ correlation: z.number(), whiteRatio: z.number() });
/** Twice the log likelihood that each noise of a grid is behind the best. */
const costs = z.object({ correlations: numbers, whiteRatios: numbers, above: z.array(numbers) });
/** Made by tests/fixtures/regressions-by-statsmodels.py; the file says versions and command. */
const regressions = z
  .object({
    cases: z.array(
      z.object({
        name: z.string(),
        noise,
        gls: z.object({ coefficients: numbers, standardErrors: numbers, variance: z.number() }),
        logDeterminant: z.number(),
        restricted: z.object({ grid: costs, gridWithPrior: costs }),
        kalmanLogLikelihood: z.number().optional(),
        places: numbers,
        y: numbers,
        columns: z.array(numbers),
      }),
    ),
    quantiles: z.object({
      student: z.array(z.object({ probability: z.number(), degrees: z.number(), quantile: z.number() })),
      studentTwoSided: z.array(z.object({ t: z.number(), degrees: z.number(), probability: z.number() })),
      chiSquare: z.array(z.object({ probability: z.number(), degrees: z.number(), quantile: z.number() })),
    }),
  })
  .parse(read('regressions.json'));

/** How far a noise of the grid is behind the likeliest. */
const behind = ({ correlations, whiteRatios, above }: z.infer<typeof costs>, found: Noise): number => {
  const row = correlations.findIndex((correlation) => Math.abs(correlation - found.correlation) < 1e-9);
  return above[row]?.[whiteRatios.indexOf(found.whiteRatio)] ?? Number.NaN;
};
/** The search goes downhill from one or two places: this far behind is a likelihood ratio of 1.3. */
const HARDLY_LESS_LIKELY = 0.5;

/** Equal but for a relative error. */
const near = (value: number | undefined, expected: number | undefined, relative: number): void => {
  expect(expected).toBeDefined();
  expect(Math.abs((value ?? Number.NaN) - (expected ?? Number.NaN))).toBeLessThanOrEqual(
    relative * Math.abs(expected ?? 0) + 1e-300,
  );
};
const nearAll = (values: ArrayLike<number>, expected: readonly number[], relative: number): void => {
  expect(values.length).toBe(expected.length);
  for (const [at, value] of expected.entries()) near(values[at], value, relative);
};

describe.each(trends.cases)('beside pyMannKendall and ruptures: $name', (one) => {
  const values = Float64Array.from(one.values);
  const steps = values.map((_, at) => at + 1);
  const slope = medianOf(pairSlopes({ hours: steps, values }));

  it('Mann-Kendall has the same score, ties included', () => {
    near(mannKendallScores(values).at(-1), one.mannKendall.z, 1e-12);
  });

  it('Sen’s slope is the same', () => {
    near(slope, one.senSlope, 1e-12);
  });

  it('Hamed-Rao widens the variance by the same factor; where the paper’s falls below 0, ours stays above', () => {
    const factor = varianceFactor({ hours: steps, values }, slope);
    near(factor, Math.max(1e-3, one.hamedRao.varianceFactor), 1e-4);
    if (one.hamedRao.z === null) return;
    const { s, z: plain } = one.mannKendall;
    const ties = 96 * 95 * (2 * 96 + 5) - 18 * one.mannKendall.variance;
    near(kendallScore(s, 96, ties), plain, 1e-12);
    near(kendallScore(s, 96, ties, factor), one.hamedRao.z, 1e-4);
  });

  it('binary segmentation divides at the same places, the five best of them', () => {
    const found = changesOfMean(values);
    if (one.binarySegmentation.length <= 5) expect(found).toEqual(one.binarySegmentation);
    else expect(one.binarySegmentation).toEqual(expect.arrayContaining(found));
  });
});

describe.each(regressions.cases)('beside statsmodels: $name', (one) => {
  const distances = Float64Array.from(one.places, (place, at) => (one.places[at + 1] ?? place + 1) - place);
  const y = Float64Array.from(one.y);
  const columns = one.columns.map((column) => Float64Array.from(column));
  const filter = new NoiseFilter(distances, one.noise);
  const white = columns.map((column) => filter.whiten(column));

  it('least squares on whitened columns is GLS: coefficients, errors and variance', () => {
    const { coefficients, gains, rest } = leastSquares(white, filter.whiten(y));
    const variance = rest / (y.length - columns.length);
    nearAll(coefficients, one.gls.coefficients, 1e-9);
    near(variance, one.gls.variance, 1e-9);
    const errors = coefficients.map((value, at) => Math.sqrt((variance * value ** 2) / (gains[at] ?? 0)));
    nearAll(errors, one.gls.standardErrors, 1e-9);
    near(filter.logDeterminant, one.logDeterminant, 1e-9);
  });

  it('its likelihood is that of a Kalman filter over the AR(1) seen with an error', () => {
    if (one.kalmanLogLikelihood === undefined) {
      expect(one.noise.whiteRatio).toBe(0);
      return;
    }
    const { coefficients } = leastSquares(white, filter.whiten(y));
    const residuals = y.map((value, place) =>
      columns.reduce((left, column, at) => left - (coefficients[at] ?? 0) * (column[place] ?? 0), value),
    );
    const squares = filter.whiten(residuals).reduce((sum, value) => sum + value * value, 0);
    near(-0.5 * (y.length * Math.log(2 * Math.PI) + filter.logDeterminant + squares), one.kalmanLogLikelihood, 1e-9);
  });

  it('the noise of the change points is (nearly) the likeliest of their grid', () => {
    const grid = new NoiseGrid({ distances, values: y, rounding: 1e-12 }, columns);
    const fitted = grid.fit([], { correlation: 0.6, whiteRatio: 0 });
    expect(behind(one.restricted.grid, fitted)).toBeLessThan(HARDLY_LESS_LIKELY);
  });

  it('the noise of the trend is (nearly) the likeliest of its grid, with its prior', () => {
    const observed = new Uint8Array((one.places.at(-1) ?? 0) + 1);
    for (const place of one.places) observed[place] = 1;
    const spread = (column: Float64Array): Float64Array => {
      const whole = new Float64Array(observed.length);
      for (const [at, place] of one.places.entries()) whole[place] = column[at] ?? 0;
      return whole;
    };
    const fitted = fitNoise(observed, spread(y), columns.map(spread), 0.5, usualNoise(0.5));
    expect(behind(one.restricted.gridWithPrior, fitted.noise)).toBeLessThan(HARDLY_LESS_LIKELY);
  });
});

describe('beside scipy', () => {
  it('Student’s quantiles and tails are the same', () => {
    for (const { probability, degrees, quantile } of regressions.quantiles.student)
      if (probability === 0.5) expect(Math.abs(studentQuantile(probability, degrees))).toBeLessThan(1e-9);
      else near(studentQuantile(probability, degrees), quantile, 1e-7);
    for (const { t, degrees, probability } of regressions.quantiles.studentTwoSided)
      near(studentTwoSided(t, degrees), probability, 1e-10);
  });

  it('quantiles of chi-square are the same', () => {
    for (const { probability, degrees, quantile } of regressions.quantiles.chiSquare)
      near(chiSquareQuantile(probability, degrees), quantile, 1e-7);
  });
});
