import { describe, expect, it } from 'vitest';
import { type DrawnTrend, trendLine } from './trend-line.ts';

const DAY_MS = 86_400_000;
const clock = { startMs: 0, compression: 1 };

const trend = (changes: Partial<DrawnTrend> = {}): DrawnTrend => ({
  startLevel: 100,
  growthPercentPer24h: 10,
  interval: { low: 8, high: 12 },
  onsetMs: null,
  changePoints: [],
  ...changes,
});

const values = (changes: Partial<DrawnTrend>, untilMs = 2 * DAY_MS) =>
  trendLine(trend(changes), clock, untilMs).map(({ atMs, value }) => [atMs / DAY_MS, value]);

describe('the line of a trend', () => {
  it('rises from the level by the share of it a day', () => {
    expect(values({})).toEqual([
      [0, 100],
      [1, 110],
      [2, 120],
    ]);
  });

  it('is level until the growth begins', () => {
    expect(values({ onsetMs: DAY_MS })).toEqual([
      [0, 100],
      [1, 100],
      [1.5, 105],
      [2, 110],
    ]);
  });

  it('has an interval that is narrowest in the middle of what was fitted', () => {
    const [start, middle, end] = trendLine(trend(), clock, 2 * DAY_MS);
    expect(start).toMatchObject({ low: 98, high: 102 });
    expect(middle).toMatchObject({ low: 110, high: 110 });
    expect(end).toMatchObject({ low: 118, high: 122 });
  });

  it('says nothing of a side that is open', () => {
    const points = trendLine(trend({ interval: { low: null, high: 12 } }), clock, DAY_MS);
    expect(points.every(({ low, high }) => low === null && high === null)).toBe(true);
  });

  it('takes each change of level as a step', () => {
    const line = values({ changePoints: [{ atMs: DAY_MS / 2, label: 'deploy', before: 105, after: 135 }] }, DAY_MS);
    expect(line.filter(([day]) => day === 0.5)).toEqual([
      [0.5, 105],
      [0.5, 105],
      [0.5, 135],
    ]);
    expect(line.at(-1)).toEqual([1, 140]);
  });

  it('ends at a restart: the next life has a level of its own', () => {
    const line = values({ changePoints: [{ atMs: DAY_MS, label: 'restart', before: null, after: null }] });
    expect(line.at(-1)).toEqual([1, 110]);
  });

  it('goes by the clock of the profile in a rehearsal', () => {
    const line = trendLine(trend(), { startMs: 0, compression: 24 }, DAY_MS / 12);
    expect(line.at(-1)?.value).toBeCloseTo(120);
  });

  it('is not drawn where no level or growth can be told', () => {
    expect(trendLine(trend({ startLevel: null }), clock, DAY_MS)).toEqual([]);
    expect(trendLine(trend({ growthPercentPer24h: null }), clock, DAY_MS)).toEqual([]);
    expect(trendLine(trend(), clock, 0)).toEqual([]);
  });
});
