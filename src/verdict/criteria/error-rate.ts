import { wilsonInterval } from '../../detect/intervals.ts';
import type { LoadLevel } from '../../model/plan.ts';
import { OUTCOMES } from '../../model/window.ts';
import { requestsForShare } from '../../plan/evidence.ts';
import { formatCount } from '../quantity.ts';
import { type CriterionJudge, decideByInterval, lacking, noSuchLoad } from './criterion.ts';

/**
 * Failures / demand × 100 (reliability plan §3.1, by level of load §3.3), starved arrivals among both, with Wilson's
 * interval (docs/formulas.md#error_rate).
 */
export const errorRate =
  (level: LoadLevel | 'all'): CriterionJudge =>
  (spec, { all, levels, planned }) => {
    const { demand, failed, byOutcome, starvedRequests } = level === 'all' ? all : levels[level];
    const text = `${formatCount(demand)} requests`;
    if (level !== 'all' && planned[level].lengthMs === 0) return noSuchLoad(level, text);
    const needed = requestsForShare(spec.target);
    const neverEnough = level !== 'all' && planned[level].requests < needed;
    if (demand === 0) {
      const where = level === 'all' ? 'in the judged time' : `at ${level} load`;
      return lacking(spec, text, `no request was made ${where}`, neverEnough);
    }
    const share = wilsonInterval(failed, demand);
    const actual = (100 * failed) / demand;
    const interval = { low: 100 * share.low, high: 100 * share.high };
    const decision = decideByInterval(spec, actual, interval);
    if (decision.status === 'inconclusive' && neverEnough && !spec.fromProfile) {
      const why = `${text} at ${level} load are too few: without one failure it takes ${formatCount(needed)}`;
      return lacking(spec, text, why, true);
    }
    const counts = OUTCOMES.filter((outcome) => outcome !== 'ok').map((outcome) => ({
      outcome: outcome as string,
      count: byOutcome[outcome],
    }));
    counts.push({ outcome: 'starved', count: starvedRequests });
    const most = counts.toSorted((a, b) => b.count - a.count)[0];
    return {
      actual,
      interval,
      evidence: text,
      ...decision,
      worst: most === undefined || most.count === 0 ? null : `${most.outcome}: ${formatCount(most.count)}`,
    };
  };
