import { contrastOf, differenceAtLikeLoad, type Estimated } from '../../detect/at-like-load.ts';
import { DEFAULT_BASELINE, type DurationQuantile, type RunBaseline, type RunMeasures } from '../../model/baseline.ts';
import type { LoadLevel } from '../../model/plan.ts';
import type { BaselineCriterion } from '../../model/profile.ts';
import type { CriterionStatus } from '../../model/verdict.ts';
import type { Evidence } from '../evidence.ts';
import { failuresAtLikeLoad } from '../failures-at-like-load.ts';
import { durationSlices, durationsAtLoad, failuresAtLoad, sharedLoad, timeAtLoad } from '../measures.ts';
import { counted, formatInterval, formatValue, significant } from '../quantity.ts';
import { type CriterionJudge, type Finding, meets } from './criterion.ts';
import { ENOUGH_SHARE } from './mtbf.ts';

/** Less of this run's requests at loads that the earlier one had too, and nothing is said. */
const LEAST_COVERAGE = 0.5;
/** What cannot be looked at by load needs runs that spent so much of their time at like loads. */
const ALIKE_LOAD = 0.8;
/** What is looked at load by load, from requests and not from what its judge found of the run as a whole. */
const AT_LIKE_LOAD = /^(?:response_time_p\d+|error_rate)(?:_(?:normal|peak|stress))?$/;
/** What is judged by how it goes on. */
const TRENDS: readonly string[] = ['memory_leak', 'response_time_degradation'];

/** How far beyond the limit a quantity lies, and the limit itself; in the criterion's unit. */
interface Against {
  limit: number;
  /** Value less limit, with a 95 % interval. */
  beyond: Estimated;
  /** The run's side of it, where that is not the value; else null. */
  shown: string | null;
}

/**
 * Judges a criterion against the baseline that was chosen when the run started. The quantity and its own interval come from the
 * criterion's own judge; the difference to the baseline, at like load, has an interval of its own, and that decides: wholly
 * within the limit passes, wholly beyond it fails. What its own judge would not pass at that limit does not pass here either: a
 * target that was killed for lack of memory has a number, and the number may look well.
 */
export function judgeAgainstBaseline(
  spec: BaselineCriterion,
  evidence: Evidence,
  judgeOwn: CriterionJudge,
): Finding & { target: number | null } {
  const { run } = evidence.rows;
  const own = judgeOwn({ ...spec, target: 0, fromProfile: true }, evidence);
  // Nothing was measured, or nothing of the kind was there: its judge has said why.
  if (!isMeasured(spec, own)) return { ...own, target: null };
  const open = (status: CriterionStatus, why: string) => ({ ...own, target: null, status, why });
  if (run.rehearsal) return open('not_applicable', 'a rehearsal is held against no baseline');
  const atAll = judgeOwn({ ...spec, target: easiest(spec), fromProfile: true }, evidence);
  // What misses every limit needs no baseline.
  if (!AT_LIKE_LOAD.test(spec.id) && atAll.status === 'fail') return { ...atAll, target: null };
  const baseline = run.baselines?.find(({ name }) => name === spec.baseline);
  if (baseline?.unread !== undefined) {
    const why = `"${spec.text}" needs the baseline "${spec.baseline}", which could not be read when this run started (${baseline.unread})`;
    return open('inconclusive', why);
  }
  if (baseline === undefined || baseline.runs.length === 0) return open('inconclusive', noBaseline(spec));
  const told = baseline.runs.map((measures) => against(spec, evidence, own, measures));
  const comparable = told.flatMap((one) => (typeof one === 'string' ? [] : [one]));
  const found = medianOf(comparable);
  if (found === null) {
    const reason = told.find((one) => typeof one === 'string');
    return open('inconclusive', `it cannot be held against ${nameOf(baseline, told.length)}: ${reason}`);
  }
  const named = nameOf(baseline, comparable.length);
  const { limit, beyond } = found;
  const status = statusOf(spec, beyond);
  const atLimit = judgeOwn({ ...spec, target: limit, fromProfile: true }, evidence);
  if (status === 'pass' && atLimit.status !== 'pass' && !AT_LIKE_LOAD.test(spec.id))
    return { ...atLimit, target: limit };
  // A rise that may still be taken back fails nothing, whatever it is held against.
  if (status === 'fail' && atLimit.status === 'inconclusive' && TRENDS.includes(spec.id))
    return { ...atLimit, target: limit };
  const value = found.shown ?? formatValue(own.actual, spec.unit);
  const margin = Math.abs(beyond.value);
  const side = beyond.value > 0 ? 'above' : 'below';
  const said = `${value}, at like load ${inUnit(margin, spec)} ${side} the limit of ${formatValue(limit, spec.unit)} from ${named}`;
  const ends = formatInterval({ low: rounded(limit, beyond.low), high: rounded(limit, beyond.high) }, spec.unit);
  const across = status === 'inconclusive' ? `: too close to call, at like load it is ${ends} (95 %)` : '';
  return { ...own, target: limit, status, why: `${said}${across}` };
}

