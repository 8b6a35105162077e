import { exponentialMeanInterval } from '../../detect/intervals.ts';
import type { Outage } from '../../model/verdict.ts';
import { countedOutages, outageMs } from '../evidence.ts';
import { counted, formatDuration, formatValue } from '../quantity.ts';
import { type CriterionJudge, lacking, meets } from './criterion.ts';

/** Mean real downtime of an outage, seconds (reliability plan §3.1); real also in a rehearsal (docs/formulas.md#mttr). */
export const mttr: CriterionJudge = (spec, evidence) => {
  const outages = countedOutages(evidence);
  if (evidence.all.demand === 0) return lacking(spec, 'no load', 'too little load was offered to see an outage', false);
  const text = `${counted(outages.length, 'outage')}`;
  if (outages.length === 0) {
    return { actual: null, interval: null, evidence: text, status: 'not_applicable', why: 'no outage', worst: null };
  }
  const lengthMs = (outage: Outage): number => outageMs(evidence, outage);
  const sumMs = outages.reduce((sum, outage) => sum + lengthMs(outage), 0);
  const actual = sumMs / outages.length / 1000;
  const open = outages.some(({ endMs }) => endMs === null);
  const longest = outages.toSorted((a, b) => lengthMs(b) - lengthMs(a))[0];
  const finding = {
    actual,
    interval: open ? { low: actual, high: null } : exponentialMeanInterval(sumMs / 1000, outages.length),
    evidence: text,
    worst: longest === undefined ? null : `outage of ${formatDuration(lengthMs(longest))}: ${longest.cause}`,
  };
  const said = `${formatValue(actual, spec.unit)} on average against ${spec.text}`;
  if (!meets(actual, spec)) return { ...finding, status: 'fail', why: open ? `${said}, and not over yet` : said };
  if (open) return { ...finding, status: 'inconclusive', why: `${said}, but the last outage is not over` };
  return { ...finding, status: 'pass', why: said };
};
