import { MIN_BINS, MIN_GROWTH_HOURS } from '../../detect/growth.ts';
import type { CriterionStatus } from '../../model/verdict.ts';
import { type GrowthOfSeries, percentOf } from '../growth-of-run.ts';
import { formatInterval, formatValue } from '../quantity.ts';
import { type CriterionJudge, type Finding, lacking, meets } from './criterion.ts';

const RANK: Record<CriterionStatus, number> = { fail: 3, inconclusive: 2, pass: 1, not_applicable: 0 };

/**
 * Growth of the memory of the target and its dependencies per 24 h of profile time, percent of the level at the start; the
 * worst series decides, and only the target's own can pass (docs/formulas.md#memory_leak, docs/detection.md).
 */
export const memoryLeak: CriterionJudge = (spec, { growth, rows }) => {
  const memory = growth.filter(({ series }) => series.memory);
  const { plan, run } = rows;
  const profileHours = ((plan.endMs - plan.startMs) * plan.compression) / 3_600_000;
  if (memory.length === 0) {
    return lacking(spec, 'no memory series', "no sampler reads the target's memory: add one under `samplers`", true);
  }
  const neverLong = profileHours - run.profile.traffic.warmupMs / 3_600_000 < MIN_GROWTH_HOURS;
  const findings = memory.map((one) => judgeSeries(one, spec, neverLong));
  const decided = findings.toSorted(
    (a, b) =>
      RANK[b.status] - RANK[a.status] ||
      (b.actual ?? Number.NEGATIVE_INFINITY) - (a.actual ?? Number.NEGATIVE_INFINITY),
  );
  const worst = decided[0];
  if (worst === undefined) return lacking(spec, 'no memory series', 'no memory series', true);
  const evidence = `${worst.evidence}${memory.length > 1 ? `, worst of ${memory.length} series` : ''}`;
  // That its cache does not leak says nothing of the target.
  if (worst.status === 'pass' && memory.every(({ series }) => series.role !== 'target')) {
    const why = "only dependencies' memory was read: add a sampler of the target's under `samplers`";
    return lacking(spec, evidence, why, true);
  }
  return { ...worst, evidence };
};

function judgeSeries(one: GrowthOfSeries, spec: Parameters<CriterionJudge>[0], neverLong: boolean): Finding {
  const { series, growth, proven } = one;
  const { id } = series;
  const percent = percentOf(growth);
  const actual = percent(growth.per24h);
  const interval = growth.interval && { low: percent(growth.interval.low), high: percent(growth.interval.high) };
  const evidence = `${growth.samples} samples in ${growth.bins} bins over ${formatValue(growth.spanHours, 'hours')}`;
  const seen = { actual, interval, evidence, worst: id };
  if (growth.finding === 'no_data') {
    return { ...lacking(spec, evidence, `${id} gave no samples`, false), worst: id };
  }
  if (growth.finding === 'too_early' || actual === null) {
    const why =
      growth.finding !== 'too_early'
        ? `${id}: its level at the start is not above 0, so growth in percent means nothing`
        : growth.bins < MIN_BINS
          ? `${id}: ${growth.bins} bins are too few to tell growth from noise, ${MIN_BINS} are needed`
          : `${id}: ${formatValue(growth.spanHours, 'hours')} are too few to speak of 24 h, ${MIN_GROWTH_HOURS} h are needed`;
    return { ...lacking(spec, evidence, why, neverLong), ...seen, interval };
  }
  const grows = `${id} grows ${formatValue(actual, 'percent')} per 24 h (limit ${spec.text})`;
  // A whole interval beyond the limit is proof as well, also where few bins leave the test of "no growth at all" weak.
  const beyond = growth.finding === 'growing' && interval?.low != null && !meets(interval.low, spec);
  if ((proven || beyond) && !meets(actual, spec)) return { ...seen, status: 'fail', why: grows };

  if (meets(actual, spec) && growth.rival === null) {
    const high = interval?.high ?? null;
    const detectable = percent(growth.smallestDetectablePer24h);
    if ((high !== null && meets(high, spec)) || (detectable !== null && meets(detectable, spec))) {
      return { ...seen, status: 'pass', why: `${id} changes by ${formatValue(actual, 'percent')} per 24 h` };
    }
  }
  // A heap that warms up or a cache that fills bends the line; the second half speaks for what would follow.
  const late = growth.lately && {
    rate: percent(growth.lately.per24h),
    high: percent(growth.lately.interval.high),
  };
  if (growth.finding !== 'growing' && late?.rate != null && late.high !== null && meets(late.high, spec)) {
    const what = growth.rival === null ? 'changes by' : 'rises and settles:';
    const why = `${id} ${what} ${formatValue(late.rate, 'percent')} per 24 h in the second half`;
    return {
      ...seen,
      actual: late.rate,
      interval: { low: percent(growth.lately?.interval.low ?? null), high: late.high },
      status: 'pass',
      why,
    };
  }
  const why =
    growth.rival !== null
      ? `${id} rises ${formatValue(actual, 'percent')} per 24 h, but ${RIVALS[growth.rival]} explains it as well`
      : `${id}: ${formatInterval(interval, 'percent')} per 24 h; less than ${formatValue(percent(growth.smallestDetectablePer24h), 'percent')} could not have been seen`;
  return { ...seen, status: 'inconclusive', why };
}

const RIVALS = {
  saturates: 'filling up to a level',
  stepped: 'a single step',
  stopped: 'a rise in the first half only',
} as const;
