import type { Alert, AlertNews, AlertSeverity, Silence } from '../model/alert.ts';
import { fits, isActive } from './silence.ts';

export interface TellingInput {
  /** All that are open, of all runs and of soakd itself, as they are now. */
  open: readonly Alert[];
  /** Those that were resolved just now. */
  resolved: readonly Alert[];
  /** Those that fired and were resolved within `AFTERMATH_MS`. */
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
export const AFTERMATH_MS = 15 * 60_000;

/**
 * What is told now. A cause that fires silences what follows from it, and what might follow from a cause that is pending
 * waits for it. The end of an alert is told once, to those who were told of its beginning, whatever is silent by then.
 */
export function telling({ open, resolved, lately, silences, repeatMs, nowMs, faultBehind }: TellingInput): Telling {
  const active = silences.filter((silence) => isActive(silence, nowMs));
  const changed: Alert[] = [];
  const news: AlertNews[] = [];
  for (const before of open) {
    const fault = faultBehind(before);
    const inhibitedBy = fault === null ? causeOf(before, open, lately, nowMs) : `fault:${fault}`;
    const silencedBy = active.find(({ matchers }) => fits(matchers, before.labels))?.id ?? null;
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
  for (const alert of resolved) if (alert.toldCount > 0) news.push({ kind: 'resolved', alert });
  return { changed, news };
}

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

/** Of two alerts that are each about a series, the one silences the other only where it is the same. */
function causeOf(alert: Alert, open: readonly Alert[], lately: readonly Alert[], nowMs: number): string | null {
  const { id, runId, rule, labels } = alert;
  const isCause = (other: Alert): boolean =>
    other.id !== id &&
    other.runId === runId &&
    other.rule.inhibits.includes(rule.name) &&
    (other.labels.series === undefined || labels.series === undefined || other.labels.series === labels.series);
  const beganMs = alert.pendingMs ?? alert.evaluatedMs;
  const cause =
    open.find((other) => isCause(other) && (isFiring(other) || other.state === 'pending')) ??
    lately.find(
      (other) => isCause(other) && beganMs <= (other.resolvedMs ?? 0) && nowMs < (other.resolvedMs ?? 0) + AFTERMATH_MS,
    );
  return cause?.rule.name ?? null;
}
