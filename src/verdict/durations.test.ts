import { describe, expect, it } from 'vitest';
import { runRows, START_MS } from '../../tests/support/run-rows.ts';
import { addToSketch, emptySketch, quantileOf, type Sketch } from '../model/sketch.ts';
import type { Outcome } from '../model/window.ts';
import type { SketchRow } from '../store/store.ts';
import { judgedSketches, limitDurations } from './durations.ts';
import { tally } from './tally.ts';

const MINUTE_MS = 60_000;
const TIMEOUT_MS = 10_000;
const rows = runRows({ hours: 1, series: {} });
const judged = [{ fromMs: START_MS, untilMs: START_MS + 60 * MINUTE_MS }];

function sketchOf(...values: number[]): Sketch {
  const sketch = emptySketch();
  for (const value of values) addToSketch(sketch, value);
  return sketch;
}

const row = (minute: number, outcome: Outcome, durationsMs: Sketch, stepMs = 5 * MINUTE_MS): SketchRow => ({
  atMs: START_MS + minute * MINUTE_MS,
  stepMs,
  scenario: 'soak',
  name: 'GET /',
  outcome,
  durationsMs,
});

const nothing = { normal: tally([], 1), peak: tally([], 1), stress: tally([], 1) };

describe('durations for limits', () => {
  it('take a failure as the longer of what was seen and the time-out', () => {
    const { all } = limitDurations(
      rows,
      [
        row(0, 'ok', sketchOf(20, 30)),
        row(0, 'connect', sketchOf(0, 0)),
        row(0, 'http_error', sketchOf(5, TIMEOUT_MS * 3)),
        row(0, 'timeout', sketchOf(TIMEOUT_MS)),
      ],
      nothing,
    );
    expect(all.count).toBe(7);
    const sorted = [0, 1, 2, 3, 4, 5, 6].map((rank) => quantileOf(all, rank / 6));
    expect(sorted.slice(0, 2).every((value) => value !== null && value < 31)).toBe(true);
    for (const value of sorted.slice(2, 6)) {
      // Never at the time-out itself: a limit of that length would be met.
      expect(value).toBeGreaterThan(TIMEOUT_MS);
      expect(value).toBeLessThan(1.02 * TIMEOUT_MS);
    }
    expect(Math.abs((sorted[6] ?? 0) / (3 * TIMEOUT_MS) - 1)).toBeLessThan(0.006);
  });

  it('take an arrival that starved as the time-out, once for each of its requests', () => {
    const [first] = rows.windows;
    if (first === undefined) throw new Error('no window');
    const starved = { ...first, iterations: { ...first.iterations, starved: 3 } };
    const { normal } = limitDurations(rows, [], { ...nothing, normal: tally([starved], 4) });
    expect(normal).toMatchObject({ count: 12, min: expect.closeTo(1.012 * TIMEOUT_MS, 0) });
  });
});

describe('judged slices', () => {
  it('leave out a slice with a step of the clock, and those that are mostly not judged', () => {
    const windows = rows.windows.map((window) => ({ ...window, clock: { ...window.clock } }));
    const stepped = windows.find(({ startMs }) => startMs === START_MS + 12 * MINUTE_MS);
    if (stepped === undefined) throw new Error('no window');
    stepped.clock.stepMs = -3000;
    const sketches = [0, 5, 10, 15].map((minute) => row(minute, 'ok', sketchOf(20)));
    const kept = judgedSketches({ ...rows, windows, sketches }, [
      { fromMs: START_MS + 4 * MINUTE_MS, untilMs: START_MS + 60 * MINUTE_MS },
    ]);
    expect(kept.map(({ atMs }) => (atMs - START_MS) / MINUTE_MS)).toEqual([5, 15]);
  });

  it('are the same whether the store keeps minutes or has packed them', () => {
    const minutes = [0, 1, 2, 3, 4].map((minute) => row(minute, 'ok', sketchOf(10 + minute), MINUTE_MS));
    const packed = [row(0, 'ok', sketchOf(10, 11, 12, 13, 14))];
    const slices = (sketches: SketchRow[]): SketchRow[] => judgedSketches({ ...rows, sketches }, judged);
    expect(slices(minutes)).toEqual(slices(packed));
  });
});
