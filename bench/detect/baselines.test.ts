import { describe, expect, it } from 'vitest';
import { backwardRegression, linesIn } from './baselines/backward-regression.ts';
import { changesOfMean } from './baselines/binary-segmentation.ts';
import { binned, countBefore } from './baselines/bins.ts';
import { growthThreshold } from './baselines/growth-threshold.ts';
import { hamedRao, ranksOf, varianceFactor } from './baselines/hamed-rao.ts';
import { mannKendall, mannKendallScores } from './baselines/mann-kendall.ts';
import { hodgesLehmann, mannWhitney } from './baselines/mann-whitney.ts';
import { pageHinkley, pageHinkleyHeights } from './baselines/page-hinkley.ts';
import { pairSlopes, senGrowth } from './baselines/sen-slope.ts';
import { chosenDetectors } from './detectors.ts';
import { drawFrom } from './draw.ts';
import { medianOf } from './moment.ts';
import { observedSeries, observedTrace } from './real/observed.ts';
import type { Trace } from './trace.ts';

/** Rises with waves in it; the reference values beside it come from the published formulas, worked out separately. */
const waves = Float64Array.of(
  ...[
    3.1, 3.4, 3.9, 3.6, 4.4, 4.9, 4.6, 4.2, 4.1, 4.8, 5.5, 5.9, 5.6, 5.1, 5.3, 6.0, 6.6, 6.4, 6.1, 5.9, 6.2, 6.9, 7.3,
    7.1,
  ],
);
const steps = waves.map((_, index) => index + 1);

const REFERENCE_SCORE = 5.458648159491473;
const REFERENCE_SLOPE = 0.158359133126935;
const REFERENCE_FACTOR = 0.3192545970097954;

describe('Mann-Kendall', () => {
  it('scores five rising values as (10 − 1)/√(5·4·15/18)', () => {
    expect(mannKendallScores(Float64Array.of(1, 2, 3, 4, 5)).at(-1)).toBeCloseTo(2.2045, 4);
  });

  it('takes ties out of the variance', () => {
    expect(mannKendallScores(Float64Array.of(1, 1, 2, 2, 3)).at(-1)).toBeCloseTo(7 / Math.sqrt((300 - 36) / 18), 9);
  });

  it('knows the reference score of a series with waves', () => {
    expect(mannKendallScores(waves).at(-1)).toBeCloseTo(REFERENCE_SCORE, 6);
  });

  it('has at each value the score of the values up to there', () => {
    const draw = drawFrom(1, 'kendall');
    const values = Float64Array.from({ length: 60 }, () => draw.integer(0, 20));
    const scores = mannKendallScores(values);
    for (const count of [12, 35, 60]) {
      expect(scores[count - 1]).toBe(mannKendallScores(values.slice(0, count)).at(-1));
    }
  });

  it('says nothing to a constant', () => {
    expect(mannKendallScores(new Float64Array(50).fill(3)).at(-1)).toBe(0);
  });
});

describe('Hamed-Rao', () => {
  it('knows the reference factor of the variance for a series with waves', () => {
    const slope = medianOf(pairSlopes({ hours: steps, values: waves }));
    expect(slope).toBeCloseTo(REFERENCE_SLOPE, 9);
    expect(varianceFactor({ hours: steps, values: waves }, slope)).toBeCloseTo(REFERENCE_FACTOR, 6);
  });

  it('gives equal values the mean of their ranks', () => {
    expect([...ranksOf(Float64Array.of(5, 1, 5, 7))]).toEqual([2.5, 1, 2.5, 4]);
  });
});

describe('Sen’s slope', () => {
  it('gives growth relative to its line at the start, with an interval around it', () => {
    const hours = Float64Array.from({ length: 72 }, (_, index) => index + 0.5);
    const growth = senGrowth(
      hours,
      hours.map((hour) => 100 + hour),
    );
    expect(growth?.estimate).toBeCloseTo(24, 6);
    expect(growth?.low).toBeLessThanOrEqual(24.0001);
    expect(growth?.high).toBeGreaterThanOrEqual(23.9999);
  });
});

describe('backward regression', () => {
  it('draws the least-squares line through any stretch', () => {
    const hours = Float64Array.from({ length: 40 }, (_, index) => index / 12);
    const values = hours.map((hour, index) => 5e9 + 3 * hour + (index % 2));
    const line = linesIn({ hours, values })(10, 40);
    expect(line?.slope).toBeCloseTo(directSlope(hours.slice(10), values.slice(10)), 4);
    expect(line?.rSquared).toBeLessThan(1);
  });
});

