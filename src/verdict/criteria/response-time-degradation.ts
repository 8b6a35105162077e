import { type Drift, requestsForQuantile } from '../../detect/drift.ts';
import { MIN_BINS } from '../../detect/growth.ts';
import type { CriterionSpec } from '../../model/profile.ts';
import { requestsBetween } from '../../plan/rate.ts';
import { formatCount, formatInterval, formatValue } from '../quantity.ts';
import { type CriterionJudge, lacking, meets } from './criterion.ts';

/** A trend this improbable by chance is a degradation. Stricter than the interval, because the whole run hangs on it. */
const ALPHA = 0.01;

/**
 * Change of the P95 of `ok` requests from start to end of what is judged, percent, the load taken out. The few thousand
 * requests of a rehearsal cannot bound a P95 this closely: there, and only there, the median may speak for it when the
 * P95 itself shows nothing (docs/formulas.md#response_time_degradation).
 */
export const responseTimeDegradation: CriterionJudge = (spec, { drift: { p95, p50 }, rows }) => {
  const { plan, run } = rows;
  const evidence = evidenceOf(p95);
  const verdict = decide(p95, 'P95', spec);
  if (verdict.status === 'inconclusive' && run.rehearsal && p95.finding !== 'degrading') {
    const typical = decide(p50, 'median', spec);
    if (typical.status !== 'inconclusive') {
      const why = `${typical.why}; a rehearsal has too few requests for the P95`;
      return { ...seen(p50), evidence: evidenceOf(p50), status: typical.status, why, worst: null };
    }
  }
  if (p95.totalPercent === null) {
    const needed = MIN_BINS * requestsForQuantile(0.95);
    return lacking(spec, evidence, verdict.why, requestsBetween(plan, plan.startMs, plan.endMs) < needed);
  }
  return { ...seen(p95), evidence, ...verdict, worst: null };
};

const evidenceOf = ({ requests, bins }: Drift): string => `${formatCount(requests)} requests in ${bins} bins`;

const seen = ({ totalPercent, interval }: Drift): Pick<Drift, 'interval'> & { actual: number | null } => ({
  actual: totalPercent,
  interval,
});

function decide(
  drift: Drift,
  name: string,
  spec: CriterionSpec,
): { status: 'pass' | 'fail' | 'inconclusive'; why: string } {
  const { totalPercent: actual, interval, pValue, smallestDetectablePercent, finding, wentAway } = drift;
  if (actual === null || interval === null) {
    return {
      status: 'inconclusive',
      why: `${drift.bins} bins are too few to tell drift of the ${name} from noise, ${MIN_BINS} are needed`,
    };
  }
  const said = `the ${name} changed by ${formatValue(actual, 'percent')} from start to end (limit ${spec.text})`;
  if (finding === 'degrading' && (pValue ?? 1) <= ALPHA && !meets(actual, spec)) return { status: 'fail', why: said };
  const bounded = interval.high !== null && meets(interval.high, spec);
  const wouldBeSeen = smallestDetectablePercent !== null && meets(smallestDetectablePercent, spec);
  if (meets(actual, spec) && (bounded || wouldBeSeen)) return { status: 'pass', why: said };
  const reason = wentAway
    ? 'but the end is no slower than the start'
    : `but the 95 % interval is ${formatInterval(interval, 'percent')}`;
  return { status: 'inconclusive', why: `${said}, ${reason}` };
}
