import { visible } from '../base/visible.ts';
import type { CriterionStatus, Verdict } from '../model/verdict.ts';
import { formatCount, formatDuration, formatInterval, formatValue, significant } from '../verdict/quantity.ts';
import type { RunRows } from '../verdict/rows.ts';
import { instant } from './action-text.ts';
import { recommendations } from './advice.ts';
import { type Beside, NOTHING_BESIDE } from './beside.ts';
import { calibrationText } from './calibration-text.ts';
import { type CheckItem, postTestChecklist, preTestChecklist } from './checklist.ts';
import { happenedIn } from './happened.ts';
import { headlineOf } from './headline.ts';
import { issuesOf, worstOf } from './issues.ts';
import { markdownTable, escapeMarkdown as text } from './markdown-table.ts';
import { summaryOfSeries } from './resources.ts';
import { lastOf, type RunSummary, summarise } from './summary.ts';
import { driftOf, growthOf } from './trends.ts';

const STATUS: Record<CriterionStatus, string> = {
  pass: '✅ pass',
  fail: '❌ fail',
  inconclusive: '❔ inconclusive',
  not_applicable: '– not applicable',
};
const MOST_EVENTS = 100;

/**
 * The report for people, after §13.1 of the reliability plan; its first two lines alone say what happened and why.
 * A pure function of rows and verdict: the same rows give the same text.
 */
export function renderMarkdown(rows: RunRows, verdict: Verdict, beside: Beside = NOTHING_BESIDE): string {
  const short = summarise(rows, verdict, beside);
  const { run } = rows;
  const { outcome, why } = headlineOf(rows, verdict);
  const lines = [
    `# ${outcome.toUpperCase()}: reliability test report, ${text(run.name)}`,
    `**${text(why)}**`,
    ...section('## In Short', short.facts.map(fact)),
    ...section('## Test Run Summary', summary(rows, verdict)),
    ...section('## Results Overview', overview(verdict, beside)),
    ...section('## Detailed Results', []),
    ...section('### Availability Testing', availability(verdict)),
    ...section('### Recovery Testing', [
      ...sentences(verdict, /^(mttr|mtbf|error_recovery|crashes)$/),
      ...dependencyRestarts(rows),
    ]),
    ...section('### Consistency Testing', spaced(sentences(verdict, /^check_rate$/), checks(rows))),
    ...section('### Performance Under Load', performance(rows, verdict)),
    ...section('### Memory and Resources', [
      ...sentences(verdict, /^memory/),
      ...growthOf(verdict),
      ...resources(rows),
    ]),
    ...section('### Where the Time Went', time(verdict)),
    ...section('### Events', events(rows)),
    ...section('## Issues Found', numbered(issuesOf(verdict).map(text), 'None.')),
    ...section('## Recommendations', numbered(recommendations(verdict), 'None.')),
    ...section('## Checklists', []),
    ...section('### Pre-Test Checklist', preTestChecklist(rows, beside).map(checkLine)),
    ...section('### Post-Test Checklist', postTestChecklist(rows, verdict).map(checkLine)),
    ...section('## Sign-off', ['- [ ] QA Lead Approval', '- [ ] Engineering Lead Approval', '- [ ] Production Ready']),
    '',
  ];
  return visible(lines.join('\n'));
}

const fact = ({ name, lines }: RunSummary['facts'][number]): string =>
  lines.length === 1
    ? `- **${name}**: ${text(lines.join(''))}`
    : [`- **${name}**:`, ...lines.map((line) => `  - ${text(line)}`)].join('\n');

const section = (title: string, lines: readonly string[]): string[] => [
  '',
  title,
  ...(lines.length > 0 ? ['', ...lines] : []),
];

/** Two parts with an empty line between, when there are two. */
const spaced = (first: readonly string[], second: readonly string[]): string[] =>
  first.length > 0 && second.length > 0 ? [...first, '', ...second] : [...first, ...second];

const numbered = (items: readonly string[], none: string): string[] =>
  items.length === 0 ? [none] : items.map((item, at) => `${at + 1}. ${item}`);

