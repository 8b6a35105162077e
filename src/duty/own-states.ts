import { isDeepStrictEqual } from 'node:util';
import { exact } from '../alert/reading.ts';
import { cutOff, end, step } from '../alert/standing.ts';
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

  /** Open ones, as stored; those that are known are newer. */
  recall(alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      const slot = slotOf(alert.rule.name, ownLabels(alert));
      if (!this.#open.has(slot)) this.#open.set(slot, alert);
    }
  }

  /**
   * Other rules hold: an open alert goes on by its own of them, and ends where there is none or one that asks something
   * else. What somebody raised without any rule ends when they say so.
   */
  takeRules(nowMs: number): void {
    for (const [slot, alert] of this.#open) {
      const rule = this.#ruleOf(alert.rule.name);
      const isWritten = !isUnwritten(alert.rule);
      if (isWritten && rule?.condition.metric !== alert.rule.condition.metric) {
        this.#open.delete(slot);
        this.#keep(cutOff(alert, Math.max(nowMs, alert.evaluatedMs), 'its rule is no longer there'));
      } else if (rule !== undefined && !isDeepStrictEqual(rule, alert.rule)) {
        const next = byRule(alert, rule);
        this.#open.set(slot, next);
        this.#keep({ alert: next, transitions: [] });
      }
    }
  }

  raise({ name, labels, evidence, severity = 'warning', action = 'notify' }: OwnAlert, nowMs: number): void {
    const rule = this.#ruleOf(name) ?? unwritten(name, severity, action);
    this.#ask(rule, labels, exact(nowMs, null, rule.condition.threshold, evidence));
  }

  resolve(name: string, labels: OwnAlert['labels'], nowMs: number, reason: string): void {
    const slot = slotOf(name, labels);
    const alert = this.#open.get(slot);
    if (alert === undefined) return;
    this.#open.delete(slot);
    this.#keep(end(alert, Math.max(nowMs, alert.evaluatedMs), reason));
  }

  /** Labels that tell apart the open ones of a name. */
  raised(name: string): OwnAlert['labels'][] {
    return this.open.filter(({ rule }) => rule.name === name).map(ownLabels);
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

  #ruleOf(name: string): AlertRule | undefined {
    return this.#rules().find((rule) => rule.name === name);
  }

  #ask(rule: AlertRule, labels: OwnAlert['labels'], reading: ReturnType<typeof exact>): void {
    const slot = slotOf(rule.name, labels);
    const open = this.#open.get(slot) ?? null;
    const before = open === null || isDeepStrictEqual(open.rule, rule) ? open : byRule(open, rule);
    const identity = { runId: null, labels: labelsOf(rule, labels) };
    const next = step(rule, identity, before, reading, Number.POSITIVE_INFINITY);
    if (next.alert === null || (next.alert === open && next.transitions.length === 0)) return;
    if (next.alert.state === 'resolved') this.#open.delete(slot);
    else this.#open.set(slot, next.alert);
    // Asked each second: a row is worth writing when something else is said.
    const isNews = next.transitions.length > 0 || before !== open || next.alert.evidence !== open?.evidence;
    if (isNews) this.#keep(next);
  }

  #keep({ alert, transitions }: { alert: Alert | null; transitions: readonly AlertTransition[] }): void {
    if (alert !== null) this.#changed.set(alert.id, alert);
    this.#transitions.push(...transitions);
  }
}

const labelsOf = (rule: AlertRule, own: OwnAlert['labels']): Alert['labels'] => ({
  ...{ ...rule.labels, ...own },
  ...{ alertname: rule.name, severity: rule.severity },
});

/** The labels of the rule belong to every alert of it, and tell none from another. */
const ownLabels = ({ labels, rule }: Alert): OwnAlert['labels'] => {
  const { alertname: _, severity: __, ...rest } = labels;
  return Object.fromEntries(Object.entries(rest).filter(([name, value]) => rule.labels[name] !== value));
};

/** The same alert; its key stays, so that channels know it again. */
const byRule = (alert: Alert, rule: AlertRule): Alert => ({
  ...{ ...alert, rule },
  labels: labelsOf(rule, ownLabels(alert)),
});

/** Whatever the rule says now: the same trouble is the same alert. */
const slotOf = (name: string, own: OwnAlert['labels']): string =>
  JSON.stringify([name, Object.entries(own).toSorted(([a], [b]) => (a < b ? -1 : 1))]);

const isUnwritten = (rule: AlertRule): boolean =>
  isDeepStrictEqual(rule, unwritten(rule.name, rule.severity, rule.action));

/** For trouble of which the file says nothing: whoever notices it knows how loud it is. */
const unwritten = (name: string, severity: AlertRule['severity'], action: AlertRule['action']): AlertRule => ({
  ...{ name, origin: 'soakd', severity, action, labels: {}, summary: null, runbookUrl: null, inhibits: [] },
  condition: {
    ...{ metric: 'did_not_start', comparison: '==', threshold: 1, unit: 'flag', forMs: 0, overMs: null },
    ...{ clearThreshold: null, minCount: null, text: name },
  },
});
