import type { LoadLevel } from '../../model/plan.ts';
import type { Comparison, CriterionSpec } from '../../model/profile.ts';
import type { CriterionResult, CriterionStatus } from '../../model/verdict.ts';
import type { Evidence } from '../evidence.ts';
import { formatInterval, formatValue } from '../quantity.ts';

/** What a criterion found; the name, target and unit come from its definition. */
export type Finding = Pick<CriterionResult, 'actual' | 'interval' | 'evidence' | 'status' | 'why' | 'worst'>;

/** Judges one criterion; pure. */
export type CriterionJudge = (spec: CriterionSpec, evidence: Evidence) => Finding;

const COMPARE: Record<Comparison, (actual: number, target: number) => boolean> = {
  '>=': (actual, target) => actual >= target,
  '>': (actual, target) => actual > target,
  '<=': (actual, target) => actual <= target,
  '<': (actual, target) => actual < target,
  '==': (actual, target) => actual === target,
};

export const meets = (actual: number, { comparison, target }: Pick<CriterionSpec, 'comparison' | 'target'>): boolean =>
  COMPARE[comparison](actual, target);

/**
 * Nothing to decide on. What the profile asked for stays open: `inconclusive`. A default that the run could
 * never have judged, as it was planned, is `not_applicable`: nobody asked, and no longer run was promised.
 */
export function lacking(spec: CriterionSpec, evidence: string, why: string, neverPlanned: boolean): Finding {
  const status: CriterionStatus = neverPlanned && !spec.fromProfile ? 'not_applicable' : 'inconclusive';
  return { actual: null, interval: null, evidence, status, why, worst: null };
}

/** The plan has no load of that level at all. */
export const noSuchLoad = (level: LoadLevel, evidence: string): Finding => ({
  actual: null,
  interval: null,
  evidence,
  status: 'not_applicable',
  why: `the plan has no ${level} load`,
  worst: null,
});

/**
 * Decides a measured quantity by its 95 % interval: the whole interval must meet the target to pass and must miss
 * it to fail; across the target it is too close to call. A target at the end of the scale (no failure at all) is no
 * statement about what may yet come, which no sample could prove: there the value itself decides.
 */
export function decideByInterval(
  spec: CriterionSpec,
  actual: number,
  interval: { low: number | null; high: number | null },
): { status: CriterionStatus; why: string } {
  const lower = spec.comparison === '<' || spec.comparison === '<=';
  const worst = lower ? interval.high : interval.low;
  const best = lower ? interval.low : interval.high;
  const said = `${formatValue(actual, spec.unit)} against ${spec.text}`;
  if (spec.comparison === '==' || isEndOfScale(spec))
    return { status: meets(actual, spec) ? 'pass' : 'fail', why: said };
  if (worst !== null && meets(worst, spec)) return { status: 'pass', why: said };
  if (best !== null && !meets(best, spec)) return { status: 'fail', why: said };
  return {
    status: 'inconclusive',
    why: `${said}: too close to call, the 95 % interval is ${formatInterval(interval, spec.unit)}`,
  };
}

const isEndOfScale = ({ unit, comparison, target }: CriterionSpec): boolean =>
  unit === 'percent' && (comparison === '<=' ? target === 0 : comparison === '>=' && target === 100);
