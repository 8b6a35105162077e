import { HOURS_FOR_GROWTH } from '../../model/least-evidence.ts';
import type { CriterionSpec } from '../../model/profile.ts';
import type { CriterionStatus } from '../../model/verdict.ts';
import { fastLeakOf } from '../fast-leak.ts';
import type { GrowthOfSeries } from '../growth-of-run.ts';
import { formatCount, formatValue } from '../quantity.ts';
import { HOUR_MS } from '../run-clock.ts';
import { finite } from '../trend-of-series.ts';
import { decideByTrend } from './by-trend.ts';
import { type CriterionJudge, type Finding, lacking } from './criterion.ts';

const RANK: Record<CriterionStatus, number> = { fail: 3, inconclusive: 2, pass: 1, not_applicable: 0 };

/**
 * Growth of the memory of the target and its dependencies per 24 h of profile time, percent of the level without it; the worst
 * series decides, only the target's own can pass, and before all of them a leak so fast that the target dies of it fails
 * (docs/formulas.md#memory_leak, docs/detection.md).
 */
export const memoryLeak: CriterionJudge = (spec, evidence) => {
  const { rows, trends } = evidence;
  const memory = trends.growth.filter(({ series }) => series.memory);
  const { plan, run } = rows;
  const warmMs = (plan.endMs - plan.startMs) * plan.compression - run.profile.traffic.warmupMs;
  const neverLong = warmMs < HOURS_FOR_GROWTH * HOUR_MS;
  const [worst] = memory
    .map((one) => judgeSeries(one, spec, neverLong))
    .toSorted(
      (a, b) =>
        RANK[b.status] - RANK[a.status] ||
        (b.actual ?? Number.NEGATIVE_INFINITY) - (a.actual ?? Number.NEGATIVE_INFINITY),
    );
  const fast = fastLeakOf(evidence);
  if (fast !== null) {
    const { actual = null, interval = null } = worst ?? {};
    return { actual, interval, evidence: fast.evidence, status: 'fail', why: fast.why, worst: fast.series };
  }
  if (worst === undefined)
    return lacking(spec, 'no memory series', "no sampler reads the target's memory: add one under `samplers`", true);
  const seen = `${worst.evidence}${memory.length > 1 ? `, worst of ${memory.length} series` : ''}`;
  // That its cache does not leak says nothing of the target.
  if (worst.status === 'pass' && memory.every(({ series }) => series.role !== 'target')) {
    const why = "only dependencies' memory was read: add a sampler of the target's under `samplers`";
    return lacking(spec, seen, why, true);
  }
  return { ...worst, evidence: seen };
};

function judgeSeries(one: GrowthOfSeries, spec: CriterionSpec, neverLong: boolean): Finding {
  const { series, finding, why } = one;
  const samples = one.readings.count;
  const { id } = series;
  const rate = finding.growthPercentPer24h;
  if (finding.answer === null || rate === null) {
    const evidence = `${formatCount(samples)} samples`;
    const reason = samples === 0 ? `${id} gave no samples` : `${id}: ${uncapitalised(why)}${moreHours(one)}`;
    return { ...lacking(spec, evidence, reason, samples > 0 && neverLong), worst: id };
  }
  const evidence = `${formatCount(samples)} samples over ${formatValue(finding.answer.spanHours, 'hours')}`;
  const said = `${id} ${changeOf(rate.estimate)} per 24 h (limit ${spec.text})${calledAs(one)}`;
  return {
    actual: finite(rate.estimate),
    interval: { low: finite(rate.low), high: finite(rate.high) },
    evidence,
    ...decideByTrend(spec, { ...rate, over: 'day' }, one, said),
    worst: id,
  };
}

/** How long until a first answer; nothing where it is not hours that are missing. */
function moreHours({ readings }: GrowthOfSeries): string {
  const missing = HOURS_FOR_GROWTH - (readings.lastHour - readings.firstHour);
  return missing > 0 ? `; about ${formatValue(Math.ceil(missing), 'hours')} more would tell` : '';
}

const changeOf = (percent: number): string =>
  percent < 0 ? `falls ${formatValue(-percent, 'percent')}` : `grows ${formatValue(percent, 'percent')}`;

/** The state informs: it decides nothing. */
const calledAs = ({ finding: { verdict } }: GrowthOfSeries): string =>
  verdict === 'leak' ? ', which is called a leak' : verdict === 'suspect' ? ', which is suspected to be a leak' : '';

/** The sentence of the detectors as a clause. */
const uncapitalised = (sentence: string): string =>
  `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`;
