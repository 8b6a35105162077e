import { describe, expect, it } from 'vitest';
import {
  exponentialMeanInterval,
  mtbfLowerBound,
  mtbfUpperBound,
  poissonInterval,
  quantileRanks,
  wilsonInterval,
} from './intervals.ts';

describe('intervals', () => {
  it("bound a share as in Wilson's paper, without leaving 0 to 1", () => {
    expect(wilsonInterval(10, 100).low).toBeCloseTo(0.0552, 4);
    expect(wilsonInterval(10, 100).high).toBeCloseTo(0.1744, 4);
    expect(wilsonInterval(0, 300)).toEqual({ low: 0, high: expect.closeTo(0.01264, 4) });
    expect(wilsonInterval(5, 5)).toEqual({ low: expect.closeTo(0.5655, 4), high: 1 });
  });

  it('bound a Poisson count as in the tables', () => {
    expect(poissonInterval(0)).toEqual({ low: 0, high: expect.closeTo(3.6889, 4) });
    expect(poissonInterval(5)).toEqual({ low: expect.closeTo(1.6235, 4), high: expect.closeTo(11.6683, 4) });
  });

  it('say what a time without failure is worth: three times as long as the bound', () => {
    expect(mtbfLowerBound(72, 0)).toBeCloseTo(72 / -Math.log(0.05), 6);
    expect(mtbfUpperBound(72, 0)).toBeNull();
    expect(mtbfLowerBound(72, 3)).toBeCloseTo(144 / 15.5073, 3);
  });

  it('leave a side of a quantile open that the sample cannot bound', () => {
    expect(quantileRanks(0.95, 20).high).toBeNull();
    expect(quantileRanks(0.5, 1000)).toEqual({ low: 0.469, high: 0.531 });
  });

  it('need two durations for the interval of their mean', () => {
    expect(exponentialMeanInterval(10, 1)).toBeNull();
    expect(exponentialMeanInterval(40, 4)?.low).toBeLessThan(10);
    expect(exponentialMeanInterval(40, 4)?.high).toBeGreaterThan(10);
  });
});
