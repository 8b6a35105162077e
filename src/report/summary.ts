import { visible } from '../base/visible.ts';
import { buildOf } from '../model/build.ts';
import type { CriterionResult, Outcome4, SeriesGrowth, Verdict } from '../model/verdict.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatInterval,
  formatValue,
  significant,
} from '../verdict/quantity.ts';
import type { RunRows } from '../verdict/rows.ts';
import { instant } from './action-text.ts';
import { recommendations } from './advice.ts';
import { type Beside, NOTHING_BESIDE } from './beside.ts';
import { changesSince } from './changes-since.ts';
import { headlineOf } from './headline.ts';
import { summaryOfRequests } from './requests.ts';

/** A run on one screen: what a person needs who was asleep while it ran. */
export interface RunSummary {
  outcome: Outcome4;
  /** `FAILED: orders, 24 hours`. */
  title: string;
  /** One sentence. */
  why: string;
  /** What was soaked, what of it is new, how long it was judged, …: each a name with its lines. */
  facts: readonly { name: string; lines: readonly string[] }[];
  /** Those that apply, the worst first. */
  criteria: readonly (CriterionResult & { lastActual: string })[];
}

const MOST_STEPS = 3;
const MOST_ENDPOINTS = 3;
const ORDER = ['fail', 'inconclusive', 'pass'];

/** A pure function of the run's rows, its verdict and what is known beside. */
export function summarise(rows: RunRows, verdict: Verdict, beside: Beside): RunSummary {
  const { outcome, why } = headlineOf(rows, verdict);
  const criteria = verdict.criteria
    .filter(({ status }) => status !== 'not_applicable')
    .toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status))
    .map((one) => ({ ...one, lastActual: lastOf(one, beside) }));
  return {
    outcome: verdict.outcome,
    title: `${outcome.toUpperCase()}: ${rows.run.name}`,
    why,
    criteria,
    facts: [
      { name: 'Build', lines: build(rows, beside) },
      { name: 'Valid', lines: [validTime(rows, verdict)] },
      { name: 'Memory', lines: [memory(rows, verdict)] },
      { name: 'Worst', lines: worstRequests(rows) },
      { name: 'Faults', lines: [faults(rows)] },
      { name: 'To do', lines: todo(verdict, beside) },
    ],
  };
}

/** The same criterion in the run before, in the same unit. */
export function lastOf({ id, unit }: CriterionResult, { last }: Beside): string {
  const before = last?.verdict.criteria.find((one) => one.id === id && one.unit === unit);
  return before === undefined ? '–' : formatValue(before.actual, unit);
}

function build({ run, events }: RunRows, { lastPassed }: Beside): string[] {
  const restarts = events.filter(({ kind }) => kind === 'target_restarted').length;
  const name = buildOf(run) ?? 'not labelled: a label build, commit or version would tell';
  const restarted =
    restarts === 0 ? '' : `; the target was restarted ${restarts === 1 ? 'once' : `${restarts} times`} in the run`;
  if (lastPassed === null) return [`${name}${restarted}`, 'no earlier run of this profile passed'];
  const changes = changesSince(lastPassed.run, run);
  const since = `since the last that passed (${lastPassed.run.id})`;
  return [`${name}${restarted}`, `${changes.length === 0 ? 'nothing changed' : changes.join('; ')} ${since}`];
}

function validTime({ run }: RunRows, { time }: Verdict): string {
  const hours = (ms: number): string => `${significant((ms * run.compression) / 3_600_000)} h`;
  const rest = (
    [
      ['warm-up', time.warmupMs],
      ['excluded', time.excludedMs],
      ['not offered', time.notOfferedMs],
      ['paused', time.pausedMs],
    ] as const
  ).flatMap(([what, ms]) => (ms > 0 ? [`${what} ${hours(ms)}`] : []));
  return `${hours(time.judgedMs)} of ${hours(time.totalMs)} judged${rest.length > 0 ? `; ${rest.join(', ')}` : ''}`;
}

const GRAVITY: SeriesGrowth['state'][] = ['leak', 'suspect', 'growing', 'not_separable', 'stable', 'insufficient'];

