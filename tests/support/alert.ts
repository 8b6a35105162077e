import type { Alert, AlertNews, AlertRule } from '../../src/model/alert.ts';
import type { NewNotification, NotificationBody } from '../../src/model/notification.ts';

/** When the alerts of these tests begin to fire. */
export const FIRED_MS = Date.parse('2026-11-21T12:00:00Z');

export const highErrorRate: AlertRule = {
  name: 'HighErrorRate',
  origin: 'config',
  condition: {
    ...{ metric: 'error_rate', comparison: '>', threshold: 2, unit: 'percent', forMs: 300_000, overMs: null },
    ...{ clearThreshold: null, minCount: null, text: 'error_rate > 2% for 5m' },
  },
  severity: 'critical',
  action: 'page',
  labels: {},
  summary: null,
  runbookUrl: 'https://runbooks.example.org/high-error-rate',
  inhibits: [],
};

/** A firing alert of a run. */
export function alertOf(changes: Partial<Alert> = {}, rule: Partial<AlertRule> = {}): Alert {
  const whole = { ...highErrorRate, ...rule };
  return {
    id: 'a-000001',
    key: `${whole.name}/run-1`,
    runId: 'run-1',
    rule: whole,
    labels: { alertname: whole.name, severity: whole.severity, run: 'run-1', profile: 'weekly', target: 'http://shop' },
    state: 'firing',
    pendingMs: FIRED_MS - 300_000,
    firingMs: FIRED_MS,
    resolvedMs: null,
    evaluatedMs: FIRED_MS,
    value: 3.1,
    worst: 4.25,
    evidence: '3.1 % (14 of 452 requests in 5 min)',
    inhibitedBy: null,
    silencedBy: null,
    acknowledged: null,
    toldCount: 1,
    toldMs: FIRED_MS,
    facts: {
      hourOfRun: 41.25,
      plannedPerMinute: 120,
      servedPerMinute: 117.4,
      nearby: [{ atMs: FIRED_MS - 120_000, text: 'the target restarted' }],
    },
    ...changes,
  };
}

export const firing = (changes: Partial<Alert> = {}, rule: Partial<AlertRule> = {}): AlertNews => ({
  kind: 'firing',
  alert: alertOf(changes, rule),
});

export const resolved = (changes: Partial<Alert> = {}, rule: Partial<AlertRule> = {}): AlertNews => ({
  kind: 'resolved',
  alert: alertOf({ state: 'resolved', resolvedMs: FIRED_MS + 720_000, evidence: '0.4 %', ...changes }, rule),
});

/** A message that a test puts into an outbox itself. */
export function plainNotification(
  key: string,
  changes: Partial<NewNotification> = {},
  body: Partial<NotificationBody> = {},
): NewNotification {
  return {
    ...{ key, channel: 'hook', group: 'run-1', createdMs: FIRED_MS, dueMs: FIRED_MS },
    body: {
      ...{ kind: 'firing', severity: 'warning', title: key, text: `all about ${key}`, runId: 'run-1' },
      ...{ link: null, alerts: [] },
      ...body,
    },
    ...changes,
  };
}
