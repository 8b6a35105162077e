import type { Alert } from '../../model/alert.ts';
import type { CriterionStatus, Verdict } from '../../model/verdict.ts';
import { formatCount, formatDuration, formatInterval, formatValue, significant } from '../../verdict/quantity.ts';
import type { RunRows } from '../../verdict/rows.ts';
import { instant } from '../action-text.ts';
import type { Beside } from '../beside.ts';
import type { CheckItem } from '../checklist.ts';
import { happenedIn } from '../happened.ts';
import { summaryOfRequests } from '../requests.ts';
import { summaryOfSeries } from '../resources.ts';
import { lastOf, type RunSummary } from '../summary.ts';
import { html, type Markup } from './markup.ts';
import { tableOf } from './table.ts';

const MOST_EVENTS = 300;
const STATUS: Record<CriterionStatus, string> = {
  pass: '✓ pass',
  fail: '✗ fail',
  inconclusive: '? inconclusive',
  not_applicable: '– not applicable',
};
const ORDER: CriterionStatus[] = ['fail', 'inconclusive', 'pass', 'not_applicable'];

/** What a person needs first: build and what is new of it, memory a day, the worst requests, what to do. */
export const shortOf = ({ facts }: RunSummary): Markup =>
  html`<dl>${facts.map(({ name, lines }) => html`<dt>${name}</dt><dd>${lines.map((line) => html`<div>${line}</div>`)}</dd>`)}</dl>`;

