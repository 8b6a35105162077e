import { isoTime } from '../base/iso-time.ts';
import { formatDuration } from '../base/quantity.ts';
import type { Alert, AlertTransition, Silence } from '../model/alert.ts';
import { table } from './table.ts';

const clock = (atMs: number): string => isoTime(atMs).slice(0, 19).replace('T', ' ');

/** Alerts one a line. */
export function alertsText(alerts: readonly Alert[], nowMs: number): string {
  const rows = alerts.map((alert) => [
    alert.id,
    alert.rule.severity,
    alert.rule.name,
    stateText(alert),
    sinceText(alert, nowMs),
    alert.labels.series ?? '',
    alert.evidence,
  ]);
  return table([['alert', 'severity', 'rule', 'state', 'since', 'of', 'now'], ...rows]);
}

/** State, and why nothing is told where nothing is. */
function stateText({ state, acknowledged, inhibitedBy, silencedBy }: Alert): string {
  const word = state.replace('_', ' ');
  if (state === 'resolved') return word;
  if (inhibitedBy !== null) return `${word}, follows from ${inhibitedBy}`;
  if (silencedBy !== null) return `${word}, silenced`;
  return acknowledged === null ? word : `${word}, ${acknowledged.who} is at it`;
}

function sinceText({ state, pendingMs, firingMs, resolvedMs, evaluatedMs }: Alert, nowMs: number): string {
  const sinceMs = firingMs ?? pendingMs ?? evaluatedMs;
  if (state !== 'resolved') return `${formatDuration(Math.max(0, nowMs - sinceMs))}`;
  return `${clock(sinceMs)}, for ${formatDuration(Math.max(0, (resolvedMs ?? sinceMs) - sinceMs))}`;
}

/** One alert on one page: what, how bad, since when, what was the case, its history. */
export function alertText(alert: Alert, history: readonly AlertTransition[]): string {
  const { rule, labels, evidence, facts, acknowledged } = alert;
  const lines: string[][] = [
    ['alert', alert.id],
    ['rule', `${rule.name} (${rule.severity}, ${rule.action}): ${rule.condition.text}`],
    ['state', stateText(alert)],
    ['now', evidence],
    [
      'labels',
      Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
    ],
  ];
  if (rule.summary !== null) lines.splice(2, 0, ['means', rule.summary]);
  if (facts?.hourOfRun !== null && facts !== null)
    lines.push([
      'then',
      `hour ${facts.hourOfRun.toFixed(1)} of the run, planned ${rate(facts.plannedPerMinute)}, served ${rate(facts.servedPerMinute)}`,
    ]);
  for (const { atMs, text } of facts?.nearby ?? []) lines.push(['nearby', `${clock(atMs)}  ${text}`]);
  if (acknowledged !== null)
    lines.push([
      'taken on',
      `${clock(acknowledged.atMs)} by ${acknowledged.who}${acknowledged.text === '' ? '' : `: ${acknowledged.text}`}`,
    ]);
  if (rule.runbookUrl !== null) lines.push(['runbook', rule.runbookUrl]);
  const states = history.map(({ atMs, from, to, reason }) => [
    `  ${clock(atMs)}`,
    from === null ? to : `${from} → ${to}`,
    reason,
  ]);
  return `${table(lines)}\n\n${table(states)}`;
}

const rate = (perMinute: number | null): string => (perMinute === null ? '–' : `${perMinute.toFixed(1)}/min`);

/** Silences one a line. */
export function silencesText(silences: readonly Silence[], nowMs: number): string {
  const rows = silences.map(({ id, matchers, fromMs, untilMs, endedMs, who, comment }) => [
    id,
    Object.entries(matchers)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
    endedMs !== null
      ? `ended ${clock(endedMs)}`
      : untilMs <= nowMs
        ? 'over'
        : fromMs > nowMs
          ? `from ${clock(fromMs)}`
          : `until ${clock(untilMs)}`,
    who,
    comment,
  ]);
  return table([['silence', 'fits', 'holds', 'who', 'why'], ...rows]);
}
