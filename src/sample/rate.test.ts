import { describe, expect, it } from 'vitest';
import { CounterOwner, CounterRate, CounterShare } from './rate.ts';

describe('a counter', () => {
  it('has no rate for the first reading, over a gap, and when it went back', () => {
    const rate = new CounterRate();
    expect(rate.next(100, 0)).toBeNull();
    expect(rate.next(160, 10_000)).toBe(6);
    expect(rate.next(160, 20_000)).toBe(0);
    expect(rate.next(null, 30_000)).toBeNull();
    expect(rate.next(500, 40_000)).toBeNull();
    expect(rate.next(3, 50_000)).toBeNull();
    expect(rate.next(13, 60_000)).toBe(1);
  });

  it('has no share of nothing', () => {
    const share = new CounterShare();
    expect(share.next(5, 10)).toBeNull();
    expect(share.next(5, 10)).toBeNull();
    expect(share.next(6, 14)).toBe(25);
    expect(share.next(1, 15)).toBeNull();
  });

  it('begins anew with another owner, even when it has counted further', () => {
    const owner = new CounterOwner();
    const rate = owner.add(new CounterRate());
    owner.is('first');
    rate.next(1, 0);
    owner.is('first');
    expect(rate.next(2, 1000)).toBe(1);
    owner.is('second');
    expect(rate.next(50, 2000)).toBeNull();
  });
});
