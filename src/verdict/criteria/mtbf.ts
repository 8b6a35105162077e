import { mtbfLowerBound, mtbfUpperBound } from '../../detect/intervals.ts';
import { countedOutages, tooLittleSeen, uptimeMs } from '../evidence.ts';
import { counted, formatValue } from '../quantity.ts';
import { type CriterionJudge, lacking, meets } from './criterion.ts';

const HOUR_MS = 3_600_000;
/**
 * Without a failure the uptime must reach this share of the target: a run of the target's own length may lose a tenth
 * to warm-up, exclusions and gaps, the same tenth that may be excluded at all.
 */
export const ENOUGH_SHARE = 0.9;

/**
 * Uptime / outages, in hours of profile time (reliability plan §3.1), with its one-sided 95 % lower bound
 * (docs/formulas.md#mtbf). A failure-free run shows no more than its own length; a run shorter than the target
 * fails only when even the upper bound misses it.
 */
export const mtbf: CriterionJudge = (spec, evidence) => {
  const { plan, run } = evidence.rows;
  const uptimeHours = (uptimeMs(evidence) * plan.compression) / HOUR_MS;
  const failures = countedOutages(evidence).length;
  const text = `${formatValue(uptimeHours, 'hours')} up, ${counted(failures, 'outage')}`;
  const plannedHours = ((plan.endMs - plan.startMs) * plan.compression) / HOUR_MS;
  if (uptimeHours <= 0) return lacking(spec, text, 'nothing was judged', false);
  const tooLittle = tooLittleSeen(evidence);
  if (tooLittle !== null) return lacking(spec, text, tooLittle, false);
  const interval = { low: mtbfLowerBound(uptimeHours, failures), high: mtbfUpperBound(uptimeHours, failures) };
  const actual = failures === 0 ? null : uptimeHours / failures;
  const bound = `with 95 % confidence at least ${formatValue(interval.low, 'hours')}`;
  const finding = { actual, interval, evidence: text, worst: null };
  if (failures === 0) {
    if (uptimeHours >= ENOUGH_SHARE * spec.target)
      return { ...finding, status: 'pass', why: `no outage in ${formatValue(uptimeHours, 'hours')}; ${bound}` };
    const short = plannedHours < spec.target;
    const why = `no outage, but ${formatValue(uptimeHours, 'hours')} cannot show ${spec.text}`;
    return { ...finding, ...lacking(spec, text, why, short), interval };
  }
  const said = `${formatValue(actual, 'hours')} between outages against ${spec.text}; ${bound}`;
  if (actual !== null && meets(actual, spec)) return { ...finding, status: 'pass', why: said };
  const certain = uptimeHours >= ENOUGH_SHARE * spec.target || (interval.high !== null && !meets(interval.high, spec));
  return certain
    ? { ...finding, status: 'fail', why: said }
    : {
        ...finding,
        status: 'inconclusive',
        why: `${said}: ${run.rehearsal ? 'a rehearsal' : 'a run'} this short may have been unlucky`,
      };
};