/** Without an outage there is no mean time between them, but a bound that the uptime shows. */
const isMeasured = ({ id }: BaselineCriterion, { actual, interval }: Finding): boolean =>
  actual !== null || (id === 'mtbf' && interval !== null);

/** The limit that every number meets. */
const easiest = ({ comparison }: BaselineCriterion): number =>
  comparison.startsWith('<') ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;

const rounded = (limit: number, beyond: number | null): number | null =>
  beyond === null ? null : Number(significant(limit + beyond, 4));

/** A difference of two shares is in points. */
const inUnit = (value: number, { unit }: BaselineCriterion): string =>
  unit === 'percent' || unit === 'percent_per_24h' ? `${significant(value)} points` : formatValue(value, unit);

function noBaseline({ baseline, text }: BaselineCriterion): string {
  return baseline === DEFAULT_BASELINE
    ? `"${text}" needs an earlier run, and none was promoted or had passed when this one started: \`soakd baseline promote\` makes this run the first`
    : `"${text}" needs the baseline "${baseline}", which nobody had promoted when this run started`;
}

/** `compared`: so many of its runs could be compared. */
function nameOf({ name, kind, runs }: RunBaseline, compared: number): string {
  if (kind === 'promoted') return `baseline "${name}" (${runs[0]?.runId})`;
  const left = runs.length - compared;
  return `the median of ${counted(compared, 'run')} that passed${left === 0 ? '' : ` (${left} more cannot be compared)`}`;
}

function statusOf({ comparison }: BaselineCriterion, { low, high }: Estimated): CriterionStatus {
  const within = (value: number): boolean => meets(value, { comparison, target: 0 });
  const [best, worst] = comparison.startsWith('<') ? [low, high] : [high, low];
  if (worst !== null && within(worst)) return 'pass';
  return best !== null && !within(best) ? 'fail' : 'inconclusive';
}

/** Against one earlier run; a clause that says why not. */
function against(spec: BaselineCriterion, evidence: Evidence, own: Finding, before: RunMeasures): Against | string {
  const [, quantile, durationLevel] = /^response_time_(p50|p95|p99)(?:_(normal|peak|stress))?$/.exec(spec.id) ?? [];
  if (isQuantile(quantile)) return durations(spec, evidence, own.actual ?? 0, before, quantile, levelOf(durationLevel));
  const [isErrors, errorLevel] = /^error_rate(?:_(normal|peak|stress))?$/.exec(spec.id) ?? [];
  if (isErrors !== undefined) return failures(spec, evidence, before, levelOf(errorLevel));
  return values(spec, evidence, own, before);
}

const isQuantile = (text: string | undefined): text is DurationQuantile =>
  text === 'p50' || text === 'p95' || text === 'p99';
const levelOf = (text: string | undefined): LoadLevel | 'all' =>
  text === 'normal' || text === 'peak' || text === 'stress' ? text : 'all';

