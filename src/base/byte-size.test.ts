import { describe, expect, it } from 'vitest';
import { parseAmount } from './byte-size.ts';

describe('an amount', () => {
  it.each([
    ['250', 250],
    ['2.5e6', 2_500_000],
    ['512MiB', 536_870_912],
    ['2 GB', 2_000_000_000],
    ['1.5kb', 1500],
  ])('%s is %d', (text, value) => {
    expect(parseAmount(text)).toEqual({ ok: true, value });
  });

  it.each(['', 'much', '-5', '12 apples', '1,000', '1e999'])('%j is none', (text) => {
    expect(parseAmount(text)).toMatchObject({ ok: false });
  });
});
