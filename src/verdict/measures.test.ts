import { describe, expect, it } from 'vitest';
import { addToSketch, emptySketch, SKETCH_ALPHA } from '../model/sketch.ts';
import { type DurationSliceAtLoad, durationsAtLoad } from './measures.ts';

describe('durations at a load', () => {
  it('are known as closely as the sketch that they were counted in, and no closer', () => {
    const slices = Array.from({ length: 20 }, (): DurationSliceAtLoad => {
      const durationsMs = emptySketch();
      addToSketch(durationsMs, 100, 5_000);
      return { load: 20, level: 'normal', durationsMs };
    });
    expect(durationsAtLoad(slices, 'p95')).toMatchObject({ variance: expect.closeTo(0, 9), resolution: SKETCH_ALPHA });
  });
});
