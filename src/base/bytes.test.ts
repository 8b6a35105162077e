import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from './bytes.ts';

describe('numbers as bytes', () => {
  it('come back exactly: integers, fractions, signs of zero, null', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double(), fc.maxSafeInteger(), fc.constant(null), fc.constant(-0))),
        (values) => {
          const writer = new ByteWriter(1);
          for (const value of values) writer.number(value);
          const reader = new ByteReader(writer.bytes());
          for (const value of values) expect(reader.number()).toBe(value);
        },
      ),
    );
  });

  it('come back among texts and signed integers', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer(), fc.nat(), (text, signed, unsigned) => {
        const writer = new ByteWriter(1);
        writer.text(text);
        writer.zigzag(signed);
        writer.varint(unsigned);
        const reader = new ByteReader(Buffer.from(writer.bytes()));
        expect([reader.text(), reader.zigzag(), reader.varint()]).toEqual([text, signed, unsigned]);
      }),
    );
  });

  it('take one byte for a small count', () => {
    const writer = new ByteWriter();
    writer.number(63);
    expect(writer.bytes()).toHaveLength(1);
  });

  it('cannot be read past their end', () => {
    expect(() => new ByteReader(Buffer.from([128])).varint()).toThrow(RangeError);
    expect(() => new ByteReader(Buffer.from([1, 0])).number()).toThrow(RangeError);
  });
});
