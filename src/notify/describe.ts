/** An alert in words: the same for every channel. */
import { formatDuration } from '../base/duration.ts';
import type { Alert } from '../model/alert.ts';
import type { NotifiedAlert } from '../model/notification.ts';
import { instant } from './instant.ts';

/** More would hide what matters. */
const MAX_NEARBY = 8;

/** All that a message says of the alert. `nowMs`: when the message is made. */
export function notifiedAlert(alert: Alert, nowMs: number): NotifiedAlert {
  const { id, key, rule, labels, resolvedMs } = alert;
  return {
    ...{ id, key, labels, resolvedMs },
    name: rule.name,
    status: alert.state === 'resolved' ? 'resolved' : 'firing',
    severity: rule.severity,
    action: rule.action,
    headline: headlineOf(alert),
    facts: factsOf(alert, nowMs),
    startedMs: startOf(alert),
    runbookUrl: rule.runbookUrl,
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

/** What, how bad, against which limit: one sentence. */
function headlineOf(alert: Alert): string {
  const { rule, evidence, state, resolvedMs } = alert;
  const what = rule.summary ?? rule.name;
  if (state === 'resolved') {
    const lasted = resolvedMs === null ? '' : ` after ${roughly(resolvedMs - startOf(alert))}`;
    return `${what}: over${lasted}${evidence === '' ? '' : `; now ${evidence}`}`;
  }
  return `${what}: ${evidence === '' ? '' : `${evidence}, `}limit ${rule.condition.text}`;
}

function factsOf(alert: Alert, nowMs: number): { name: string; text: string }[] {
  const { id, rule, evidence, worst, labels, runId, facts, resolvedMs, acknowledged } = alert;
  const sinceMs = startOf(alert);
  const { condition } = rule;
  const list: { name: string; text: string }[] = [];
  const add = (name: string, text: string | null): void => {
    if (text !== null && text !== '') list.push({ name, text });
  };
  add('Value', evidence === '' ? null : evidence);
  add('Worst', worst === null ? null : amount(worst, condition.unit));
  add('Limit', condition.text);
  const end = resolvedMs === null ? `for ${roughly(nowMs - sinceMs)}` : `until ${instant(resolvedMs)}`;
  add('Since', `${instant(sinceMs)}, ${end}`);
  const hour = facts?.hourOfRun ?? null;
  const profile = labels.profile === undefined ? '' : `${labels.profile}, `;
  add('Run', runId === null ? null : `${profile}${runId}${hour === null ? '' : `, hour ${hour.toFixed(1)}`}`);
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

/** A value in the unit of its condition. */
function amount(value: number, unit: string): string {
  if (unit === 'percent') return `${three(value)} %`;
  if (unit === 'milliseconds') return value < 1000 ? `${three(value)} ms` : `${three(value / 1000)} s`;
  if (unit === 'bytes') return value < 1e9 ? `${three(value / 1e6)} MB` : `${three(value / 1e9)} GB`;
  return unit === 'count' || unit === '' ? three(value) : `${three(value)} ${unit.replaceAll('_', ' ')}`;
}

/** To the second below ten minutes, to the minute above. */
function roughly(ms: number): string {
  const grainMs = ms < 600_000 ? 1000 : 60_000;
  return formatDuration(Math.max(0, Math.round(ms / grainMs) * grainMs));
}

/** As a shell takes it. */
const quoted = (text: string): string => (/^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
