import { BINS_FOR_TREND, HOURS_FOR_GROWTH, REQUESTS_FOR_QUANTILE } from '../../model/least-evidence.ts';
import type { CriterionSpec } from '../../model/profile.ts';
import { requestsBetween } from '../../plan/rate.ts';
import type { DriftOfRequest } from '../drift-of-run.ts';
import { formatCount, formatValue } from '../quantity.ts';
import { HOUR_MS } from '../run-clock.ts';
import { finite } from '../trend-of-series.ts';
import { decideByTrend, type MeasuredTrend } from './by-trend.ts';
import { type CriterionJudge, type Finding, lacking, meets } from './criterion.ts';

/**
 * Change of the P95 of `ok` requests from start to end of what is judged, percent, the load taken out. All requests together
 * decide; but where each name for itself meets the target, only the mix has changed. The few thousand requests of a rehearsal
 * cannot bound a P95 this closely: there, and only there, the median may speak for it (docs/formulas.md#response_time_degradation).
 */
export const responseTimeDegradation: CriterionJudge = (spec, { trends, rows }) => {
  const [all, ...named] = trends.drift;
  const finding = all === undefined ? null : judgeQuantile(all, 'P95', named, spec);
  if (finding?.status === 'pass' || finding?.status === 'fail') return finding;
  if (trends.typical !== null && all?.finding.verdict !== 'drift') {
    const typical = judgeQuantile(trends.typical, 'median', [], spec);
    if (typical?.status === 'pass' || typical?.status === 'fail')
      return { ...typical, why: `${typical.why}; a rehearsal has too few requests for the P95` };
  }
  if (finding !== null) return finding;
  const needed = BINS_FOR_TREND * REQUESTS_FOR_QUANTILE.p95;
  const evidence = all === undefined ? 'no requests' : evidenceOf(all);
  const why = `${evidence} are too few to tell drift of the P95 from noise: ${BINS_FOR_TREND} readings over ${HOURS_FOR_GROWTH} h are needed, each of ${REQUESTS_FOR_QUANTILE.p95} requests${all === undefined ? '' : moreHours(all)}`;
  const { plan, run } = rows;
  const warmMs = (plan.endMs - plan.startMs) * plan.compression - run.profile.traffic.warmupMs;
  const tooFew = requestsBetween(plan, plan.startMs, plan.endMs) < needed;
  return lacking(spec, evidence, why, tooFew || warmMs < HOURS_FOR_GROWTH * HOUR_MS);
};

/** Null where nothing could be fitted. */
function judgeQuantile(
  one: DriftOfRequest,
  name: string,
  named: readonly DriftOfRequest[],
  spec: CriterionSpec,
): Finding | null {
  const total = totalOf(one);
  if (total === null) return null;
  const seen = {
    actual: finite(total.estimate),
    interval: { low: finite(total.low), high: finite(total.high) },
    evidence: evidenceOf(one),
    worst: worstOf(named),
  };
  const said = `the ${name} changed by ${formatValue(total.estimate, 'percent')} from start to end (limit ${spec.text})${calledAs([one, ...named])}`;
  const totals = named.map(totalOf);
  const mixOnly = totals.length > 0 && totals.every((of) => of !== null && meets(of.high, spec));
  if (mixOnly && !meets(total.high, spec)) {
    const why = `${said}, but that of each request by itself did not: their mix has changed`;
    return { ...seen, status: 'pass', why };
  }
  return { ...seen, ...decideByTrend(spec, total, one, said) };
}

/** How long until there are readings enough, at the pace of those so far; nothing where it is not hours that are missing. */
function moreHours({ readings }: DriftOfRequest): string {
  const seen = readings.lastHour - readings.firstHour;
  const pace = readings.count > 1 ? seen / (readings.count - 1) : 0;
  const missing = Math.max(HOURS_FOR_GROWTH - seen, (BINS_FOR_TREND - readings.count) * pace);
  return readings.count > 1 && missing > 0 ? `; about ${formatValue(Math.ceil(missing), 'hours')} more would tell` : '';
}

const evidenceOf = ({ requests, readings }: DriftOfRequest): string =>
  `${formatCount(requests)} requests in ${formatCount(readings.count)} readings`;

/**
 * From the first reading to the last, percent; null where nothing could be fitted. What is said by the day is what the hours of the
 * growth made of it, divided (`percentOf` of the trend): over those hours it is that again, over fewer the same curve up to there.
 */
function totalOf({ finding, readings }: DriftOfRequest): MeasuredTrend | null {
  const { growthPercentPer24h: rate, answer } = finding;
  if (rate === null || answer === null) return null;
  const grownHours = answer.spanHours - answer.onsetHour;
  const seen = Math.min(1, (readings.lastHour - readings.firstHour) / grownHours);
  // Less than all of it cannot have gone.
  const total = (percentPer24h: number): number =>
    100 * Math.expm1(seen * Math.log1p(Math.max(-1, (percentPer24h / 100) * (grownHours / 24))));
  return { estimate: total(rate.estimate), low: total(rate.low), high: total(rate.high), over: 'span' };
}

/** The state informs: it decides nothing. */
function calledAs(drift: readonly DriftOfRequest[]): string {
  const called = drift.filter(({ finding }) => finding.verdict === 'drift');
  if (called.length === 0) return '';
  return `; drift is called of ${called.map(({ request }) => request ?? 'all together').join(', ')}`;
}

/** The name that became slowest of those whose drift is called. */
const worstOf = (named: readonly DriftOfRequest[]): string | null =>
  named
    .filter(({ finding }) => finding.verdict === 'drift')
    .toSorted(
      (a, b) => (b.finding.growthPercentPer24h?.estimate ?? 0) - (a.finding.growthPercentPer24h?.estimate ?? 0),
    )[0]?.request ?? null;
