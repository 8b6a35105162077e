import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeSketch, encodeSketch } from '../src/load/sketch-codec.ts';
import { addToSketch, emptySketch, mergeSketch, quantileOf, SKETCH_ALPHA } from '../src/model/sketch.ts';

/** Written and kept current by a Go test of the k6 extension, with exact quantiles of the values. */
const golden = z
  .array(
    z.object({
      name: z.string(),
      values: z.array(z.number()),
      encoded: z.string(),
      quantiles: z.record(z.string(), z.number()),
    }),
  )
  .min(5)
  .parse(JSON.parse(readFileSync('tests/fixtures/sketches-from-go.json', 'utf8')));

const sketchOf = (values: number[]) => {
  const sketch = emptySketch();
  for (const value of values) addToSketch(sketch, value);
  return sketch;
};

describe.each(golden)('the sketch "$name" from Go', ({ values, encoded, quantiles }) => {
  it('has every value and the same buckets as one made here', () => {
    const decoded = decodeSketch(encoded);
    const made = sketchOf(values);
    expect(decoded).toEqual({ ...made, sum: expect.closeTo(made.sum, 6) });
    expect(decodeSketch(encodeSketch(decoded))).toEqual(decoded);
  });

  it('gives every quantile within half a percent of the exact one', () => {
    const decoded = decodeSketch(encoded);
    for (const [quantile, exact] of Object.entries(quantiles)) {
      const value = quantileOf(decoded, Number(quantile)) ?? Number.NaN;
      const tolerance = SKETCH_ALPHA * Math.abs(exact) * (1 + 1e-9);
      expect(Math.abs(value - exact), `quantile ${quantile}: ${value} for ${exact}`).toBeLessThanOrEqual(tolerance);
    }
  });

  it('merges with one made here as if all values had gone into one', () => {
    const others = [0.5, 7, 7, 12_000];
    const merged = decodeSketch(encoded);
    mergeSketch(merged, sketchOf(others));
    const together = sketchOf([...values, ...others]);
    for (const quantile of [0, 0.25, 0.5, 0.9, 0.99, 1]) {
      expect(quantileOf(merged, quantile)).toBe(quantileOf(together, quantile));
    }
    expect(merged.count).toBe(values.length + others.length);
  });
});
