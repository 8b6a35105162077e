import type { Comparison } from './profile.ts';

export const ALERT_SEVERITIES = ['info', 'warning', 'critical'] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/** What is wanted of whoever is told: wake somebody, tell, make a ticket, keep a record. */
export const ALERT_ACTIONS = ['page', 'notify', 'ticket', 'note'] as const;
export type AlertAction = (typeof ALERT_ACTIONS)[number];

/** Who made the rule: the run's profile, the operator's file, what the detectors say, soakd about itself. */
export type AlertOrigin = 'profile' | 'config' | 'detection' | 'soakd';

export type AlertComparison = Comparison | '!=';

/** `metric op value [for duration]`. */
export interface AlertCondition {
  /** A name of the catalogue of metrics, or the id of a series, `*` for any source: `*.circuit_breaker_open`. */
  metric: string;
  comparison: AlertComparison;
  /** In `unit`. */
  threshold: number;
  unit: string;
  /** It must hold for so long before it fires. */
  forMs: number;
  /** The metric is taken over the last so many milliseconds; null: what is usual for the metric. */
  overMs: number | null;
  /** A firing alert resolves only beyond this; null: at the threshold. */
  clearThreshold: number | null;
  /** Least number of requests, readings or the like behind a value; null: what is usual for the metric. */
  minCount: number | null;
  /** As written: `error_rate > 2% for 5m`. */
  text: string;
}

export interface AlertRule {
  /** Unique among all rules that hold for a run: `HighErrorRate`. */
  name: string;
  origin: AlertOrigin;
  condition: AlertCondition;
  severity: AlertSeverity;
  action: AlertAction;
  labels: Readonly<Record<string, string>>;
  /** One sentence for people; null: made from the condition. */
  summary: string | null;
  runbookUrl: string | null;
  /** Names of rules that are silent for the same run while this one fires. */
  inhibits: readonly string[];
}

/**
 * `no_data`: the condition cannot be told, and that has lasted. `resolved` is final: when the condition comes back, another
 * alert begins.
 */
export const ALERT_STATES = ['no_data', 'pending', 'firing', 'resolved'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** What was the case when the alert began to fire, for its message. Missing is null. */
export interface AlertFacts {
  /** Profile time since the start of the run, hours. */
  hourOfRun: number | null;
  plannedPerMinute: number | null;
  servedPerMinute: number | null;
  /** Events near that time that are no alerts: deploys, restarts, change points, actions. Oldest first. */
  nearby: readonly { atMs: number; text: string }[];
}

/** Labels that soakd sets by itself: alerts are told apart and found by them. */
export const OWN_LABELS: readonly string[] = [
  ...['alertname', 'severity', 'run', 'profile', 'target', 'series', 'environment', 'rehearsal'],
];

/** One alert from its first pending moment to its end. A rule that fires again later makes another one. */
export interface Alert {
  /** Unique and sortable by time. */
  id: string;
  /** Stable identity of rule, run and labels: what channels deduplicate by. */
  key: string;
  /** null: about soakd itself. */
  runId: string | null;
  rule: AlertRule;
  /** Rule's labels, and `alertname`, `severity`, `run`, `profile`, `target`, `series` where they apply. */
  labels: Readonly<Record<string, string>>;
  state: AlertState;
  /** Instants at which it entered each state; null: not (yet). */
  pendingMs: number | null;
  firingMs: number | null;
  resolvedMs: number | null;
  /** When its condition was told last. */
  evaluatedMs: number;
  /** In the condition's unit; the latest, and the worst while it fired. */
  value: number | null;
  worst: number | null;
  /** In words, with what it was computed from: `3.1 % (14 of 452 requests in 5 min)`. */
  evidence: string;
  /** Name of the rule that keeps it silent now; `fault:<name>` for what an injected fault was expected to raise. */
  inhibitedBy: string | null;
  /** Id of the silence that holds now. */
  silencedBy: string | null;
  acknowledged: { atMs: number; who: string; text: string } | null;
  /** Firing, and beyond the clear threshold since then; absent or null: not so. */
  clearSinceMs?: number | null | undefined;
  /** It ended without a reading that says so: the run is over, its rule is gone. Absent or null: not so. */
  cutOff?: { reason: string; stillHeld: boolean } | null | undefined;
  /** How often and when last it was told that it fires; never told: no word of its end either. */
  toldCount: number;
  toldMs: number | null;
  facts: AlertFacts | null;
}

/** Something to tell of an alert. `again`: it still fires when its repeat interval is over. */
export interface AlertNews {
  kind: 'firing' | 'again' | 'acknowledged' | 'resolved';
  alert: Alert;
}

/** A row of an alert's history. */
export interface AlertTransition {
  alertId: string;
  atMs: number;
  from: AlertState | null;
  to: AlertState;
  reason: string;
}

/** Nothing is sent for alerts whose labels match, from `fromMs` until `untilMs`. */
export interface Silence {
  id: string;
  /** Label to value; a value may hold `*`. All must match. */
  matchers: Readonly<Record<string, string>>;
  fromMs: number;
  untilMs: number;
  who: string;
  comment: string;
  createdMs: number;
  /** Ended early by somebody. */
  endedMs: number | null;
}
