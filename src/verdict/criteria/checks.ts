import { wilsonInterval } from '../../detect/intervals.ts';
import { formatCount } from '../quantity.ts';
import { type CriterionJudge, decideByInterval, lacking } from './criterion.ts';

/**
 * Checks passed / checks made × 100: whether answers said what they should (reliability plan §2, response consistency), with
 * Wilson's interval (docs/formulas.md#check_rate). Checks are made on answers; requests without one are in the error rate.
 */
export const checks: CriterionJudge = (spec, { all }) => {
  const { passes, fails, byName } = all.checks;
  const made = passes + fails;
  const text = `${formatCount(made)} checks`;
  if (made === 0) return lacking(spec, text, 'no check was made in the judged time', false);
  const share = wilsonInterval(passes, made);
  const interval = { low: 100 * share.low, high: 100 * share.high };
  const actual = (100 * passes) / made;
  const [worst] = [...byName].toSorted(([, a], [, b]) => b - a);
  return {
    actual,
    interval,
    evidence: text,
    ...decideByInterval(spec, actual, interval),
    worst: worst === undefined ? null : `"${worst[0]}" failed ${formatCount(worst[1])} times`,
  };
};
