/** The life of one alert: inactive → pending → firing → resolved, with no data as a state of its own. Pure. */

import { digestOf } from '../base/digest.ts';
import { compactTime } from '../base/iso-time.ts';
import type { Alert, AlertRule, AlertState, AlertTransition } from '../model/alert.ts';
import { alertMetric } from '../model/alert-metrics.ts';
import { holds, isClear, worse } from './compare.ts';
import type { Reading } from './reading.ts';

/** Whom an alert is about: the same in every evaluation. */
export interface AlertIdentity {
  runId: string | null;
  /** Rule's labels and those that soakd adds. */
  labels: Readonly<Record<string, string>>;
}

/** What one look at a rule says: the open alert afterwards, and the transitions on the way. */
export interface Step {
  /** As it is now; a resolved one is told once and then forgotten. null: there is none. */
  alert: Alert | null;
  transitions: AlertTransition[];
}

/** A firing alert clears after its condition was gone for as long as it took to fire, within these limits. */
const LONGEST_CLEAR_MS = 5 * 60_000;

const SHORTEST_CLEAR_MS = 60_000;

/** How long a condition must be gone before the alert is resolved. What is said once, and not measured again and again, is over at once. */
export function clearForMs({ metric, forMs }: AlertRule['condition']): number {
  const lane = alertMetric(metric)?.lane;
  if (lane === 'trends' || lane === 'own') return 0;
  return Math.max(SHORTEST_CLEAR_MS, Math.min(forMs, LONGEST_CLEAR_MS));
}

/** Stable identity of rule, run and labels. */
export const alertKey = (rule: Pick<AlertRule, 'name'>, { runId, labels }: AlertIdentity): string =>
  digestOf({ rule: rule.name, runId, labels: Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)) }).slice(
    0,
    16,
  );

/** Unique and sortable by time; the same for the same alert, however often it is computed. */
const alertId = (atMs: number, key: string): string =>
  `${compactTime(atMs)}${String(Math.floor(atMs) % 1000).padStart(3, '0')}-${key}`;

/**
 * The next state of one alert of `rule`. `before`: the open one, null when there is none. `gapMs`: knowledge that is
 * interrupted for longer does not count as lasting.
 */
export function step(
  rule: AlertRule,
  identity: AlertIdentity,
  before: Alert | null,
  reading: Reading,
  gapMs: number,
): Step {
  if (before !== null && reading.atMs < before.evaluatedMs) return { alert: before, transitions: [] };
  const walk = new Walk(rule, identity, before, reading);
  if (reading.told === 'not_judged') walk.notJudged();
  else if (reading.told === 'unknown') walk.unknown();
  else walk.known(gapMs);
  return { alert: walk.alert, transitions: walk.transitions };
}

/** Ends an open alert for a reason that no reading gives: the run is over, the rule is gone. */
export function end(alert: Alert, atMs: number, reason: string): Step {
  if (alert.state === 'resolved') return { alert, transitions: [] };
  const transition = { alertId: alert.id, atMs, from: alert.state, to: 'resolved' as const, reason };
  return {
    alert: { ...alert, state: 'resolved', resolvedMs: atMs, evaluatedMs: atMs, clearSinceMs: null },
    transitions: [transition],
  };
}

/** As `end`, of what nobody looks at any more: whether it is still so is not known, only whether it was so at last. */
export function cutOff(alert: Alert, atMs: number, reason: string): Step {
  const stillHeld = alert.state === 'firing' && (alert.clearSinceMs ?? null) === null;
  return end({ ...alert, cutOff: { reason, stillHeld } }, atMs, reason);
}

class Walk {
  alert: Alert | null;
  readonly transitions: AlertTransition[] = [];
  readonly #rule: AlertRule;
  readonly #identity: AlertIdentity;
  readonly #reading: Reading;

  constructor(rule: AlertRule, identity: AlertIdentity, before: Alert | null, reading: Reading) {
    this.#rule = rule;
    this.#identity = identity;
    this.#reading = reading;
    this.alert = before;
  }

