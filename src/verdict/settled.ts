import { isoTime } from '../base/iso-time.ts';
import type { CriterionResult, TrendState, Verdict } from '../model/verdict.ts';
import { idleStretches, levelAt } from '../plan/rate.ts';
import { meets } from './criteria/criterion.ts';
import { type Evidence, uptimeMs } from './evidence.ts';
import { fastLeakOf } from './fast-leak.ts';

type Judged = Pick<Verdict, 'criteria' | 'growth' | 'drift'>;

/**
 * Why a live run may end now, as a clause; null while something may still change or be learned. Either a leak is called whose limit
 * is reached, by its whole 95 % interval, before the plan ends: what comes then is a target without memory. Or the run has failed
 * for good, every other criterion has its answer, and the plan holds no kind of load that was not seen.
 */
export function settledBecause(judged: Judged, evidence: Evidence): string | null {
  // A rehearsal tries out the whole of the plan.
  if (!evidence.span.live || evidence.rows.run.rehearsal) return null;
  return exhausted(judged, evidence) ?? nothingLeft(judged, evidence);
}

function exhausted({ criteria, growth }: Judged, { rows: { plan } }: Evidence): string | null {
  if (!criteria.some(({ id, status }) => id === 'memory_leak' && status === 'fail')) return null;
  const leak = growth.find(({ state, exhaustion }) => {
    const latestMs = exhaustion?.highMs ?? null;
    return state === 'leak' && latestMs !== null && latestMs <= plan.endMs;
  });
  if (leak?.exhaustion === undefined || leak.exhaustion === null) return null;
  const { lowMs, highMs } = leak.exhaustion;
  const [from, until] = [lowMs, highMs ?? lowMs].map(toTheMinute);
  return `${leak.series} leaks and reaches its limit before the plan ends, between ${from} and ${until} (95 %)`;
}

/** What is still to be learned of a series. */
const OPEN: readonly TrendState[] = ['insufficient', 'growing', 'suspect'];

function nothingLeft({ criteria, growth, drift }: Judged, evidence: Evidence): string | null {
  const certain = criteria.filter((criterion) => hasFailedForGood(criterion, evidence));
  if (certain.length === 0 || criteria.some(({ status }) => status === 'inconclusive')) return null;
  if ([...growth, ...drift].some(({ state }) => OPEN.includes(state))) return null;
  if (newLoadAhead(evidence) || editsAhead(evidence)) return null;
  const names = certain.map(({ name }) => name).join(', ');
  return `the outcome is certain (${names}: ${certain[0]?.why}) and every other criterion has its answer`;
}

const toTheMinute = (atMs: number): string => `${isoTime(atMs).slice(0, 16)}Z`;

/** Has it failed so that nothing that may still come can mend it? */
function hasFailedForGood({ id, status, comparison, target }: CriterionResult, evidence: Evidence): boolean {
  if (status !== 'fail') return false;
  // Counts do not fall.
  if (id === 'crashes') return true;
  if (id === 'memory_leak') return fastLeakOf(evidence) !== null;
  if (id !== 'availability' || target === null) return false;
  const { span, rows } = evidence;
  const idleMs = idleStretches(rows.plan).reduce(
    (sum, { fromMs, untilMs }) => sum + Math.max(0, untilMs - Math.max(fromMs, span.endMs)),
    0,
  );
  const leftMs = Math.max(0, rows.plan.endMs - span.endMs - idleMs);
  const watchedMs = evidence.watched.reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0) + leftMs;
  const best = (100 * (uptimeMs(evidence) + leftMs)) / watchedMs;
  return !meets(best, { comparison, target });
}

const STEP_MS = 60_000;

/** Does the rest of the plan hold a level of load that the run has not seen? */
function newLoadAhead({ span, rows, levels }: Evidence): boolean {
  const stepMs = STEP_MS / rows.plan.compression;
  const ahead = new Set<string>();
  for (let atMs = span.endMs; atMs < rows.plan.endMs; atMs += stepMs)
    ahead.add(levelAt(rows.plan, rows.run.profile, atMs));
  return (['normal', 'peak', 'stress'] as const).some((level) => ahead.has(level) && levels[level].windows === 0);
}

/** An operator has planned something for later. */
const editsAhead = ({ span, rows }: Evidence): boolean =>
  rows.actions.some(({ edit }) => {
    if (edit === null || edit.kind === 'extend') return false;
    return edit.atMs > span.endMs || (edit.kind === 'rate' && (edit.untilMs ?? 0) > span.endMs);
  });
