import type { CriterionResult, CriterionStatus, Outcome4 } from '../model/verdict.ts';
import type { Evidence } from './evidence.ts';
import { formatDuration, formatValue, significant } from './quantity.ts';
import { MAX_EXCLUDED_SHARE, MAX_NOT_OFFERED_SHARE } from './time-account.ts';

interface Decision {
  outcome: Outcome4;
  headline: string;
  reasons: string[];
}

/** Worst decides: failed, then aborted, then inconclusive, then passed. What was certain to fail stays failed when the run is cut short. */
export function decideOutcome(criteria: readonly CriterionResult[], evidence: Evidence): Decision {
  const { span, rows } = evidence;
  const failed = namedBy(criteria, 'fail');
  const open = namedBy(criteria, 'inconclusive');
  const time = timeReasons(evidence);
  const nothing = criteria.some(({ status }) => status !== 'not_applicable') ? [] : ['no criterion was judged'];
  const cut = span.cutShort === null ? [] : [cutReason(evidence, span.cutShort)];
  const reasons = [...failed, ...cut, ...time, ...open, ...nothing];
  const outcome: Outcome4 =
    failed.length > 0
      ? 'failed'
      : cut.length > 0
        ? 'aborted'
        : time.length + open.length + nothing.length > 0
          ? 'inconclusive'
          : 'passed';
  const said = `${rows.run.rehearsal ? WOULD[outcome] : outcome}${span.live ? ' so far' : ''}`;
  const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : '';
  return { outcome, headline: `${said}: ${reasons[0] ?? passedBecause(criteria, evidence)}${more}`, reasons };
}

const WOULD: Record<Outcome4, string> = {
  passed: 'rehearsed: would pass',
  failed: 'rehearsed: would fail',
  inconclusive: 'rehearsed: would be inconclusive',
  aborted: 'rehearsal aborted',
};

/** A crash comes first, since errors follow from it; then those that the profile asks for: they are what the reader waits for. */
function namedBy(criteria: readonly CriterionResult[], status: CriterionStatus): string[] {
  return criteria
    .filter((criterion) => criterion.status === status)
    .toSorted(
      (a, b) =>
        Number(b.id === 'crashes') - Number(a.id === 'crashes') || Number(b.fromProfile) - Number(a.fromProfile),
    )
    .map(({ name, why, worst }) => (worst !== null && why.startsWith(worst) ? why : `${name}: ${why}`));
}

function cutReason({ rows, span }: Evidence, reason: string): string {
  const left = formatDuration(rows.plan.endMs - span.endMs);
  return `ended ${left} before its time: ${reason}`;
}

function timeReasons({ account }: Evidence): string[] {
  const judgeableMs = account.judgedMs + account.notOfferedMs;
  const reasons: string[] = [];
  if (account.excludedMs > MAX_EXCLUDED_SHARE * account.totalMs) {
    reasons.push(
      `${share(account.excludedMs, account.totalMs)} of the run is excluded, more than ${100 * MAX_EXCLUDED_SHARE} %`,
    );
  }
  if (judgeableMs > 0 && account.notOfferedMs > MAX_NOT_OFFERED_SHARE * judgeableMs) {
    const main = account.notOffered[0]?.reason ?? 'unknown';
    reasons.push(
      `load was not offered in ${share(account.notOfferedMs, judgeableMs)} of the time (${main}), more than ${100 * MAX_NOT_OFFERED_SHARE} %`,
    );
  }
  if (account.judgedMs === 0) reasons.push('no time was judged');
  return reasons;
}

const share = (part: number, whole: number): string => `${significant((100 * part) / whole)} %`;

function passedBecause(criteria: readonly CriterionResult[], { all, account }: Evidence): string {
  const judged = criteria.filter(({ status }) => status === 'pass').length;
  return `all ${judged} criteria met over ${formatDuration(account.judgedMs)} and ${formatValue(all.requests, 'count')} requests`;
}
