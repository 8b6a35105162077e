import { contrastOf, differenceAtLikeLoad, type Estimated } from '../detect/at-like-load.ts';
import { wilsonInterval } from '../detect/intervals.ts';
import type { AtLoad } from '../model/at-load.ts';
import type { DurationQuantile } from '../model/baseline.ts';
import { buildOf } from '../model/build.ts';
import type { ComparedNumber, Judgement, RunComparison, RunSide } from '../model/comparison.ts';
import { criterionByKey } from '../model/criteria.ts';
import type { CriterionResult } from '../model/verdict.ts';
import { failuresAtLikeLoad } from '../verdict/failures-at-like-load.ts';
import { differencesOf } from './differences.ts';
import type { MeasuredRun } from './measure-run.ts';

/** Differences smaller than this are the same for people: in percent of the earlier, or in points of the unit. */
const MARGIN = { durationPercent: 5, resourcePercent: 5, errorPoints: 0.1, growthPoints: 1 } as const;
const CRITERION_MARGIN: Record<string, (before: number) => number> = {
  percent: () => MARGIN.errorPoints,
  percent_per_24h: () => MARGIN.growthPoints,
  milliseconds: (before) => (MARGIN.durationPercent / 100) * before,
  seconds: (before) => 0.1 * before,
  hours: (before) => 0.1 * before,
  per_minute: (before) => 0.02 * before,
  count: () => 0,
};
/** With less of the later run's requests or samples at loads that the earlier had too, nothing is said of the rest. */
const LEAST_COVERAGE = 0.5;

/**
 * How `after` did against `before`; a pure function. Durations, the error rate and resources at like load; the failures of each name, growth and
 * the other criteria as they were over the whole run.
 */
export function compareRuns(before: MeasuredRun, after: MeasuredRun): RunComparison {
  const { differences, sharedLoad } = differencesOf(before, after);
  return {
    before: sideOf(before),
    after: sideOf(after),
    differences,
    sharedLoad,
    numbers: [
      ...after.verdict.criteria.flatMap((one) => criterionOf(one, before, after)),
      ...growthOf(before, after),
      ...durationsOf(before, after),
      ...errorsOf(before, after),
      ...resourcesOf(before, after),
    ],
  };
}

const sideOf = ({ run, verdict }: MeasuredRun): RunSide => ({
  ...{ runId: run.id, profile: run.name, build: buildOf(run), startMs: run.startMs, outcome: verdict.outcome },
});

function criterionOf(own: CriterionResult, before: MeasuredRun, after: MeasuredRun): ComparedNumber[] {
  const other = before.verdict.criteria.find(({ id, unit }) => id === own.id && unit === own.unit);
  if (other === undefined || (own.actual === null && other.actual === null)) return [];
  const number = {
    group: 'criterion' as const,
    name: own.name,
    unit: own.unit,
    before: other.actual,
    after: own.actual,
  };
  if (own.actual === null || other.actual === null) {
    const note = own.actual === null ? 'the later run has no value' : 'the earlier run has no value';
    return [{ ...number, change: null, judgement: 'unknown', note }];
  }
  const quantile = /^response_time_(p50|p95|p99)$/.exec(own.id)?.[1];
  if (isQuantile(quantile))
    return [{ ...number, ...durationChange(after.measures.durations[quantile], before.measures.durations[quantile]) }];
  if (own.id === 'error_rate') {
    const found = failuresAtLikeLoad(after.measures.failures, before.measures.failures);
    if (found === null || found.coverage < LEAST_COVERAGE) return [{ ...number, ...UNLIKE }];
    return [{ ...number, ...pointChange(contrastOf(found.after, found.before, 1), MARGIN.errorPoints, 1) }];
  }
  const sign = criterionByKey(own.id)?.better === 'higher' ? -1 : 1;
  const margin = (CRITERION_MARGIN[own.unit] ?? (() => 0))(Math.abs(other.actual));
  return [{ ...number, ...pointChange(contrastOf(estimated(own), estimated(other), 1), margin, sign) }];
}

const isQuantile = (text: string | undefined): text is DurationQuantile =>
  text === 'p50' || text === 'p95' || text === 'p99';

/** A number without an interval is what was counted: it is as exact as it can be. */
function estimated({ actual, interval }: Pick<CriterionResult, 'actual' | 'interval'>): Estimated {
  const value = actual ?? 0;
  return interval === null ? { value, low: value, high: value } : { value, ...interval };
}

function growthOf(before: MeasuredRun, after: MeasuredRun): ComparedNumber[] {
  return after.verdict.growth.flatMap((own): ComparedNumber[] => {
    const other = before.verdict.growth.find(({ series }) => series === own.series);
    const [a, b] = [other?.growthPercentPer24h ?? null, own.growthPercentPer24h];
    if (a === null || b === null || other === undefined) return [];
    const change = contrastOf(
      estimated({ actual: b, interval: own.interval ?? NO_SIDES }),
      estimated({ actual: a, interval: other.interval ?? NO_SIDES }),
      1,
    );
    const about = { group: 'growth' as const, name: own.series, unit: 'percent_per_24h', before: a, after: b };
    return [{ ...about, ...pointChange(change, MARGIN.growthPoints, 1) }];
  });
}

