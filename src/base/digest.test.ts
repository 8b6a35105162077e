import { describe, expect, it } from 'vitest';
import { digestOf } from './digest.ts';

describe('the digest of data', () => {
  it('is the same for equal data in another order', () => {
    expect(digestOf({ a: 1, b: { c: [1, 2], d: 'x' } })).toBe(digestOf({ b: { d: 'x', c: [1, 2] }, a: 1 }));
  });

  it('is another one for other data', () => {
    const all = [{}, { a: 1 }, { a: '1' }, { a: null }, { a: [1, 2] }, { a: [2, 1] }, { b: 1 }, [], 'a', null];
    expect(new Set(all.map(digestOf)).size).toBe(all.length);
  });
});
