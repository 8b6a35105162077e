/** An alert in words: the same for every channel. */
import { formatDuration } from '../base/duration.ts';
import type { Alert, AlertCondition } from '../model/alert.ts';
import type { NotifiedAlert } from '../model/notification.ts';
import { RUN_STATES } from '../model/run.ts';
import { TREND_STATES } from '../model/verdict.ts';
import { instant } from './instant.ts';

/** More would hide what matters. */
const MAX_NEARBY = 8;

/** All that a message says of the alert. `nowMs`: when the message is made. */
export function notifiedAlert(alert: Alert, nowMs: number): NotifiedAlert {
  const { id, key, rule, labels, cutOff } = alert;
  return {
    ...{ id, key, labels, resolvedMs: endOf(alert, nowMs) },
    name: rule.name,
    status: alert.state === 'resolved' ? 'resolved' : 'firing',
    severity: rule.severity,
    action: rule.action,
    headline: headlineOf(alert, nowMs),
    facts: factsOf(alert, nowMs),
    startedMs: startOf(alert),
    runbookUrl: rule.runbookUrl,
    ...(alert.state === 'resolved' && cutOff ? { cutOff } : {}),
  };
}

/** Into the dashboard, at the moment that the alert began. */
export const linkTo = (publicUrl: string | null, runId: string | null, atMs: number | null): string | null =>
  publicUrl === null
    ? null
    : runId === null
      ? `${publicUrl}/`
      : `${publicUrl}/#/runs/${encodeURIComponent(runId)}${atMs === null ? '' : `?at=${Math.round(atMs)}`}`;

/** When it began to fire. */
export const startOf = ({ firingMs, pendingMs, evaluatedMs }: Alert): number => firingMs ?? pendingMs ?? evaluatedMs;

/** When its condition began to hold. */
const sinceOf = (alert: Alert): number => Math.min(alert.pendingMs ?? startOf(alert), startOf(alert));

/** A window ends on its grid, which may lie some seconds ahead: nobody is told an instant that is yet to come. */
const endOf = ({ resolvedMs }: Alert, nowMs: number): number | null =>
  resolvedMs === null ? null : Math.min(resolvedMs, nowMs);

export const isRehearsal = ({ labels }: Pick<Alert, 'labels'>): boolean => labels.rehearsal === 'true';

/** What, how bad, against which limit: one sentence. */
function headlineOf(alert: Alert, nowMs: number): string {
  return `${isRehearsal(alert) ? 'Rehearsal: ' : ''}${sentenceOf(alert, nowMs)}`;
}

function sentenceOf(alert: Alert, nowMs: number): string {
  const { rule, evidence, state, cutOff } = alert;
  const what = rule.summary ?? rule.name;
  if (state === 'resolved') {
    const endMs = endOf(alert, nowMs);
    const lasted = endMs === null ? '' : ` after ${roughly(endMs - sinceOf(alert))}`;
    if (cutOff) {
      const last = evidence === '' ? '' : `: ${evidence}`;
      const held = cutOff.stillHeld ? `it still held${lasted}${last}` : `whether it still held is not known${last}`;
      return `${what}: ${cutOff.reason}; ${held}`;
    }
    return `${what}: over${lasted}${evidence === '' ? '' : `; now ${evidence}`}`;
  }
  return `${what}: ${evidence === '' ? '' : `${evidence}, `}limit ${rule.condition.text}`;
}

function factsOf(alert: Alert, nowMs: number): { name: string; text: string }[] {
  const { id, rule, evidence, worst, labels, runId, facts, firingMs, acknowledged } = alert;
  const sinceMs = sinceOf(alert);
  const resolvedMs = endOf(alert, nowMs);
  const { condition } = rule;
  const list: { name: string; text: string }[] = [];
  const add = (name: string, text: string | null): void => {
    if (text !== null && text !== '') list.push({ name, text });
  };
  add('Value', evidence === '' ? null : evidence);
  add('Worst', worst === null ? null : amount(worst, condition));
  add('Limit', condition.text);
  const end = resolvedMs === null ? `for ${roughly(nowMs - sinceMs)}` : `until ${instant(resolvedMs)}`;
  const fired = firingMs !== null && firingMs > sinceMs ? `fired after ${roughly(firingMs - sinceMs)}, ` : '';
  add('Since', `${instant(sinceMs)}, ${fired}${end}`);
  const hour = facts?.hourOfRun ?? null;
  const rehearsal = isRehearsal(alert) ? 'rehearsal of ' : '';
  const profile = labels.profile === undefined ? '' : `${labels.profile}, `;
  add(
    'Run',
    runId === null ? null : `${rehearsal}${profile}${runId}${hour === null ? '' : `, hour ${hour.toFixed(1)}`}`,
  );
  add('Target', labels.target ?? null);
  add('Load', loadOf(alert));
  const nearby = facts?.nearby ?? [];
  for (const { atMs, text } of nearby.slice(-MAX_NEARBY)) add('Nearby', `${instant(atMs)}: ${text}`);
  if (nearby.length > MAX_NEARBY) add('Nearby', `and ${nearby.length - MAX_NEARBY} earlier ones`);
  if (acknowledged !== null) {
    const { who, atMs, text } = acknowledged;
    add('Acknowledged', `by ${who} at ${instant(atMs)}${text === '' ? '' : `: ${text}`}`);
  } else if (resolvedMs === null) {
    add('Acknowledge', `soakd ack ${id}`);
    add('Silence', `soakd silence add alertname=${quoted(rule.name)} --for 2h --why "…"`);
  }
  return list;
}

function loadOf({ facts }: Alert): string | null {
  if (facts === null) return null;
  const { plannedPerMinute: planned, servedPerMinute: served } = facts;
  if (planned === null && served === null) return null;
  const rate = (perMinute: number | null): string => (perMinute === null ? 'unknown' : `${three(perMinute)}/min`);
  return `planned ${rate(planned)}, served ${rate(served)}`;
}

const three = (value: number): string => String(Number(value.toPrecision(3)));

/** What 0 means, of metrics that are 0 or 1. */
const WHEN_ZERO: Readonly<Record<string, string>> = {
  up: 'down',
  redis_up: 'could not be read',
  sampler_up: 'could not be read',
  store_up: 'took no rows',
};
const WHEN_ONE: Readonly<Record<string, string>> = { did_not_start: 'did not start' };

/** A value in the unit of its condition; null where a number would say nothing. */
function amount(value: number, { metric, unit }: AlertCondition): string | null {
  if (unit === 'flag') return (value === 0 ? WHEN_ZERO[metric] : WHEN_ONE[metric]) ?? null;
  if (unit === 'trend') return TREND_STATES[value] ?? null;
  if (unit === 'run_state') return RUN_STATES[value]?.replaceAll('_', ' ') ?? null;
  if (unit === 'percent') return `${three(value)} %`;
  if (unit === 'milliseconds') return value < 1000 ? `${three(value)} ms` : `${three(value / 1000)} s`;
  if (unit === 'bytes') return value < 1e9 ? `${three(value / 1e6)} MB` : `${three(value / 1e9)} GB`;
  return unit === 'count' || unit === 'raw' || unit === ''
    ? three(value)
    : `${three(value)} ${unit.replaceAll('_', ' ')}`;
}

/** To the second below ten minutes, to the minute above. */
function roughly(ms: number): string {
  const grainMs = ms < 600_000 ? 1000 : 60_000;
  return formatDuration(Math.max(0, Math.round(ms / grainMs) * grainMs));
}

/** As a shell takes it. */
const quoted = (text: string): string => (/^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
