import { quantileRanks } from '../../detect/intervals.ts';
import type { LoadLevel } from '../../model/plan.ts';
import { quantileOf } from '../../model/sketch.ts';
import { formatCount } from '../quantity.ts';
import { type CriterionJudge, decideByInterval, lacking, noSuchLoad } from './criterion.ts';

/** Requests that a quantile needs: ten beyond it, at least twenty. */
export const REQUESTS_FOR: Record<number, number> = { 0.5: 20, 0.95: 200, 0.99: 1000 };

/**
 * A quantile of the total duration against a limit, all outcomes: a failure counts as the longer of what was seen and
 * the time-out (docs/formulas.md#response_time). The interval comes from order statistics.
 */
export const responseTime =
  (quantile: number, level: LoadLevel | 'all'): CriterionJudge =>
  (spec, { durations, planned }) => {
    const sketch = durations[level];
    const needed = REQUESTS_FOR[quantile] ?? 1000;
    const text = `${formatCount(sketch.count)} requests`;
    if (level !== 'all' && planned[level].lengthMs === 0) return noSuchLoad(level, text);
    if (sketch.count < needed) {
      const levels = level === 'all' ? Object.values(planned) : [planned[level]];
      const plannedRequests = levels.reduce((sum, { requests }) => sum + requests, 0);
      const why = `${formatCount(sketch.count)} requests are too few for a P${100 * quantile}: it needs ${formatCount(needed)}`;
      return lacking(spec, text, why, plannedRequests < needed);
    }
    const actual = quantileOf(sketch, quantile) ?? 0;
    const ranks = quantileRanks(quantile, sketch.count);
    const at = (rank: number | null): number | null => (rank === null ? null : quantileOf(sketch, Math.min(1, rank)));
    const interval = { low: at(ranks.low), high: at(ranks.high) };
    return { actual, interval, evidence: text, ...decideByInterval(spec, actual, interval), worst: null };
  };
