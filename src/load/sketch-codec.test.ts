import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addToSketch, emptySketch, quantileOf, type Sketch } from '../model/sketch.ts';
import { decodeSketch, encodeSketch } from './sketch-codec.ts';

const sketchOf = (values: number[]): Sketch => {
  const sketch = emptySketch();
  for (const value of values) addToSketch(sketch, value);
  return sketch;
};

const duration = fc.oneof(
  fc.double({ min: 1e-5, max: 1e7, noNaN: true }),
  fc.double({ min: -1e3, max: 0, noNaN: true }),
  fc.constant(0),
);

describe('sketch encoding', () => {
  it('gives back every sketch that it encoded', () => {
    fc.assert(
      fc.property(fc.array(duration, { maxLength: 200 }), (values) => {
        const sketch = sketchOf(values);
        expect(decodeSketch(encodeSketch(sketch))).toEqual(sketch);
      }),
    );
  });

  it('keeps counts above 2^32', () => {
    const sketch = emptySketch();
    addToSketch(sketch, 20, 2 ** 40);
    expect(decodeSketch(encodeSketch(sketch)).count).toBe(2 ** 40);
  });

  it('reads the example of the format page byte by byte', () => {
    // version 1, no zeros, no negatives, sum 30, min 10, max 20, bins 230 and 299 with one value each
    const bytes = Buffer.concat([
      Buffer.from([1, 0, 0]),
      ...[30, 10, 20].map((value) => {
        const eight = Buffer.alloc(8);
        eight.writeDoubleLE(value);
        return eight;
      }),
      Buffer.from([2, 0xcc, 0x03, 1, 69, 1]),
    ]);
    const sketch = decodeSketch(bytes.toString('base64'));
    expect(sketch).toEqual(sketchOf([10, 20]));
    expect(quantileOf(sketch, 0)).toBeCloseTo(10, 0);
  });

  it('refuses bytes that are cut short, whatever the place', () => {
    const whole = Buffer.from(encodeSketch(sketchOf([1, 2, 3, 500])), 'base64');
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeSketch(whole.subarray(0, length).toString('base64'))).toThrow(/cut short/);
    }
  });

  it('refuses another version, bytes after the end, and bins that no number has', () => {
    const whole = Buffer.from(encodeSketch(sketchOf([5])), 'base64');
    expect(() => decodeSketch(Buffer.concat([Buffer.from([2]), whole.subarray(1)]).toString('base64'))).toThrow(
      'sketch version 2',
    );
    expect(() => decodeSketch(Buffer.concat([whole, Buffer.from([0])]).toString('base64'))).toThrow('after its end');
    const header = whole.subarray(0, 27);
    const farBin = Buffer.concat([header, Buffer.from([1, 0xff, 0xff, 0xff, 0x7f, 1])]);
    expect(() => decodeSketch(farBin.toString('base64'))).toThrow('out of range');
    const sameBinTwice = Buffer.concat([header, Buffer.from([2, 4, 1, 0, 1])]);
    expect(() => decodeSketch(sameBinTwice.toString('base64'))).toThrow('ascending');
  });

  it('never hangs or returns nonsense on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        let sketch: Sketch;
        try {
          sketch = decodeSketch(Buffer.from(bytes).toString('base64'));
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Error);
          return;
        }
        const inBins = sketch.bins.reduce((sum, weight) => sum + weight, 0);
        expect(sketch.count).toBe(sketch.zeros + sketch.negatives + inBins);
      }),
    );
  });
});
