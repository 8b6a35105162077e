import { CRITERIA, criterionByKey } from '../model/criteria.ts';
import type { CriterionSpec } from '../model/profile.ts';
import { quantileOf } from '../model/sketch.ts';
import type { CriterionResult, Verdict } from '../model/verdict.ts';
import { judgeAgainstBaseline } from './criteria/against-baseline.ts';
import { CRITERION_JUDGES } from './criteria/registry.ts';
import { requestDrift } from './drift-of-run.ts';
import { type Evidence, gatherEvidence } from './evidence.ts';
import { seriesGrowth } from './growth-of-run.ts';
import { lossesOf } from './losses.ts';
import { decideOutcome } from './outcome.ts';
import type { RunRows } from './rows.ts';
import { settledBecause } from './settled.ts';
import { tally } from './tally.ts';
import type { TrendsOfRun } from './trends-of-run.ts';

/**
 * The verdict of a run, a pure function of its rows: the same rows give the same verdict, today or on replay. Before the run
 * is finishing it is the verdict as it stands at `nowMs` (the end of the latest window when absent); afterwards `nowMs` does not matter.
 * `trends`: growth and drift, by whoever follows the run.
 */
export function judge(rows: RunRows, options: { nowMs?: number; trends?: TrendsOfRun } = {}): Verdict {
  const evidence = gatherEvidence(rows, options.nowMs, options.trends);
  const criteria = judgeCriteria(evidence);
  const { outcome, headline, reasons } = decideOutcome(criteria, evidence);
  const { all, levels, durations } = evidence;
  const { growth, drift } = evidence.trends;
  const { plan } = rows;
  const latency = (['normal', 'peak', 'stress', 'all'] as const)
    .map((level) => ({
      level,
      requests: durations[level].count,
      p50Ms: quantileOf(durations[level], 0.5),
      p95Ms: quantileOf(durations[level], 0.95),
      p99Ms: quantileOf(durations[level], 0.99),
    }))
    .filter(({ level, requests }) => level === 'all' || requests > 0 || levels[level].windows > 0);
  const verdict: Verdict = {
    outcome,
    rehearsal: rows.run.rehearsal,
    headline,
    reasons,
    criteria,
    time: evidence.account,
    outages: evidence.outages,
    growth: growth.map((one) => seriesGrowth(one, plan)),
    drift: drift.map((one) => requestDrift(one, plan)),
    requests: {
      total: all.requests,
      failed: all.requests - all.byOutcome.ok,
      starved: Math.round(all.starvedRequests),
      byOutcome: { ...all.byOutcome },
    },
    iterations: iterationsOf(rows),
    latency,
    losses: lossesOf(rows, evidence.span),
    computedMs: evidence.span.computedMs,
  };
  const settled = settledBecause(verdict, evidence);
  return settled === null ? verdict : { ...verdict, settled };
}

/** Of all windows: what came late or was paused lies in windows that are not judged. */
function iterationsOf({ windows, plan }: RunRows): Verdict['iterations'] {
  const { planned, started, starved, late, paused, interrupted } = tally(windows, plan.requestsPerIteration).iterations;
  return { planned, started, starved, late, paused, interrupted };
}

/** In the order of reports, those against a baseline among the others. */
function judgeCriteria(evidence: Evidence): CriterionResult[] {
  const { criteria, againstBaseline = [] } = evidence.rows.run.profile;
  const absolute = criteria.map((spec) => judgeCriterion(spec, evidence));
  const relative = againstBaseline.flatMap((spec): CriterionResult[] => {
    const definition = criterionByKey(spec.id);
    if (definition === null) return [];
    const { id, comparison, unit, text } = spec;
    const finding = judgeAgainstBaseline(spec, evidence, CRITERION_JUDGES[definition.id]);
    return [{ id, name: definition.name, comparison, targetText: text, unit, fromProfile: true, ...finding }];
  });
  const place = ({ id }: CriterionResult): number => CRITERIA.findIndex((one) => one.id === id);
  return relative.length === 0 ? absolute : [...absolute, ...relative].toSorted((a, b) => place(a) - place(b));
}

function judgeCriterion(spec: CriterionSpec, evidence: Evidence): CriterionResult {
  const definition = criterionByKey(spec.id);
  const finding =
    definition === null
      ? {
          actual: null,
          interval: null,
          evidence: 'none',
          status: 'inconclusive' as const,
          why: 'this version of soakd does not know the criterion',
          worst: null,
        }
      : CRITERION_JUDGES[definition.id](spec, evidence);
  return {
    id: definition?.id ?? spec.id,
    name: definition?.name ?? spec.id,
    comparison: spec.comparison,
    target: spec.target,
    targetText: spec.text,
    unit: spec.unit,
    fromProfile: spec.fromProfile,
    ...finding,
  };
}