/** The facts of the run, after §13.1 of the reliability plan. */
export function factsOf({ run, plan }: RunRows, { time, requests }: Verdict): Markup {
  const labels = Object.entries(run.labels).map(([key, value]) => `${key}=${value}`);
  const lengthText = run.rehearsal
    ? `${formatDuration(time.totalMs)}, a rehearsal of ${formatDuration((plan.endMs - plan.startMs) * run.compression)} at ${significant(run.compression)} times the speed`
    : formatDuration(time.totalMs);
  const facts: [string, string][] = [
    ['Run', `${run.id}, soakd ${run.soakdVersion}`],
    ['Date', `${instant(run.startMs)} to ${instant(run.startMs + time.totalMs)}`],
    ['Duration', lengthText],
    ['Environment', run.environment ?? 'not named in the profile'],
    ['Tester', run.startedBy],
    ['Target', run.targetUrl],
    [
      'Requests',
      `${formatCount(requests.total)} judged, of which ${formatCount(requests.failed)} failed; ${formatCount(requests.starved)} more starved`,
    ],
    ...(labels.length > 0 ? [['Labels', labels.join(', ')] satisfies [string, string]] : []),
  ];
  return html`<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

/** Every criterion with value, interval and limit, the worst first, each with its sentence. */
export function criteriaOf({ criteria }: Verdict, beside: Beside): Markup | null {
  const sorted = criteria.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  return tableOf(
    [
      { title: 'Criterion' },
      { title: 'Status' },
      { title: 'Limit' },
      { title: 'Actual', number: true },
      { title: '95 % interval', number: true },
      { title: 'Last run', number: true },
      { title: 'Evidence' },
    ],
    sorted.map((one) => ({
      cells: [
        one.name,
        html`<span class="status ${one.status}">${STATUS[one.status]}</span>`,
        one.targetText + (one.fromProfile ? '' : ' (default)'),
        formatValue(one.actual, one.unit),
        formatInterval(one.interval, one.unit),
        lastOf(one, beside),
        one.evidence,
      ],
      why: one.worst === null || one.why.includes(one.worst) ? one.why : `${one.why} (${one.worst})`,
    })),
  );
}

export function outagesOf({ outages }: Verdict): Markup {
  const table = tableOf(
    [
      { title: 'Outage from' },
      { title: 'Lasted', number: true },
      { title: 'Failures', number: true },
      { title: 'Counted', number: true },
      { title: 'Cause' },
    ],
    outages.map(({ startMs, endMs, failures, judgedMs, cause }) => ({
      cells: [
        instant(startMs),
        endMs === null ? 'not over' : formatDuration(endMs - startMs),
        formatCount(failures),
        judgedMs > 0 ? formatDuration(judgedMs) : 'none: warm-up or excluded',
        cause,
      ],
    })),
  );
  return table ?? html`<p>No outage.</p>`;
}

/** Every request name; its failures by what they were, and its drift. */
export function requestsOf(rows: RunRows, { drift }: Verdict): Markup {
  const milliseconds = (value: number | null): string => formatValue(value, 'milliseconds');
  const only = drift.length === 1 ? drift[0] : undefined;
  const table = tableOf(
    [
      { title: 'Request' },
      { title: 'Requests', number: true },
      { title: 'Failed', number: true },
      { title: 'HTTP error', number: true },
      { title: 'Time-out', number: true },
      { title: 'No connection', number: true },
      { title: 'P50', number: true },
      { title: 'P95', number: true },
      { title: 'P99', number: true },
      { title: 'P95 per 24 h', number: true },
    ],
    summaryOfRequests(rows).map(({ name, requests, failed, byOutcome, p50Ms, p95Ms, p99Ms }) => {
      const own = drift.find(({ request }) => request === name) ?? only;
      return {
        cells: [
          name,
          formatCount(requests),
          formatValue((100 * failed) / Math.max(1, requests), 'percent'),
          formatCount(byOutcome.http_error),
          formatCount(byOutcome.timeout),
          formatCount(byOutcome.connect),
          ...[p50Ms, p95Ms, p99Ms].map(milliseconds),
          own === undefined
            ? '–'
            : `${formatValue(own.growthPercentPer24h, 'percent')} (${own.state.replaceAll('_', ' ')})`,
        ],
      };
    }),
  );
  return table ?? html`<p>No request was judged.</p>`;
}

/** Latency by level of load, failures counted as the longer of what was seen and the time-out. */
export const levelsOf = ({ latency }: Verdict): Markup | null =>
  tableOf(
    [{ title: 'Load' }, ...['Requests', 'P50', 'P95', 'P99'].map((title) => ({ title, number: true }))],
    latency.map(({ level, requests, p50Ms, p95Ms, p99Ms }) => ({
      cells: [
        level,
        formatCount(requests),
        ...[p50Ms, p95Ms, p99Ms].map((value) => formatValue(value, 'milliseconds')),
      ],
    })),
  );

export const growthOf = ({ growth }: Verdict): Markup | null =>
  tableOf(
    [
      { title: 'Series' },
      { title: 'State' },
      { title: 'Level without growth', number: true },
      { title: 'Growth per 24 h', number: true },
      { title: '95 % interval', number: true },
      { title: 'Would be seen from', number: true },
      { title: 'Limit reached' },
    ],
    growth.map((one) => ({
      cells: [
        one.series,
        one.state.replaceAll('_', ' '),
        formatValue(one.startLevel, one.unit),
        `${formatValue(one.growthPer24h, one.unit)}${one.growthPercentPer24h === null ? '' : ` (${formatValue(one.growthPercentPer24h, 'percent')})`}`,
        formatInterval(one.interval, 'percent'),
        formatValue(one.detectablePercentPer24h, 'percent'),
        one.exhaustion === null ? '–' : `${instant(one.exhaustion.atMs)}, from ${instant(one.exhaustion.lowMs)}`,
      ],
      why: one.why,
    })),
  );

export const seriesOf = (rows: RunRows): Markup | null =>
  tableOf(
    [
      { title: 'Series' },
      { title: 'Of' },
      ...['Mean', 'Lowest', 'Highest', 'Last', 'Samples', 'Missing'].map((title) => ({ title, number: true })),
    ],
    summaryOfSeries(rows).map((one) => ({
      cells: [
        one.series,
        one.role,
        ...[one.mean, one.lowest, one.highest, one.last].map((value) => formatValue(value, one.unit)),
        formatCount(one.samples),
        formatCount(one.missing),
      ],
    })),
  );

export function checksOf({ windows }: RunRows): Markup {
  const totals = new Map<string, { passes: number; fails: number }>();
  for (const window of windows) {
    for (const { name, passes, fails } of window.checks) {
      const total = totals.get(name) ?? { passes: 0, fails: 0 };
      totals.set(name, { passes: total.passes + passes, fails: total.fails + fails });
    }
  }
  const table = tableOf(
    [{ title: 'Check' }, ...['Passed', 'Failed', 'Share passed'].map((title) => ({ title, number: true }))],
    [...totals].map(([name, { passes, fails }]) => ({
      cells: [
        name,
        formatCount(passes),
        formatCount(fails),
        formatValue((100 * passes) / Math.max(1, passes + fails), 'percent'),
      ],
    })),
  );
  return table ?? html`<p>No checks on the content of answers were made.</p>`;
}

export function timeOf({ time, losses }: Verdict): Markup {
  const row = (what: string, ms: number) => ({
    cells: [what, ms === 0 ? '–' : formatDuration(ms), `${significant((100 * ms) / Math.max(1, time.totalMs))} %`],
  });
  return html`${tableOf(
    [{ title: 'Time' }, { title: 'Length', number: true }, { title: 'Share', number: true }],
    [
      row('judged', time.judgedMs),
      row('warm-up', time.warmupMs),
      row('paused by the operator', time.pausedMs),
      row('excluded by the profile', time.excludedMs),
      ...time.excluded.map(({ reason, ms }) => row(`… ${reason}`, ms)),
      row('not offered', time.notOfferedMs),
      ...time.notOffered.map(({ reason, ms }) => row(`… ${reason}`, ms)),
      row('total', time.totalMs),
    ],
  )}${listOf(losses.map((loss) => `Lost: ${loss}`))}`;
}

export function eventsOf(rows: RunRows): Markup {
  const { told, left } = happenedIn(rows, MOST_EVENTS);
  const table = tableOf(
    [{ title: 'Time' }, { title: 'Severity' }, { title: 'Kind' }, { title: 'What' }],
    told.map(({ atMs, severity, kind, message }) => ({
      cells: [html`<span class="when">${instant(atMs)}</span>`, severity, kind, message],
    })),
  );
  return html`${table ?? html`<p>None.</p>`}${left > 0 ? html`<p class="quiet">${left} more are in the JSON report.</p>` : null}`;
}

export function alertsOf(alerts: readonly Alert[]): Markup | null {
  const fired = alerts.filter(({ firingMs }) => firingMs !== null);
  return tableOf(
    [{ title: 'Alert' }, { title: 'Severity' }, { title: 'Fired' }, { title: 'Resolved' }, { title: 'Evidence' }],
    fired.map(({ rule, firingMs, resolvedMs, evidence }) => ({
      cells: [
        rule.name,
        rule.severity,
        instant(firingMs ?? 0),
        resolvedMs === null ? 'not resolved' : instant(resolvedMs),
        evidence,
      ],
    })),
  );
}

export const listOf = (items: readonly string[]): Markup | null =>
  items.length === 0 ? null : html`<ol>${items.map((item) => html`<li>${item}</li>`)}</ol>`;

export const checklistOf = (items: readonly CheckItem[]): Markup =>
  html`<ul class="checks">${items.map(({ done, text, evidence }) => html`<li class="${done ? 'done' : ''}">${text}<span class="quiet">: ${evidence}</span></li>`)}</ul>`;
