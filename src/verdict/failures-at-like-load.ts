import type { Estimated } from '../detect/at-like-load.ts';
import { wilsonInterval } from '../detect/intervals.ts';
import type { RunMeasures } from '../model/baseline.ts';

type AtLoads = RunMeasures['failures'];

/** Shares of failed requests of two runs at the loads that both had, percent, weighed as the later run has them. */
export interface FailuresAtLikeLoad {
  after: Estimated;
  before: Estimated;
  /** Share of the later run's requests at loads that the earlier one had too. */
  coverage: number;
}

/**
 * The earlier run's shares are standardised to the loads of the later one; its interval is Wilson's with as many requests as tell the same
 * (Kish's effective sample size). null when no load is common.
 */
export function failuresAtLikeLoad(after: AtLoads, before: AtLoads): FailuresAtLikeLoad | null {
  const known = new Map(before.filter(({ demand }) => demand > 0).map((one) => [one.load, one]));
  const common = after.flatMap((own) => {
    const other = known.get(own.load);
    return other === undefined || own.demand === 0 ? [] : [{ own, other }];
  });
  const total = after.reduce((sum, { demand }) => sum + demand, 0);
  const demand = common.reduce((sum, { own }) => sum + own.demand, 0);
  if (demand === 0) return null;
  const failed = common.reduce((sum, { own }) => sum + own.failed, 0);
  let share = 0;
  let squares = 0;
  for (const { own, other } of common) {
    const weight = own.demand / demand;
    share += (weight * other.failed) / other.demand;
    squares += weight ** 2 / other.demand;
  }
  return {
    after: percentOf(failed, demand),
    before: percentOf(share / squares, 1 / squares),
    coverage: demand / total,
  };
}

function percentOf(failed: number, demand: number): Estimated {
  const { low, high } = wilsonInterval(Math.min(failed, demand), demand);
  return { value: (100 * failed) / demand, low: 100 * low, high: 100 * high };
}
