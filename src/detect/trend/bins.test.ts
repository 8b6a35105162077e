import { describe, expect, it } from 'vitest';
import { generate } from '../vectors.ts';
import { bandMeans, binHours, hoursOfBins, MIDDLE, readingHoursOf } from './bins.ts';

const everySeconds = (seconds: number, hours: number): Float64Array =>
  generate(Math.floor((hours * 3600) / seconds), (at) => (at * seconds) / 3600);

/** Width of a bin, minutes, of so many hours of readings. */
const widthOf = (seconds: number, hours: number): number =>
  60 * binHours(hours, readingHoursOf(everySeconds(seconds, hours)));

describe('bins', () => {
  it('are wider the longer the run, and hold whole readings where these are few', () => {
    expect([12, 30, 60, 240, 720].map((hours) => widthOf(60, hours))).toEqual([10, 15, 30, 120, 300]);
    expect([12, 30, 60].map((hours) => widthOf(900, hours))).toEqual([15, 15, 30]);
    expect([12, 30, 60].map((hours) => widthOf(420, hours))).toEqual([14, 21, 35]);
  });

  it.each([60.013, 59.6, 7, 303, 297])('do not mind readings every %d s: no clock is exact', (seconds) => {
    expect([12, 30, 60].map((hours) => widthOf(seconds, hours))).toEqual([10, 15, 30]);
  });

  it.each([24, 40, 48, 72])('span %d h to the last digit where they fit', (hours) => {
    for (const seconds of [1, 15, 60, 300, 480, 900]) {
      const width = binHours(hours, readingHoursOf(everySeconds(seconds, hours)));
      expect(hoursOfBins(Math.floor(hours / width + 1e-9), width), `every ${seconds} s`).toBe(hours);
    }
  });

  it('have no value where less than a fifth of their readings is there', () => {
    const hours = everySeconds(60, 1);
    const values = generate(60, (minute) => (minute >= 20 && minute < 29 ? Number.NaN : 7));
    expect([...bandMeans({ hours, values }, 6, 1 / 6, MIDDLE)]).toEqual([7, 7, Number.NaN, 7, 7, 7]);
  });
});