/** The ratio of the two at like load, carried over to what this run measured as a whole. */
function durations(
  { factor, offset }: BaselineCriterion,
  evidence: Evidence,
  actual: number,
  before: RunMeasures,
  quantile: DurationQuantile,
  level: LoadLevel | 'all',
): Against | string {
  const after = durationsAtLoad(durationSlices(evidence), quantile, level);
  const other = before.durations[quantile];
  if (after === null) return 'too few requests at each load';
  if (other === null) return `run ${before.runId} had too few requests at each load`;
  const found = differenceAtLikeLoad(after, other);
  if (found === null || found.coverage < LEAST_COVERAGE) return unlike(before, found?.coverage ?? 0);
  const limit = (factor * actual) / Math.exp(found.estimate) + offset;
  // Where this run would lie, were the ratio at one end of its interval.
  const at = (log: number): number => actual * Math.exp(log - found.estimate);
  const beyond = { value: actual - limit, low: at(found.low) - limit, high: at(found.high) - limit };
  return { limit, beyond, shown: null };
}

function failures(
  { factor, offset }: BaselineCriterion,
  evidence: Evidence,
  before: RunMeasures,
  level: LoadLevel | 'all',
): Against | string {
  const found = failuresAtLikeLoad(failuresAtLoad(evidence, level), before.failures);
  if (found === null || found.coverage < LEAST_COVERAGE) return unlike(before, found?.coverage ?? 0);
  const limit = factor * found.before.value + offset;
  return { limit, beyond: shifted(contrastOf(found.after, found.before, factor), -offset), shown: null };
}

/** What a verdict says of the run as a whole: only of runs that were loaded alike. */
function values(
  { id, unit, factor, offset }: BaselineCriterion,
  evidence: Evidence,
  own: Finding,
  before: RunMeasures,
): Against | string {
  const shared = sharedLoad(timeAtLoad(evidence), before.time);
  if (shared < ALIKE_LOAD) return unlike(before, shared);
  const other = before.criteria.find((one) => one.id === id && one.unit === unit);
  if (id === 'mtbf' && other !== undefined && (own.actual === null || other.actual === null))
    return bounds({ unit, factor, offset }, own, other.interval?.low ?? null, before);
  if (other === undefined || other.actual === null) return `run ${before.runId} has no value of it`;
  const estimated = (value: number, interval: Finding['interval']): Estimated =>
    interval === null ? { value, low: value, high: value } : { value, ...interval };
  const contrast = contrastOf(
    estimated(own.actual ?? 0, own.interval),
    estimated(other.actual, other.interval),
    factor,
  );
  return { limit: factor * other.actual + offset, beyond: shifted(contrast, -offset), shown: null };
}

/**
 * Where one of the two saw no outage, what each has shown with 95 % confidence: the lower bounds. A run of the same length may lose as
 * much of it as it may against a limit in hours. Only the upper bound, which needs an outage, can miss the limit.
 */
function bounds(
  { unit, factor, offset }: Pick<BaselineCriterion, 'unit' | 'factor' | 'offset'>,
  { interval }: Finding,
  shownBefore: number | null,
  { runId }: RunMeasures,
): Against | string {
  const low = interval?.low ?? null;
  const high = interval?.high ?? null;
  if (low === null || shownBefore === null) return `run ${runId} has no value of it`;
  const limit = ENOUGH_SHARE * (factor * shownBefore + offset);
  const beyond = { value: low - limit, low: low - limit, high: high === null ? null : high - limit };
  return { limit, beyond, shown: `at least ${formatValue(low, unit)} with 95 % confidence` };
}

const unlike = ({ runId }: RunMeasures, share: number): string =>
  `only ${significant(100 * share, 2)} % of this run was at loads that run ${runId} had too`;

const shifted = ({ value, low, high }: Estimated, by: number): Estimated => ({
  value: value + by,
  low: low === null ? null : low + by,
  high: high === null ? null : high + by,
});

/** The one in the middle by how far it is beyond; of an even number the mean of the two in the middle. */
function medianOf(all: readonly Against[]): Against | null {
  const sorted = all.toSorted((a, b) => a.beyond.value - b.beyond.value);
  const high = sorted[sorted.length >> 1];
  const low = sorted[(sorted.length - 1) >> 1];
  if (high === undefined || low === undefined) return null;
  const mean = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : (a + b) / 2);
  return {
    shown: low.shown ?? high.shown,
    limit: (low.limit + high.limit) / 2,
    beyond: {
      value: (low.beyond.value + high.beyond.value) / 2,
      low: mean(low.beyond.low, high.beyond.low),
      high: mean(low.beyond.high, high.beyond.high),
    },
  };
}
