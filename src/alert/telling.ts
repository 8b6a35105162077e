import type { Alert, AlertNews, AlertSeverity, Silence } from '../model/alert.ts';
import { matchesLabels } from '../model/label-match.ts';
import { isActive } from './silence.ts';

export interface TellingInput {
  /** All that are open, of all runs and of soakd itself, as they are now. */
  open: readonly Alert[];
  /** Those that were resolved just now. */
  resolved: readonly Alert[];
  /** Those that fired and were resolved before: what followed from them may still be there. */
  lately: readonly Alert[];
  silences: readonly Silence[];
  /** A firing alert is told again after so long. */
  repeatMs: Readonly<Record<AlertSeverity, number>>;
  nowMs: number;
  /** The injected fault that was expected to raise an alert; null: none. */
  faultBehind(alert: Alert): string | null;
}

export interface Telling {
  /** Those that are otherwise than before: inhibited, silenced, told. */
  changed: Alert[];
  news: AlertNews[];
}

/**
 * What follows from a cause may outlast it: an error rate over five minutes still holds the outage when that is over, and
 * clears five minutes later.
 */
const AFTERMATH_MS = 15 * 60_000;

/**
 * What is told now. A cause that fires silences what follows from it, and what might follow from a cause that is pending
 * waits for it. The end of an alert is told once, to those who were told of its beginning, whatever is silent by then. Ends
 * come first: where an alert is over and the next of the same key fires, the other way round would close what has just begun.
 */
export function telling(input: TellingInput): Telling {
  const { open, resolved, silences, repeatMs, nowMs } = input;
  const active = silences.filter((silence) => isActive(silence, nowMs));
  const changed: Alert[] = [];
  const news: AlertNews[] = [];
  for (const over of resolved) {
    if (over.toldCount > 0) news.push({ kind: 'resolved', alert: over });
    else if (wasMissed(over, input)) {
      const told = { ...over, toldCount: 1, toldMs: nowMs };
      changed.push(told);
      news.push({ kind: 'firing', alert: asItFired(told) }, { kind: 'resolved', alert: told });
    }
  }
  for (const before of open) {
    const inhibitedBy = inhibitorOf(before, input);
    const silencedBy = active.find(({ matchers }) => matchesLabels(matchers, before.labels))?.id ?? null;
    let alert =
      inhibitedBy === before.inhibitedBy && silencedBy === before.silencedBy
        ? before
        : { ...before, inhibitedBy, silencedBy };
    const kind = isFiring(alert) && inhibitedBy === null && silencedBy === null ? kindOf(alert, repeatMs, nowMs) : null;
    if (kind !== null) {
      alert = { ...alert, toldCount: alert.toldCount + 1, toldMs: nowMs };
      news.push({ kind, alert });
    }
    if (alert !== before) changed.push(alert);
  }
  return { changed, news };
}

/**
 * It fired and was over within one look, as after an outage while soakd was away, or at the end of a run: nobody was told
 * although somebody should have been. Not so what a look found silent, and what was silent from its firing to its end.
 */
function wasMissed(over: Alert, input: TellingInput): boolean {
  const { firingMs, resolvedMs, rule, labels } = over;
  if (firingMs === null || resolvedMs === null || rule.action === 'note') return false;
  if (over.inhibitedBy !== null || over.silencedBy !== null) return false;
  const isSilent = input.silences.some(
    (silence) =>
      matchesLabels(silence.matchers, labels) &&
      (isActive(silence, input.nowMs) || (isActive(silence, firingMs) && isActive(silence, resolvedMs))),
  );
  return !isSilent && inhibitorOf(over, input) === null;
}

/** Of what was read while it fired only the worst is known afterwards. */
const asItFired = (over: Alert): Alert => ({
  ...{ ...over, state: 'firing', resolvedMs: null, value: over.worst },
  evidence: 'told afterwards, it is over already',
});

/** It fires, or it did and nothing can be told of it now. */
export const isFiring = ({ state, firingMs }: Alert): boolean =>
  state === 'firing' || (state === 'no_data' && firingMs !== null);

/** A note is for the record only; an alert that somebody has taken on is not told again. */
function kindOf(
  { rule, toldCount, toldMs, acknowledged }: Alert,
  repeatMs: TellingInput['repeatMs'],
  nowMs: number,
): 'firing' | 'again' | null {
  if (rule.action === 'note') return null;
  if (toldCount === 0) return 'firing';
  if (acknowledged !== null) return null;
  return nowMs - (toldMs ?? nowMs) >= repeatMs[rule.severity] ? 'again' : null;
}

/** What keeps it silent: a fault that was expected to raise it, or the rule of its cause. */
function inhibitorOf(alert: Alert, input: TellingInput): string | null {
  const fault = input.faultBehind(alert);
  return fault === null ? causeOf(alert, input) : `fault:${fault}`;
}

/** Of two alerts that are each about a series, the one silences the other only where it is the same. */
function causeOf(alert: Alert, { open, resolved, lately }: TellingInput): string | null {
  const { id, runId, rule, labels, firingMs, resolvedMs, evaluatedMs } = alert;
  const isCause = (other: Alert): boolean =>
    other.id !== id &&
    other.runId === runId &&
    other.rule.inhibits.includes(rule.name) &&
    (other.labels.series === undefined || labels.series === undefined || other.labels.series === labels.series);
  const beganMs = alert.pendingMs ?? evaluatedMs;
  // By the time of its rows, not by the clock: what happened while soakd was away is looked at afterwards.
  const atMs = resolvedMs ?? evaluatedMs;
  const holdsOpen = (other: Alert): boolean =>
    (isFiring(other) || other.state === 'pending') &&
    (resolvedMs === null || (other.pendingMs ?? other.evaluatedMs) <= (firingMs ?? evaluatedMs));
  const holdsAfter = (other: Alert): boolean =>
    other.firingMs !== null &&
    other.resolvedMs !== null &&
    (other.pendingMs ?? other.firingMs) <= (firingMs ?? evaluatedMs) &&
    beganMs <= other.resolvedMs &&
    atMs < other.resolvedMs + AFTERMATH_MS;
  const cause =
    open.find((other) => isCause(other) && holdsOpen(other)) ??
    [...resolved, ...lately].find((other) => isCause(other) && holdsAfter(other));
  return cause?.rule.name ?? null;
}
