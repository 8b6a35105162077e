import { describe, expect, it } from 'vitest';
import { covering, f1 } from '../bench/change-points/scores.ts';

// Values from the doctests of analysis/scripts/metrics.py in github.com/alan-turing-institute/TCPDBench.
describe('scores of change points against the marks of several people', () => {
  it('F1 counts each found change once, and the beginning always', () => {
    expect(f1([[10, 20], [11, 20], [10], [0, 5]], [10, 20])).toBe(1);
    expect(f1([[], [10], [50]], [10])).toBeCloseTo(0.9090909090909091, 12);
    expect(f1([[], [10], [50]], [])).toBeCloseTo(0.8, 12);
  });

  it('covering compares the segments', () => {
    expect(covering([[10, 20], [10], [0, 5]], [10, 20], 45)).toBeCloseTo(0.7962962962962963, 12);
    expect(covering([[], [10], [40]], [10], 45)).toBeCloseTo(0.7954144620811286, 12);
    expect(covering([[], [10], [40]], [], 45)).toBeCloseTo(0.8189300411522634, 12);
  });
});