const checkLine = ({ done, text: what, evidence }: CheckItem): string =>
  `- [${done ? 'x' : ' '}] ${what}: ${text(evidence)}`;

function summary({ run, plan }: RunRows, { time: account, requests }: Verdict): string[] {
  const labels = Object.entries(run.labels).map(([key, value]) => `${key}=${value}`);
  return [
    `- **Date**: ${instant(run.startMs)} to ${instant(run.startMs + account.totalMs)}`,
    `- **Duration**: ${formatDuration(account.totalMs)}${
      run.rehearsal
        ? `, a rehearsal of ${formatDuration((plan.endMs - plan.startMs) * run.compression)} at ${significant(run.compression)} times the speed`
        : ''
    }`,
    `- **Environment**: ${text(run.environment ?? 'not named in the profile')}`,
    `- **Tester**: ${text(run.startedBy)}`,
    `- **Target**: ${text(run.targetUrl)}`,
    `- **Requests**: ${formatCount(requests.total)} judged, of which ${formatCount(requests.failed)} failed; ${formatCount(requests.starved)} more starved`,
    `- **Run**: ${run.id}, soakd ${text(run.soakdVersion)}`,
    ...(labels.length > 0 ? [`- **Labels**: ${text(labels.join(', '))}`] : []),
  ];
}

function overview({ criteria }: Verdict, beside: Beside): string[] {
  return markdownTable(
    ['Metric', 'Target', 'Actual', '95 % interval', 'Last run', 'Evidence', 'Status'],
    criteria.map((one) => [
      text(one.name),
      text(one.targetText) + (one.fromProfile ? '' : ' (default)'),
      formatValue(one.actual, one.unit),
      formatInterval(one.interval, one.unit),
      lastOf(one, beside),
      text(one.evidence),
      STATUS[one.status],
    ]),
  );
}

function availability(verdict: Verdict): string[] {
  const rows = verdict.outages.map((outage) => [
    instant(outage.startMs),
    outage.endMs === null ? 'not over' : formatDuration(outage.endMs - outage.startMs),
    formatCount(outage.failures),
    outage.judgedMs > 0 ? formatDuration(outage.judgedMs) : 'none: warm-up or excluded',
    text(outage.cause),
  ]);
  return [
    ...sentences(verdict, /^(availability|error_rate)$/),
    ...(rows.length > 0 ? ['', ...markdownTable(['Outage from', 'Lasted', 'Failures', 'Counted', 'Cause'], rows)] : []),
  ];
}

/** Why each criterion of these ids came out as it did. */
function sentences({ criteria }: Verdict, ids: RegExp): string[] {
  return criteria
    .filter(({ id }) => ids.test(id))
    .map(
      (one) =>
        `- **${text(one.name)}**, ${STATUS[one.status]}: ${text(one.why)}${text(worstOf(one)).replace(/^(?=.)/, ' ')}`,
    );
}

/** Not the target's crashes, but what it had to live through. */
function dependencyRestarts({ events: all }: RunRows): string[] {
  const restarts = all.filter(({ kind }) => kind === 'dependency_restarted');
  if (restarts.length === 0) return [];
  const counts = Map.groupBy(restarts, ({ data }) => String(data.source));
  const told = [...counts].map(([source, { length }]) => `${source}${length === 1 ? '' : ` ${length} times`}`);
  return [`- **Restarts of dependencies**, which are no crash of the target: ${text(told.join(', '))}`];
}

function checks({ windows }: RunRows): string[] {
  const totals = new Map<string, { passes: number; fails: number }>();
  for (const window of windows) {
    for (const { name, passes, fails } of window.checks) {
      const total = totals.get(name) ?? { passes: 0, fails: 0 };
      totals.set(name, { passes: total.passes + passes, fails: total.fails + fails });
    }
  }
  if (totals.size === 0) return ['No checks on the content of answers were made.'];
  return markdownTable(
    ['Check', 'Passed', 'Failed', 'Share passed'],
    [...totals].map(([name, { passes, fails }]) => [
      text(name),
      formatCount(passes),
      formatCount(fails),
      formatValue((100 * passes) / Math.max(1, passes + fails), 'percent'),
    ]),
  );
}