const NO_SIDES = { low: null, high: null };

function durationsOf(before: MeasuredRun, after: MeasuredRun): ComparedNumber[] {
  const rows = (name: string, quantile: 'p50' | 'p95', own: AtLoad | null, other: AtLoad | null): ComparedNumber => ({
    ...{
      group: 'duration',
      name: `${quantile.toUpperCase()} ${name}`,
      unit: 'milliseconds',
      before: null,
      after: null,
    },
    ...durationChange(own, other),
  });
  const all = (['p50', 'p95'] as const).map((quantile) =>
    rows('all requests', quantile, after.measures.durations[quantile], before.measures.durations[quantile]),
  );
  const named = after.requests.flatMap((own) => {
    const other = before.requests.find(({ name }) => name === own.name);
    if (other === undefined || after.requests.length === 1) return [];
    return (['p50', 'p95'] as const).map((quantile) => rows(own.name, quantile, own[quantile], other[quantile]));
  });
  return [...all, ...named];
}

type Change = Pick<ComparedNumber, 'change' | 'judgement' | 'note'>;

const UNLIKE: Change = { change: null, judgement: 'unknown', note: 'the two had too little load in common' };

/** Durations are held against each other by their ratio; `before` and `after` are at the loads that both had. */
function durationChange(own: AtLoad | null, other: AtLoad | null): Change & Partial<ComparedNumber> {
  if (own === null || other === null) return { change: null, judgement: 'unknown', note: 'too few requests' };
  const found = differenceAtLikeLoad(own, other);
  if (found === null || found.coverage < LEAST_COVERAGE) return UNLIKE;
  const percent = (log: number): number => 100 * Math.expm1(log);
  const change = {
    by: 'percent' as const,
    estimate: percent(found.estimate),
    low: percent(found.low),
    high: percent(found.high),
  };
  return {
    ...{ before: Math.exp(found.before), after: Math.exp(found.after), change, note: '' },
    judgement: judge(change, MARGIN.durationPercent, 1),
  };
}

function errorsOf(before: MeasuredRun, after: MeasuredRun): ComparedNumber[] {
  const share = ({ failed, demand }: { failed: number; demand: number }): Estimated => {
    const { low, high } = wilsonInterval(failed, demand);
    return { value: (100 * failed) / demand, low: 100 * low, high: 100 * high };
  };
  return after.requests.flatMap((own): ComparedNumber[] => {
    const other = before.requests.find(({ name }) => name === own.name);
    if (other === undefined || other.demand === 0 || own.demand === 0) return [];
    const [a, b] = [share(other), share(own)];
    const about = { group: 'errors' as const, name: own.name, unit: 'percent', before: a.value, after: b.value };
    return [{ ...about, ...pointChange(contrastOf(b, a, 1), MARGIN.errorPoints, 1) }];
  });
}

function resourcesOf(before: MeasuredRun, after: MeasuredRun): ComparedNumber[] {
  return after.series.flatMap((own): ComparedNumber[] => {
    const other = before.series.find(({ id, unit }) => id === own.id && unit === own.unit);
    if (own.level === null || other === undefined || other.level === null) return [];
    const about = { group: 'resource' as const, name: own.id, unit: own.unit };
    const found = differenceAtLikeLoad(own.level, other.level);
    if (found === null || found.coverage < LEAST_COVERAGE) return [{ ...about, before: null, after: null, ...UNLIKE }];
    const levels = { before: found.before, after: found.after };
    // A share of nothing is no share.
    if (!(found.before > 0))
      return [
        {
          ...about,
          ...levels,
          change: null,
          judgement: found.after === found.before ? 'same' : 'unknown',
          note: 'the earlier level is zero',
        },
      ];
    const percent = (value: number): number => (100 * value) / found.before;
    const change = {
      by: 'percent' as const,
      estimate: percent(found.estimate),
      low: percent(found.low),
      high: percent(found.high),
    };
    // Whether a fuller cache or a busier CPU is worse is not soakd's to say; hit rates are better when higher.
    const sign = /hit_rate/.test(own.id) ? -1 : 1;
    return [{ ...about, ...levels, change, judgement: judge(change, MARGIN.resourcePercent, sign), note: '' }];
  });
}

function pointChange({ value, low, high }: Estimated, margin: number, sign: 1 | -1): Change {
  const change = { by: 'unit' as const, estimate: value, low, high };
  return { change, judgement: judge(change, margin, sign), note: '' };
}

/** `sign`: 1 where more is worse. What lies within the margin as a whole is the same, however sure it is that it is not zero. */
function judge({ low, high }: { low: number | null; high: number | null }, margin: number, sign: 1 | -1): Judgement {
  const [least, most] = sign === 1 ? [low, high] : [high === null ? null : -high, low === null ? null : -low];
  if (least !== null && most !== null && -margin <= least && most <= margin) return 'same';
  if (least !== null && least > 0) return 'worse';
  if (most !== null && most < 0) return 'better';
  return 'unknown';
}