describe('Page-Hinkley', () => {
  it('sums what exceeds the learnt mean by more than half a deviation', () => {
    const heights = pageHinkleyHeights(Float64Array.of(9, 11, 9, 11, 12, 12, 8), 0, 4);
    expect([...heights]).toEqual([0, 0, 0, 0, 1.5, 3, 0.5]);
  });

  it('dates a step to its first reading', () => {
    const draw = drawFrom(2, 'step');
    const values = Float64Array.from({ length: 200 }, (_, index) => (index < 120 ? 0 : 8) + draw.normal());
    const trace = observedTrace(
      'step',
      values.map((_, index) => index),
      null,
      [observedSeries('value', 'growth', values)],
    );
    const found = pageHinkley.changePoints?.(trace)[0]?.hours ?? [];
    expect(found.some((hour) => Math.abs(hour - 120) <= 1)).toBe(true);
  });
});

describe('Kayenta’s rule', () => {
  it('takes the median of all differences as the shift', () => {
    const shift = hodgesLehmann(Float64Array.of(1, 2, 3), Float64Array.of(11, 12, 13));
    expect(shift.estimate).toBe(10);
    expect(shift.low).toBeLessThanOrEqual(10);
  });
});

describe('binary segmentation', () => {
  it('finds two steps and nothing in noise', () => {
    const draw = drawFrom(3, 'segments');
    const noise = Float64Array.from({ length: 150 }, () => draw.normal());
    expect(changesOfMean(noise)).toEqual([]);
    const found = changesOfMean(noise.map((value, index) => value + (index < 50 ? 0 : 10) + (index < 100 ? 0 : 10)));
    expect(found).toEqual([50, 100]);
  });
});

describe('bins', () => {
  it('are means of the readings in them, without those that are missing', () => {
    const bins = binned(Float64Array.of(0, 0.05, 0.1, 0.3), Float64Array.of(1, Number.NaN, 4, 5), 5);
    expect([...bins.values]).toEqual([1, 4, 5]);
    expect(countBefore(bins.hours, 0.2)).toBe(2);
  });
});

describe('every baseline', () => {
  const judging = [mannKendall, hamedRao, growthThreshold, backwardRegression, pageHinkley, mannWhitney];

  it.each(judging)('$name calls a steep leak in quiet noise, and answers for each series', (detector) => {
    const judged = detector.judge(quietTrace(0.02));
    expect(judged.map(({ name }) => name)).toEqual(['rss_bytes', 'flat']);
    expect(judged[0]?.calledAtEnd).toBe(true);
    expect(judged[0]?.firstCalledHour).toBeGreaterThan(0);
  });

  it.each(judging)('$name is causal: the first call of a run cut there is the same', (detector) => {
    const whole = quietTrace(0.02);
    const first = detector.judge(whole)[0]?.firstCalledHour ?? 0;
    const kept = whole.hours.filter((hour) => hour < first).length;
    const cut: Trace = {
      ...whole,
      lengthHours: first,
      hours: whole.hours.slice(0, kept),
      series: whole.series.map((series) => ({ ...series, values: series.values.slice(0, kept) })),
    };
    expect(detector.judge(cut)[0]?.firstCalledHour).toBe(first);
    expect(detector.judge({ ...cut, lengthHours: first - 1 })[0]?.firstCalledHour).toBeNull();
  });

  it.each(judging)('$name says nothing to a constant', (detector) => {
    expect(detector.judge(quietTrace(0.02))[1]).toMatchObject({ firstCalledHour: null, calledAtEnd: false });
  });

  it('is in the registry, and can be chosen by a part of its name', async () => {
    expect(await chosenDetectors([], null)).toEqual(expect.arrayContaining(judging));
    expect(await chosenDetectors(['hinkley'], null)).toEqual([pageHinkley]);
    await expect(chosenDetectors(['nobody'], null)).rejects.toThrow('no detector is called nobody');
  });
});

/** A day and a half: one series that grows by a share of its level each hour, and a constant. */
function quietTrace(sharePerHour: number): Trace {
  const draw = drawFrom(4, 'quiet');
  const hours = Float64Array.from({ length: 36 * 60 }, (_, minute) => minute / 60);
  const values = hours.map((hour) => 1000 * (1 + sharePerHour * hour) + draw.normal());
  return {
    ...observedTrace('quiet', hours, null, [
      observedSeries('rss_bytes', 'growth', values),
      observedSeries('flat', 'growth', new Float64Array(hours.length).fill(7)),
    ]),
    lengthHours: 36,
  };
}

function directSlope(hours: Float64Array, values: Float64Array): number {
  const mean = (numbers: Float64Array) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const [x, y] = [mean(hours), mean(values)];
  const products = hours.map((hour, index) => (hour - x) * ((values[index] ?? 0) - y));
  return mean(products) / mean(hours.map((hour) => (hour - x) ** 2));
}
