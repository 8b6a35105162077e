import { wilsonInterval } from '../../detect/intervals.ts';
import { OUTCOMES } from '../../model/window.ts';
import { formatCount } from '../quantity.ts';
import { type CriterionJudge, decideByInterval, lacking } from './criterion.ts';

/** Failures / demand × 100 (reliability plan §3.1), starved arrivals among both, with Wilson's interval (docs/formulas.md#error_rate). */
export const errorRate: CriterionJudge = (spec, { all }) => {
  const text = `${formatCount(all.demand)} requests`;
  if (all.demand === 0) return lacking(spec, text, 'no request was made in the judged time', false);
  const share = wilsonInterval(all.failed, all.demand);
  const actual = (100 * all.failed) / all.demand;
  const interval = { low: 100 * share.low, high: 100 * share.high };
  const counts = OUTCOMES.filter((outcome) => outcome !== 'ok').map((outcome) => ({
    outcome: outcome as string,
    count: all.byOutcome[outcome],
  }));
  counts.push({ outcome: 'starved', count: all.starvedRequests });
  const most = counts.toSorted((a, b) => b.count - a.count)[0];
  return {
    actual,
    interval,
    evidence: text,
    ...decideByInterval(spec, actual, interval),
    worst: most === undefined || most.count === 0 ? null : `${most.outcome}: ${formatCount(most.count)}`,
  };
};
