import type { Outage } from '../../model/verdict.ts';
import { countedOutages, outageMs } from '../evidence.ts';
import { counted, formatDuration } from '../quantity.ts';
import { type CriterionJudge, lacking, meets } from './criterion.ts';

/** The plan calls a recovery that exceeds two minutes a failure (§2). */
export const RECOVERY_LIMIT_MS = 120_000;

/**
 * Recovered / all errors × 100 (reliability plan §3.1). An error counts as recovered when the target answered well again
 * within two minutes and by itself: so every error outside an outage, and those of outages that ended in time (docs/formulas.md#error_recovery).
 */
export const errorRecovery: CriterionJudge = (spec, evidence) => {
  const { all } = evidence;
  const outages = countedOutages(evidence);
  const text = `${counted(all.failed, 'error')}, ${counted(outages.length, 'outage')}`;
  if (all.demand === 0) return lacking(spec, text, 'no request was made in the judged time', false);
  if (all.failed === 0) {
    return {
      actual: null,
      interval: null,
      evidence: text,
      status: 'not_applicable',
      why: 'nothing failed',
      worst: null,
    };
  }
  const lengthMs = (outage: Outage): number => outageMs(evidence, outage);
  const lost = outages.filter((outage) => lengthMs(outage) > RECOVERY_LIMIT_MS);
  const undecided = outages.filter((outage) => outage.endMs === null && lengthMs(outage) <= RECOVERY_LIMIT_MS);
  const failures = (some: readonly { failures: number }[]): number => some.reduce((sum, one) => sum + one.failures, 0);
  const actual = 100 * (1 - Math.min(1, failures(lost) / Math.max(all.failed, failures(outages))));
  const worst = lost.toSorted((a, b) => lengthMs(b) - lengthMs(a))[0];
  const finding = {
    actual,
    interval: null,
    evidence: text,
    worst: worst === undefined ? null : `outage of ${formatDuration(lengthMs(worst))}: ${worst.cause}`,
  };
  if (!meets(actual, spec))
    return {
      ...finding,
      status: 'fail',
      why: `${counted(lost.length, 'outage')} of ${outages.length} did not end within 2 min`,
    };
  if (undecided.length > 0) return { ...finding, status: 'inconclusive', why: 'the last outage is not over' };
  return { ...finding, status: 'pass', why: 'the target answered well again after every error' };
};
