import { describe, expect, it } from 'vitest';
import { formatCount, formatValue } from './quantity.ts';

describe('a count', () => {
  it('has spaces between the thousands of its whole part, and none behind the point', () => {
    expect([0, 999, 1000, -15_799, 1_234_567].map(formatCount)).toEqual(['0', '999', '1 000', '-15 799', '1 234 567']);
    expect(formatCount(0.00546)).toBe('0.00546');
    expect(formatValue(-0.000123456, 'count')).toBe('-0.000123');
  });
});
