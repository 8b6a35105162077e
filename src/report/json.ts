import { isoTime } from '../base/iso-time.ts';
import { shownSource } from '../config/profile-secrets.ts';
import type { Verdict } from '../model/verdict.ts';
import type { RunRows } from '../verdict/rows.ts';
import { recommendations } from './advice.ts';
import { type Beside, NOTHING_BESIDE } from './beside.ts';
import { postTestChecklist, preTestChecklist } from './checklist.ts';
import { summaryOfSeries } from './resources.ts';

/** Grows when a reader of the version before could misread the new one; new keys alone do not change it. */
export const JSON_REPORT_VERSION = 1;

/** The report for programs: run, verdict, events and operators' actions; times are ISO 8601 beside Unix ms. A missing value is null. */
export function renderJson(rows: RunRows, verdict: Verdict, beside: Beside = NOTHING_BESIDE): string {
  const { run, plan, transitions, actions, events } = rows;
  const { profile, profileSource, requestDigest: _, baselines = [], ...about } = run;
  const report = {
    format: 'soakd-report',
    version: JSON_REPORT_VERSION,
    outcome: verdict.outcome,
    headline: verdict.headline,
    run: {
      ...about,
      startedAt: isoTime(run.startMs),
      plannedEndAt: isoTime(plan.endMs),
      endedAt: isoTime(run.startMs + verdict.time.totalMs),
      criteria: profile.criteria,
      againstBaseline: profile.againstBaseline ?? [],
      baselines: baselines.map(({ name, kind, runs }) => ({ name, kind, runIds: runs.map(({ runId }) => runId) })),
      profileSource: shownSource(profileSource),
    },
    verdict,
    series: summaryOfSeries(rows),
    recommendations: recommendations(verdict),
    checklists: { preTest: preTestChecklist(rows, beside), postTest: postTestChecklist(rows, verdict) },
    transitions,
    actions,
    events,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
