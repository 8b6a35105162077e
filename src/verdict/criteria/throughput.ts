import { contains } from '../../base/stretches.ts';
import { wilsonInterval } from '../../detect/intervals.ts';
import type { LoadLevel } from '../../model/plan.ts';
import type { WindowRow } from '../../store/store.ts';
import type { Evidence } from '../evidence.ts';
import { formatCount } from '../quantity.ts';
import { requestsBehindEdges, type Tally } from '../tally.ts';
import { type CriterionJudge, decideByInterval, lacking, meets, noSuchLoad } from './criterion.ts';

/**
 * Requests that were offered: those asked of the target, or what the offered conversations should have asked, whichever is more.
 * Conversations under way at the edges may hold requests of their own and are given the benefit of the doubt; requests that
 * were counted just behind an edge are not missing; conversations that k6 cut, or took along when it died, are its own loss. A script of the user's own makes what it makes.
 */
function offeredRequests(tally: Tally, { rows, judged }: Evidence): number {
  if (rows.run.profile.workload.kind === 'script') return tally.demand;
  const { requestsPerIteration } = rows.plan;
  const { started, starved, interrupted } = tally.iterations;
  const expected = requestsPerIteration * (started + starved - interrupted - tally.inFlightAtEdges);
  const isJudged = ({ startMs, endMs }: WindowRow): boolean => contains(judged, (startMs + endMs) / 2);
  return Math.max(tally.demand, expected - requestsBehindEdges(rows.windows, isJudged, requestsPerIteration));
}

/** Requests answered without failure, of those offered, percent (docs/formulas.md#throughput). */
export const throughput: CriterionJudge = (spec, evidence) => {
  const { all } = evidence;
  const offered = offeredRequests(all, evidence);
  const text = `${formatCount(offered)} requests offered`;
  if (offered === 0) return lacking(spec, text, 'no request was offered in the judged time', false);
  const share = wilsonInterval(all.byOutcome.ok, offered);
  const interval = { low: 100 * share.low, high: 100 * share.high };
  const actual = (100 * all.byOutcome.ok) / offered;
  return { actual, interval, evidence: text, ...decideByInterval(spec, actual, interval), worst: null };
};

/** Requests answered without failure a minute of real time at one level of load. */
export const throughputAt =
  (level: LoadLevel): CriterionJudge =>
  (spec, { levels, planned }) => {
    const { byOutcome, lengthMs } = levels[level];
    const text = `${formatCount(byOutcome.ok)} requests`;
    if (planned[level].lengthMs === 0) return noSuchLoad(level, text);
    if (lengthMs === 0) return lacking(spec, text, `no ${level} load was judged`, false);
    const minutes = lengthMs / 60_000;
    const actual = byOutcome.ok / minutes;
    const half = (1.96 * Math.sqrt(byOutcome.ok)) / minutes;
    const status = meets(actual, spec) ? 'pass' : 'fail';
    const why = `${actual.toFixed(1)} a minute against ${spec.text}`;
    return {
      actual,
      interval: { low: Math.max(0, actual - half), high: actual + half },
      evidence: text,
      status,
      why,
      worst: null,
    };
  };
