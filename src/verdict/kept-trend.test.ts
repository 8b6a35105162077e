import { describe, expect, it } from 'vitest';
import type { Followed } from '../detect/trend/finding.ts';
import { isSameBefore, KeptTrend } from './kept-trend.ts';

/** A value each quarter of an hour, growing or not. */
const upTo = (untilHour: number, change: Partial<Followed> = {}, percentPer24h = 40): Followed => {
  const hours = Float64Array.from({ length: untilHour * 12 }, (_, at) => at / 12);
  const wave = (hour: number): number => 5 + 3 * Math.sin((2 * Math.PI * hour) / 24);
  return {
    name: 'rss',
    kind: 'growth',
    readings: { hours, values: hours.map((hour) => 1e8 * (1 + (percentPer24h / 2400) * hour + 0.01 * wave(hour))) },
    load: { hours, values: hours.map(wave) },
    restarts: [],
    collected: true,
    leftOut: [],
    limit: null,
    ...change,
  };
};

describe('a trend that goes on with its series', () => {
  it('keeps its answers while the series only grows longer', () => {
    const kept = new KeptTrend(upTo(10), 1);
    const first = kept.at(10, upTo(10), 1);
    expect(kept.at(11, upTo(11), 1)).toBe(first);
    expect(first.followed.readings.hours).toHaveLength(132);
  });

  it('begins anew when something before the hour that was asked is not what it was', () => {
    const kept = new KeptTrend(upTo(10), 1);
    const first = kept.at(10, upTo(10), 1);
    const outage = [{ fromHour: 3, untilHour: 4 }];
    const second = kept.at(11, upTo(11, { leftOut: outage }), 1);
    expect(second).not.toBe(first);
    expect(kept.at(12, upTo(12, { leftOut: outage }), 1)).toBe(second);
    expect(kept.at(13, upTo(13, { leftOut: outage }), 2)).not.toBe(second);
  });

  it('says at each hour what one says that is asked for the first time', () => {
    const kept = new KeptTrend(upTo(4), 1);
    for (let hour = 4; hour <= 30; hour++)
      expect(kept.at(hour, upTo(hour), 1).at(hour)).toEqual(
        new KeptTrend(upTo(hour), 1).at(hour, upTo(hour), 1).at(hour),
      );
  });
});

describe('a trend that begins late', () => {
  it('makes the answers of the hours before a few at a time where the series grows', () => {
    const kept = new KeptTrend(upTo(30), 1);
    const trend = kept.at(30, upTo(30), 1);
    let questions = 1;
    while (!kept.isReady(30, 3)) questions++;
    // Hours 6 to 30.
    expect(questions).toBe(9);
    expect(trend.at(30)).toEqual(new KeptTrend(upTo(30), 1).at(30, upTo(30), 1).at(30));
    expect(kept.isReady(31, 3)).toBe(true);
  });

  it('is ready at once where it does not', () => {
    const flat = upTo(30, {}, 0);
    const kept = new KeptTrend(flat, 1);
    kept.at(30, flat, 1);
    expect(kept.isReady(30, 3)).toBe(true);
  });

  it('is ready at each hour when it was there all along', () => {
    const kept = new KeptTrend(upTo(1), 1);
    for (let hour = 1; hour <= 12; hour++) {
      kept.at(hour, upTo(hour), 1);
      expect(kept.isReady(hour, 1), `hour ${hour}`).toBe(true);
    }
  });
});

describe('what an answer follows from', () => {
  const before = upTo(10);
  it.each<[string, boolean, Partial<Followed>]>([
    ['a longer series', true, upTo(20)],
    ['another value', false, { readings: upTo(10, {}, 41).readings }],
    ['another load', false, { load: null }],
    ['a restart behind the hour', true, { restarts: [11] }],
    ['a restart before it', false, { restarts: [9] }],
    ['a limit', true, { limit: 1e9 }],
    ['an outage that goes on behind it', true, { leftOut: [{ fromHour: 10, untilHour: 12 }] }],
    ['an outage before it', false, { leftOut: [{ fromHour: 9, untilHour: 12 }] }],
  ])('%s: is it the same? %s', (_, isSame, change) => {
    expect(isSameBefore(10, before, { ...before, ...change })).toBe(isSame);
  });
});
