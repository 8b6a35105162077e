import { describe, expect, it } from 'vitest';
import { addToSketch, emptySketch, type Sketch } from '../model/sketch.ts';
import { QuantileReadings } from './quantile-readings.ts';

const MINUTE_MS = 60_000;
const clock = { startMs: 0, compression: 1 };

const sketchOf = (count: number, valueMs: number): Sketch => {
  const sketch = emptySketch();
  addToSketch(sketch, valueMs, count);
  return sketch;
};

/** Slices of five minutes from the start of the run on, of so many requests each. */
function readingsOf(needed: number, counts: readonly number[]): QuantileReadings {
  const readings = new QuantileReadings({ quantile: 0.95, needed }, clock);
  counts.forEach((count, at) => {
    const fromMs = 5 * at * MINUTE_MS;
    readings.add({ fromMs, untilMs: fromMs + 5 * MINUTE_MS, durationsMs: sketchOf(count, 100 + at) });
  });
  return readings;
}

const minutesOf = (readings: QuantileReadings, hour = 24): number[] =>
  [...readings.before(hour).hours].map((one) => Math.round(one * 600) / 10);

describe('readings of a quantile', () => {
  it('stand at the middle of a slice that has requests enough', () => {
    const readings = readingsOf(10, [10, 20, 30]);
    expect(minutesOf(readings)).toEqual([2.5, 7.5, 12.5]);
    expect(readings.requests).toBe(60);
  });

  it('wait for enough requests, and stand at the middle of all that waited; what is empty is no part of it', () => {
    expect(minutesOf(readingsOf(10, [4, 0, 4, 4, 10]))).toEqual([10, 22.5]);
  });

  it('stand in the hour of their last slice: at an hour only what was there before it is seen', () => {
    // Twelve slices are an hour; the thirteenth lies behind it.
    const readings = readingsOf(12, Array(14).fill(1));
    expect(minutesOf(readings)).toEqual([30]);
    const over = readingsOf(13, Array(14).fill(1));
    expect(minutesOf(over)).toEqual([60]);
    expect(minutesOf(over, 1)).toEqual([]);
  });

  it('change no sketch of others', () => {
    const readings = new QuantileReadings({ quantile: 0.95, needed: 10 }, clock);
    const own = sketchOf(5, 100);
    readings.add({ fromMs: 0, untilMs: 1, durationsMs: own });
    readings.add({ fromMs: 1, untilMs: 2, durationsMs: sketchOf(5, 100) });
    expect(own.count).toBe(5);
    expect(minutesOf(readings)).toHaveLength(1);
  });
});
