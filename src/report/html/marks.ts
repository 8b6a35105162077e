import { intersectionOf, type Stretch, unionOf } from '../../base/stretches.ts';
import type { Alert } from '../../model/alert.ts';
import type { Verdict } from '../../model/verdict.ts';
import { excludedStretches } from '../../plan/exclusions.ts';
import { pausedStretches } from '../../plan/rate.ts';
import type { RunRows } from '../../verdict/rows.ts';
import { spanOf } from '../../verdict/span.ts';
import { accountTime } from '../../verdict/time-account.ts';
import { actionText } from '../action-text.ts';

/** What a mark tells of; each kind has a lane of its own in the picture of all. */
export const MARK_KINDS = ['alert', 'change', 'restart', 'operator', 'trouble'] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

/** An instant that a reader of a chart needs to know. */
export interface Mark {
  atMs: number;
  kind: MarkKind;
  text: string;
  /** Of an alert: how long it fired. */
  untilMs: number | null;
}

export type BandKind = 'warmup' | 'excluded' | 'not_offered' | 'paused' | 'outage';

/** A stretch that a chart shows as a background. */
export interface Band extends Stretch {
  kind: BandKind;
  text: string;
}

const RESTARTS = ['target_restarted', 'dependency_restarted'];
/** Trouble of the load generator or of soakd itself, which explains holes in the lines. */
const TROUBLE = [
  'k6_exited',
  'generator_behind',
  'clock_stepped',
  'machine_suspended',
  'soakd_resumed',
  'store_unavailable',
];

/** Marks of everything that happened, in order of time. */
export function marksOf(rows: RunRows, verdict: Verdict, alerts: readonly Alert[]): Mark[] {
  const { run, events, actions } = rows;
  const mark = (atMs: number, kind: MarkKind, text: string, untilMs: number | null = null): Mark => ({
    ...{ atMs, kind, text, untilMs },
  });
  const followed = [
    ...verdict.growth.map((trend) => ({ name: trend.series, trend })),
    ...verdict.drift.map((trend) => ({ name: `P95 of ${trend.request ?? 'all requests'}`, trend })),
  ];
  const changes = followed.flatMap(({ name, trend: { firstCalledMs, state, changePoints } }) => [
    ...changePoints.map(({ atMs, label }) => mark(atMs, 'change', `${name}: ${label}`)),
    ...(firstCalledMs === null ? [] : [mark(firstCalledMs, 'change', `${name}: ${state} is called`)]),
  ]);
  return [
    ...alerts.flatMap(({ firingMs, resolvedMs, rule, evidence }) =>
      firingMs === null ? [] : [mark(firingMs, 'alert', `${rule.name}: ${evidence}`, resolvedMs)],
    ),
    ...changes,
    ...events.filter(({ kind }) => RESTARTS.includes(kind)).map(({ atMs, message }) => mark(atMs, 'restart', message)),
    ...actions.map((action) => mark(action.atMs, 'operator', `${action.who}: ${actionText(action, run, actions)}`)),
    ...events.filter(({ kind }) => TROUBLE.includes(kind)).map(({ atMs, message }) => mark(atMs, 'trouble', message)),
  ].toSorted((a, b) => a.atMs - b.atMs);
}

/** Time that is not judged, and outages. */
export function bandsOf(rows: RunRows, verdict: Verdict): Band[] {
  const { run, plan } = rows;
  const span = spanOf(rows);
  const whole = [{ fromMs: span.startMs, untilMs: span.endMs }];
  const within = (stretches: readonly Stretch[]): Stretch[] => intersectionOf(whole, unionOf(stretches));
  const warmupEndMs = plan.startMs + run.profile.traffic.warmupMs / plan.compression;
  const band =
    (kind: BandKind, text: string) =>
    ({ fromMs, untilMs }: Stretch): Band => ({ fromMs, untilMs, kind, text });
  return [
    ...within([{ fromMs: plan.startMs, untilMs: warmupEndMs }]).map(band('warmup', 'warm-up: not judged')),
    ...excludedStretches(run.profile, plan).flatMap(({ reason, ...stretch }) =>
      within([stretch]).map(band('excluded', `excluded: ${reason}`)),
    ),
    ...within(pausedStretches(plan)).map(band('paused', 'paused by the operator')),
    ...accountTime(rows, span).notOffered.map((one) => band('not_offered', `not offered: ${one.reason}`)(one)),
    ...verdict.outages.flatMap(({ startMs, endMs, cause }) =>
      within([{ fromMs: startMs, untilMs: endMs ?? span.endMs }]).map(band('outage', `outage: ${cause}`)),
    ),
  ];
}
