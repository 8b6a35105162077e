import { exact } from '../alert/reading.ts';
import { end, step } from '../alert/standing.ts';
import { counted, formatDuration } from '../base/quantity.ts';
import type { Alert, AlertRule, AlertTransition } from '../model/alert.ts';
import type { StoreHealth } from '../soak/context.ts';
import type { OwnAlert } from './own-alerts.ts';

/** The alerts that are about soakd itself, and about no run. */
export class OwnStates {
  readonly #rules: () => readonly AlertRule[];
  readonly #open = new Map<string, Alert>();
  #changed = new Map<string, Alert>();
  #transitions: AlertTransition[] = [];
  #storeFailedMs: number | null = null;

  constructor(rules: () => readonly AlertRule[]) {
    this.#rules = rules;
  }

  get open(): Alert[] {
    return [...this.#open.values()];
  }

  /** Open ones, as stored. */
  recall(alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      const { alertname = alert.rule.name, severity: _, ...labels } = alert.labels;
      this.#open.set(slotOf(alertname, alert.rule, labels), alert);
    }
  }

  raise({ name, labels, evidence, severity = 'warning', action = 'notify' }: OwnAlert, nowMs: number): void {
    const rule = this.#rules().find((one) => one.name === name) ?? unwritten(name, severity, action);
    this.#ask(rule, labels, exact(nowMs, null, rule.condition.threshold, evidence));
  }

  resolve(name: string, labels: OwnAlert['labels'], nowMs: number, reason: string): void {
    const slot = [...this.#open].find(
      ([, alert]) => slotOf(name, alert.rule, labels) === slotOf(alert.rule.name, alert.rule, ownLabels(alert)),
    );
    if (slot === undefined) return;
    const [key, alert] = slot;
    this.#open.delete(key);
    this.#keep(end(alert, Math.max(nowMs, alert.evaluatedMs), reason));
  }

  /** Rules on the store: what its buffer says of itself now. */
  watchStore({ problem, backlogRows, droppedRows }: StoreHealth, nowMs: number): void {
    if (problem === null) this.#storeFailedMs = null;
    else this.#storeFailedMs ??= nowMs;
    const since = this.#storeFailedMs === null ? '' : ` for ${formatDuration(nowMs - this.#storeFailedMs)}`;
    const said: Record<string, [value: number, evidence: string]> = {
      store_up: [
        problem === null ? 1 : 0,
        problem === null ? 'the store takes rows' : `the store has taken no rows${since}: ${problem}`,
      ],
      store_backlog: [backlogRows, `${counted(backlogRows, 'row')} wait for the store`],
      store_dropped: [droppedRows, `${counted(droppedRows, 'row')} lost so far`],
    };
    for (const rule of this.#rules()) {
      const [value, evidence] = said[rule.condition.metric] ?? [];
      if (value !== undefined && evidence !== undefined) this.#ask(rule, {}, exact(nowMs, null, value, evidence));
    }
  }

  put(alert: Alert): void {
    for (const [slot, known] of this.#open) if (known.id === alert.id) this.#open.set(slot, alert);
  }

  take(): { alerts: Alert[]; transitions: AlertTransition[] } {
    const taken = { alerts: [...this.#changed.values()], transitions: this.#transitions };
    this.#changed = new Map();
    this.#transitions = [];
    return taken;
  }

  #ask(rule: AlertRule, labels: OwnAlert['labels'], reading: ReturnType<typeof exact>): void {
    const slot = slotOf(rule.name, rule, labels);
    const before = this.#open.get(slot) ?? null;
    const identity = {
      runId: null,
      labels: { ...rule.labels, ...labels, alertname: rule.name, severity: rule.severity },
    };
    const next = step(rule, identity, before, reading, Number.POSITIVE_INFINITY);
    if (next.alert === null || (next.alert === before && next.transitions.length === 0)) return;
    if (next.alert.state === 'resolved') this.#open.delete(slot);
    else this.#open.set(slot, next.alert);
    // Asked each second: a row is worth writing when something else is said.
    if (next.transitions.length > 0 || next.alert.evidence !== before?.evidence) this.#keep(next);
  }

  #keep({ alert, transitions }: { alert: Alert | null; transitions: readonly AlertTransition[] }): void {
    if (alert !== null) this.#changed.set(alert.id, alert);
    this.#transitions.push(...transitions);
  }
}

const ownLabels = ({ labels }: Alert): OwnAlert['labels'] => {
  const { alertname: _, severity: __, ...own } = labels;
  return own;
};

/** The labels of the rule belong to every alert of it, and tell none from another. */
const slotOf = (name: string, rule: AlertRule, labels: OwnAlert['labels']): string =>
  JSON.stringify([name, Object.entries({ ...rule.labels, ...labels }).toSorted(([a], [b]) => (a < b ? -1 : 1))]);

/** For trouble of which the file says nothing: whoever notices it knows how loud it is. */
const unwritten = (name: string, severity: AlertRule['severity'], action: AlertRule['action']): AlertRule => ({
  ...{ name, origin: 'soakd', severity, action, labels: {}, summary: null, runbookUrl: null, inhibits: [] },
  condition: {
    ...{ metric: 'did_not_start', comparison: '==', threshold: 1, unit: 'flag', forMs: 0, overMs: null },
    ...{ clearThreshold: null, minCount: null, text: name },
  },
});