function performance(rows: RunRows, verdict: Verdict): string[] {
  const milliseconds = (value: number | null): string => formatValue(value, 'milliseconds');
  const { iterations } = verdict;
  const windows = calibrationText(rows, verdict);
  return [
    ...sentences(verdict, /^(response_time|throughput|error_rate_)/),
    '',
    `All outcomes count; a failure counts as the longer of what was seen and the time-out. Durations are kept by the stretch (${rows.run.compression > 1 ? '10 s' : '5 min'}), and a stretch of which half is judged counts whole: so the requests below may be some more or fewer than the ${formatCount(verdict.requests.total)} judged ones.`,
    '',
    ...markdownTable(
      ['Load', 'Requests', 'P50', 'P95', 'P99'],
      verdict.latency.map(({ level, requests, p50Ms, p95Ms, p99Ms }) => [
        level,
        formatCount(requests),
        milliseconds(p50Ms),
        milliseconds(p95Ms),
        milliseconds(p99Ms),
      ]),
    ),
    ...driftOf(verdict),
    '',
    `Conversations of the whole run, judged or not: ${formatCount(iterations.planned)} planned, ${formatCount(iterations.started)} started, ${formatCount(iterations.starved)} starved, ${formatCount(iterations.late)} late, ${formatCount(iterations.paused)} paused, ${formatCount(iterations.interrupted)} interrupted.`,
    ...(windows === null ? [] : ['', text(windows)]),
  ];
}

/** What was sampled, judged or not: CPU, connections and hit rates explain a verdict that memory alone does not. */
function resources(rows: RunRows): string[] {
  const all = summaryOfSeries(rows);
  const known = all.filter(({ samples }) => samples > 0);
  const silent = all.filter(({ samples }) => samples === 0).map(({ series }) => series);
  const table = markdownTable(
    ['Series', 'Mean', 'Lowest', 'Highest', 'Last', 'Samples', 'Missing'],
    known.map((one) => [
      text(one.series),
      ...[one.mean, one.lowest, one.highest, one.last].map((value) => formatValue(value, one.unit)),
      formatCount(one.samples),
      formatCount(one.missing),
    ]),
  );
  return [
    ...(table.length > 0 ? ['', 'Over the whole run, warm-up included:', '', ...table] : []),
    ...(silent.length > 0 ? ['', `Without a value: ${text(silent.join(', '))}.`] : []),
  ];
}

function time({ time: account, losses }: Verdict): string[] {
  const share = (ms: number): string => `${significant((100 * ms) / Math.max(1, account.totalMs))} %`;
  const row = (what: string, ms: number): string[] => [what, ms === 0 ? '–' : formatDuration(ms), share(ms)];
  return [
    ...markdownTable(
      ['Time', 'Length', 'Share'],
      [
        row('judged', account.judgedMs),
        row('warm-up', account.warmupMs),
        row('paused by the operator', account.pausedMs),
        row('excluded by the profile', account.excludedMs),
        ...account.excluded.map(({ reason, ms }) => row(`… ${text(reason)}`, ms)),
        row('not offered', account.notOfferedMs),
        ...account.notOffered.map(({ reason, ms }) => row(`… ${text(reason)}`, ms)),
        row('**total**', account.totalMs),
      ],
    ),
    ...(losses.length > 0 ? ['', ...losses.map((loss) => `- Lost: ${text(loss)}`)] : []),
  ];
}

function events(rows: RunRows): string[] {
  const { told, left } = happenedIn(rows, MOST_EVENTS);
  if (told.length === 0) return ['None.'];
  return [
    ...markdownTable(
      ['Time', 'Severity', 'Kind', 'What'],
      told.map(({ atMs, severity, kind, message }) => [instant(atMs), severity, text(kind), text(message)]),
    ),
    ...(left > 0 ? ['', `${left} more are in the JSON report.`] : []),
  ];
}
