import { createHash } from 'node:crypto';
import type { Verdict } from '../../model/verdict.ts';
import type { RunRows } from '../../verdict/rows.ts';
import { recommendations } from '../advice.ts';
import { type Beside, NOTHING_BESIDE } from '../beside.ts';
import { calibrationText } from '../calibration-text.ts';
import { postTestChecklist, preTestChecklist } from '../checklist.ts';
import { headlineOf } from '../headline.ts';
import { issuesOf } from '../issues.ts';
import { summarise } from '../summary.ts';
import { chartSvg } from './chart.ts';
import { chartsOf } from './charts.ts';
import { happeningsSvg, sharedMarks } from './mark-pictures.ts';
import { bandsOf, marksOf } from './marks.ts';
import { constantMarkup, html, type Markup } from './markup.ts';
import {
  alertsOf,
  checklistOf,
  checksOf,
  criteriaOf,
  eventsOf,
  factsOf,
  growthOf,
  levelsOf,
  listOf,
  outagesOf,
  requestsOf,
  seriesOf,
  shortOf,
  timeOf,
} from './sections.ts';
import { STYLE } from './style.ts';
import { timeAxis } from './time-axis.ts';

/** What the page may do: show itself. The one style sheet is named by its digest; no script, no address, no form (CSP Level 3). */
export const HTML_REPORT_CSP = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
/** `frame-ancestors` is for the header only (CSP Level 3, §6.4.2). */
const META_CSP = HTML_REPORT_CSP.replace(/; frame-ancestors.*$/, '');

/**
 * The report as one file for a browser: nothing is loaded, nothing runs; it is well-formed XML too. The same content as the Markdown report, and every
 * series as a picture on one time axis. A pure function of its arguments.
 */
export function renderHtml(rows: RunRows, verdict: Verdict, beside: Beside = NOTHING_BESIDE): string {
  const { alerts } = beside;
  const { run } = rows;
  const { outcome, why } = headlineOf(rows, verdict);
  const axis = timeAxis(rows, run.startMs + verdict.time.totalMs);
  const marks = marksOf(rows, verdict, alerts);
  const bands = bandsOf(rows, verdict);
  const calibration = calibrationText(rows, verdict);
  const page = html`<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="${META_CSP}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="generator" content="soakd ${run.soakdVersion}"/>
<title>${outcome.toUpperCase()}: ${run.name}, ${run.id}</title>
<style>${constantMarkup(STYLE)}</style>
</head>
<body>
<header class="${verdict.outcome}"><h1>${outcome.toUpperCase()}: reliability test report, ${run.name}</h1><p>${why}</p></header>
<nav aria-label="Parts of the report"><a href="#overview">Results</a><a href="#charts">Charts</a><a href="#requests">Requests</a><a href="#memory">Memory</a><a href="#events">Events</a><a href="#issues">Issues</a><a href="#checklists">Checklists</a></nav>
<main>
${section('short', 'In Short', shortOf(summarise(rows, verdict, beside)))}
${section('summary', 'Test Run Summary', factsOf(rows, verdict))}
${section('overview', 'Results Overview', criteriaOf(verdict, beside))}
<section id="charts"><h2>The run over time</h2><p class="quiet">All charts share one axis: the profile's clock (${run.profile.traffic.timezone}). Each column of a line shows its lowest and its highest value. Shaded time is not judged; dashed uprights are alerts, changes of level, restarts and what operators did.</p>
${sharedMarks(bands, marks, axis)}
${happeningsSvg(bands, marks, axis)}
${chartsOf(rows, verdict, axis).map((chart) => chartSvg(chart, axis))}
</section>
${section('availability', 'Availability and recovery', outagesOf(verdict))}
${section('consistency', 'Consistency', checksOf(rows))}
${section('requests', 'Requests', html`${requestsOf(rows, verdict)}<h3>By level of load</h3><p class="quiet">All outcomes count; a failure counts as the longer of what was seen and the time-out.</p>${levelsOf(verdict)}${calibration === null ? null : html`<p>${calibration}</p>`}`)}
${section('memory', 'Memory and resources', html`${growthOf(verdict)}<h3>Over the whole run, warm-up included</h3>${seriesOf(rows)}`)}
${section('time', 'Where the time went', timeOf(verdict))}
${alerts.length === 0 ? null : section('alerts', 'Alerts', alertsOf(alerts))}
${section('events', 'Events and actions', eventsOf(rows))}
${section('issues', 'Issues Found', listOf(issuesOf(verdict)) ?? html`<p>None.</p>`)}
${section('recommendations', 'Recommendations', listOf(recommendations(verdict)) ?? html`<p>None.</p>`)}
${section('checklists', 'Checklists', html`<h3>Pre-Test Checklist</h3>${checklistOf(preTestChecklist(rows, beside))}<h3>Post-Test Checklist</h3>${checklistOf(postTestChecklist(rows, verdict))}<h3>Sign-off</h3><ul class="checks"><li>QA Lead Approval</li><li>Engineering Lead Approval</li><li>Production Ready</li></ul>`)}
</main>
</body>
</html>
`;
  return page.toString();
}

const section = (id: string, title: string, content: Markup | null): Markup =>
  html`<section id="${id}"><h2>${title}</h2>${content ?? html`<p class="quiet">Nothing.</p>`}</section>`;
