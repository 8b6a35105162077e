import { MIN_REQUESTS_FOR_P95 } from '../../detect/drift.ts';
import { MIN_BINS } from '../../detect/growth.ts';
import { requestsBetween } from '../../plan/rate.ts';
import { formatCount, formatInterval, formatValue } from '../quantity.ts';
import { type CriterionJudge, lacking, meets } from './criterion.ts';

/** A trend this improbable by chance is a degradation. Stricter than the interval, because the whole run hangs on it. */
const ALPHA = 0.01;

/** Change of the P95 of `ok` requests from start to end of what is judged, percent, the load taken out (docs/formulas.md#response_time_degradation). */
export const responseTimeDegradation: CriterionJudge = (spec, { drift, rows }) => {
  const { plan } = rows;
  const evidence = `${formatCount(drift.requests)} requests in ${drift.bins} bins`;
  if (drift.totalPercent === null || drift.interval === null) {
    const needed = MIN_BINS * MIN_REQUESTS_FOR_P95;
    const why = `${drift.bins} bins of ${MIN_REQUESTS_FOR_P95} requests are too few to tell drift from noise, ${MIN_BINS} are needed`;
    return lacking(spec, evidence, why, requestsBetween(plan, plan.startMs, plan.endMs) < needed);
  }
  const { totalPercent: actual, interval } = drift;
  const seen = { actual, interval, evidence, worst: null };
  const said = `the P95 changed by ${formatValue(actual, 'percent')} from start to end (limit ${spec.text})`;
  const significant = drift.finding === 'degrading' && (drift.pValue ?? 1) <= ALPHA;
  if (significant && !meets(actual, spec)) return { ...seen, status: 'fail', why: said };
  const bounded = interval.high !== null && meets(interval.high, spec);
  const wouldBeSeen = drift.smallestDetectablePercent !== null && meets(drift.smallestDetectablePercent, spec);
  if (meets(actual, spec) && (bounded || wouldBeSeen)) return { ...seen, status: 'pass', why: said };
  const reason = drift.wentAway
    ? 'but the end is no slower than the start'
    : `but the 95 % interval is ${formatInterval(interval, 'percent')}`;
  return { ...seen, status: 'inconclusive', why: `${said}, ${reason}` };
};