  /** A condition that has not lasted yet is dropped; what fires waits until it can be asked again. */
  notJudged(): void {
    const { alert } = this;
    if (alert?.state === 'pending') this.#go('resolved', this.#reading.evidence);
    else if (alert !== null) this.#set({ evaluatedMs: this.#reading.atMs, clearSinceMs: null });
  }

  unknown(): void {
    if (this.alert === null) this.#begin('no_data');
    else if (this.alert.state !== 'no_data') this.#go('no_data', this.#reading.evidence);
    else this.#set({ evaluatedMs: this.#reading.atMs, evidence: this.#reading.evidence });
  }

  known(gapMs: number): void {
    const { condition } = this.#rule;
    const { atMs, value, evidence } = this.#reading;
    const lasting = holds(condition, this.#reading);
    const interrupted = this.alert !== null && atMs - this.alert.evaluatedMs > gapMs;
    const fired = this.alert?.firingMs ?? null;
    if (fired === null) {
      if (!lasting) {
        if (this.alert !== null)
          this.#go(
            'resolved',
            this.alert.state === 'no_data' ? `data is back: ${evidence}` : `it did not last: ${evidence}`,
          );
        return;
      }
      if (this.alert === null) this.#begin('pending');
      else if (this.alert.state === 'no_data') this.#go('pending', evidence);
      else if (interrupted) this.#set({ pendingMs: atMs });
      this.#set({ evaluatedMs: atMs, value, evidence });
      if (atMs - (this.alert?.pendingMs ?? atMs) >= condition.forMs) this.#go('firing', evidence);
      return;
    }
    if (this.alert?.state === 'no_data') this.#go('firing', `data is back: ${evidence}`);
    const worst = lasting ? worse(condition.comparison, this.alert?.worst ?? null, value) : (this.alert?.worst ?? null);
    const clear = !lasting && isClear(condition, this.#reading);
    const clearSinceMs = !clear ? null : interrupted ? atMs : (this.alert?.clearSinceMs ?? atMs);
    this.#set({ evaluatedMs: atMs, value, evidence, worst, clearSinceMs });
    if (clearSinceMs !== null && atMs - clearSinceMs >= clearForMs(condition)) this.#go('resolved', evidence);
  }

  #begin(state: 'pending' | 'no_data'): void {
    const { atMs, evidence, value } = this.#reading;
    const { runId, labels } = this.#identity;
    const key = alertKey(this.#rule, this.#identity);
    const id = alertId(atMs, key);
    this.alert = {
      ...{ id, key, runId, rule: this.#rule, labels, state, evaluatedMs: atMs, value, evidence },
      ...{ pendingMs: state === 'pending' ? atMs : null, firingMs: null, resolvedMs: null, worst: null },
      ...{ inhibitedBy: null, silencedBy: null, acknowledged: null, clearSinceMs: null },
      ...{ toldCount: 0, toldMs: null, facts: null },
    };
    this.transitions.push({ alertId: id, atMs, from: null, to: state, reason: evidence });
  }

  #go(to: AlertState, reason: string): void {
    const { alert } = this;
    if (alert === null) return;
    const { atMs, value, evidence } = this.#reading;
    this.transitions.push({ alertId: alert.id, atMs, from: alert.state, to, reason });
    const { pendingMs, firingMs } = alert;
    this.alert = {
      ...{ ...alert, state: to, evaluatedMs: atMs, evidence, value: to === 'no_data' ? alert.value : value },
      pendingMs: to === 'pending' ? atMs : pendingMs,
      firingMs: to === 'firing' ? (firingMs ?? atMs) : firingMs,
      resolvedMs: to === 'resolved' ? atMs : null,
      worst: to === 'firing' && firingMs === null ? value : alert.worst,
      clearSinceMs: null,
    };
  }

  #set(change: Partial<Alert>): void {
    if (this.alert !== null) this.alert = { ...this.alert, ...change };
  }
}