/** The gravest series in bytes: how much a day, and when its limit is reached. */
function memory({ run }: RunRows, { growth, time }: Verdict): string {
  const [worst] = growth
    .filter(({ unit }) => unit === 'bytes')
    .toSorted(
      (a, b) => GRAVITY.indexOf(a.state) - GRAVITY.indexOf(b.state) || (b.growthPer24h ?? 0) - (a.growthPer24h ?? 0),
    );
  if (worst === undefined) return 'no sampler reads memory';
  const { series, state, growthPer24h, growthPercentPer24h, interval, startLevel, exhaustion } = worst;
  if (growthPer24h === null || growthPercentPer24h === null || startLevel === null) return `${series}: ${worst.why}`;
  const perDay = (percent: number | null | undefined): string =>
    percent === null || percent === undefined ? 'unknown' : formatBytes((percent / 100) * startLevel);
  const said = `${series} ${formatBytes(growthPer24h)} a day (${perDay(interval?.low)} to ${perDay(interval?.high)}), ${state.replaceAll('_', ' ')}`;
  if (exhaustion === null) return state === 'leak' ? `${said}; no limit is known that it could reach` : said;
  const endMs = run.startMs + time.totalMs;
  const hoursTo = (atMs: number): string => significant(Math.max(0, ((atMs - endMs) * run.compression) / 3_600_000));
  const latest = exhaustion.highMs === null ? 'never' : `${hoursTo(exhaustion.highMs)} h`;
  return `${said}; its limit is ${hoursTo(exhaustion.atMs)} h away (${hoursTo(exhaustion.lowMs)} h to ${latest})`;
}

function worstRequests(rows: RunRows): string[] {
  const worst = summaryOfRequests(rows).slice(0, MOST_ENDPOINTS);
  if (worst.length === 0) return ['no request was judged'];
  return worst.map(
    ({ name, requests, failed, p95Ms }) =>
      `${name}: ${formatValue((100 * failed) / Math.max(1, requests), 'percent')} of ${formatCount(requests)} failed, P95 ${formatValue(p95Ms, 'milliseconds')}`,
  );
}

/** What this run's events tell of faults: nothing is claimed that they do not say. */
function faults({ events }: RunRows): string {
  const injected = events.filter(({ kind }) => kind.startsWith('fault_'));
  if (injected.length === 0) return 'none injected';
  const counts = [...Map.groupBy(injected, ({ kind }) => kind)].map(([kind, { length }]) => `${kind} ${length}`);
  return counts.join(', ');
}

/** Steps for a person, few. */
function todo(verdict: Verdict, { alerts }: Beside): string[] {
  const firing = alerts.filter(({ state }) => state === 'firing').map(({ rule }) => rule.name);
  const open = firing.length === 0 ? [] : [`Alerts still fire: ${[...new Set(firing)].join(', ')}.`];
  const advice = recommendations(verdict);
  const again = verdict.outcome === 'aborted' ? ['Start it again: what was not run was not shown.'] : [];
  const steps = verdict.outcome === 'passed' ? [] : [...again, ...advice.slice(0, MOST_STEPS)];
  const all = [...open, ...steps];
  if (all.length > 0) return all;
  return [verdict.outcome === 'passed' ? 'Nothing.' : `Read the report: ${verdict.reasons[0] ?? verdict.headline}.`];
}

const MARKS: Record<string, string> = { pass: '✔', fail: '✘', inconclusive: '?' };
const NAME_WIDTH = 8;

/** As plain text of about one screen, for terminals and messages; a pure function of its arguments. */
export function renderSummary(rows: RunRows, verdict: Verdict, beside: Beside = NOTHING_BESIDE): string {
  const { title, why, facts, criteria } = summarise(rows, verdict, beside);
  const { run } = rows;
  const head = ['', 'criterion', 'value', '95 % interval', 'limit', 'last run'];
  const cells = criteria.map((one) => [
    MARKS[one.status] ?? '',
    one.name,
    formatValue(one.actual, one.unit),
    formatInterval(one.interval, one.unit),
    one.targetText,
    one.lastActual,
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...cells].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const about = [
    run.id,
    instant(run.startMs),
    `${formatDuration(verdict.time.totalMs)}${run.rehearsal ? ' (a rehearsal)' : ''}`,
    run.targetUrl,
  ];
  const fact = ({ name, lines }: RunSummary['facts'][number]): string[] =>
    lines.map((text, at) => `${(at === 0 ? name : '').padEnd(NAME_WIDTH)}${text}`);
  const whole = [
    title,
    why,
    '',
    ...fact({ name: 'Run', lines: [about.join(', ')] }),
    ...facts.slice(0, 2).flatMap(fact),
    '',
    ...[head, ...cells].map(line),
    '',
    ...facts.slice(2).flatMap(fact),
    '',
  ];
  return visible(whole.map((text) => text.replaceAll('\n', ' ')).join('\n'));
}
