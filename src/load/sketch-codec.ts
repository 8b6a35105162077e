/** Sketches as they travel in spool records (docs/formats.md, "Sketch encoding"). */
import type { Sketch } from '../model/sketch.ts';

const VERSION = 1;
/** ln(1.8e308) / ln γ is below 71 000, in both directions: a bucket outside cannot come from a number. */
const LARGEST_INDEX = 100_000;

/** Encodes to base64. Counts must be non-negative integers. */
export function encodeSketch(sketch: Sketch): string {
  const bytes: number[] = [VERSION];
  pushVarint(bytes, sketch.zeros);
  pushVarint(bytes, sketch.negatives);
  for (const value of [sketch.sum, sketch.min ?? Number.NaN, sketch.max ?? Number.NaN]) pushDouble(bytes, value);

  const filled = sketch.bins
    .map((count, at) => ({ index: sketch.firstIndex + at, count }))
    .filter(({ count }) => count > 0);
  pushVarint(bytes, filled.length);
  let before: number | null = null;
  for (const { index, count } of filled) {
    pushVarint(bytes, before === null ? zigzag(index) : index - before);
    pushVarint(bytes, count);
    before = index;
  }
  return Buffer.from(bytes).toString('base64');
}

/** Decodes from base64; throws an Error that says what makes no sense. */
export function decodeSketch(encoded: string): Sketch {
  const reader = new Reader(Buffer.from(encoded, 'base64'));
  const version = reader.byte();
  if (version !== VERSION) throw new Error(`sketch version ${version}`);
  const zeros = reader.varint();
  const negatives = reader.varint();
  const sum = reader.double();
  const min = reader.double();
  const max = reader.double();

  const binCount = reader.varint();
  const bins: number[] = [];
  let firstIndex = 0;
  let count = zeros + negatives;
  let index = 0;
  for (let at = 0; at < binCount; at++) {
    if (at === 0) {
      index = unzigzag(reader.varint());
      firstIndex = index;
    } else {
      const step = reader.varint();
      if (step === 0) throw new Error('sketch bins are not in ascending order');
      index += step;
    }
    if (Math.abs(index) > LARGEST_INDEX) throw new Error(`sketch bin ${index} is out of range`);
    const weight = reader.varint();
    if (weight === 0) throw new Error(`sketch bin ${index} is empty`);
    while (bins.length < index - firstIndex) bins.push(0);
    bins.push(weight);
    count += weight;
  }
  if (!reader.atEnd) throw new Error('sketch has bytes after its end');
  if (!Number.isSafeInteger(count)) throw new Error('sketch counts overflow');
  if (count === 0) return { count, zeros, negatives, sum: 0, min: null, max: null, firstIndex, bins };
  if (!Number.isFinite(sum) || !Number.isFinite(min) || !Number.isFinite(max) || min > max)
    throw new Error(`sketch of ${count} values from ${min} to ${max} with sum ${sum}`);
  return { count, zeros, negatives, sum, min, max, firstIndex, bins };
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Error('sketch is cut short');
    return byte;
  }

  /** Unsigned LEB128, up to 2^53 - 1; arithmetic instead of shifts, which stop at 32 bits. */
  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (!Number.isSafeInteger(value)) throw new Error('sketch holds a number above 2^53');
      if (byte < 0x80) return value;
    }
  }

  double(): number {
    if (this.#at + 8 > this.#bytes.length) throw new Error('sketch is cut short');
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }
}

function pushVarint(bytes: number[], value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a count: ${value}`);
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

function pushDouble(bytes: number[], value: number): void {
  const eight = Buffer.alloc(8);
  eight.writeDoubleLE(value);
  bytes.push(...eight);
}

/** 0, -1, 1, -2, … become 0, 1, 2, 3, …: small numbers of either sign stay short. */
const zigzag = (value: number): number => (value >= 0 ? value * 2 : -value * 2 - 1);
const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);
