import type { AlertAction, AlertSeverity } from './alert.ts';
import type { Outcome4 } from './verdict.ts';

/** What a message is about. */
export const NOTIFICATION_KINDS = ['firing', 'acknowledged', 'resolved', 'summary', 'test'] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** One alert as messages tell it: all that a channel needs, so that delivery asks nobody. */
export interface NotifiedAlert {
  id: string;
  key: string;
  name: string;
  status: 'firing' | 'resolved';
  severity: AlertSeverity;
  action: AlertAction;
  labels: Readonly<Record<string, string>>;
  /** One sentence: what, how bad, against which limit. */
  headline: string;
  /** Value, limit, hour of the run, planned and served load, what changed nearby; each a name with a text. */
  facts: readonly { name: string; text: string }[];
  startedMs: number;
  resolvedMs: number | null;
  runbookUrl: string | null;
  /** Of a resolved one that no reading ended: why nobody looks any more, and whether it held until then. */
  cutOff?: { reason: string; stillHeld: boolean };
}

/** What one delivery says; alerts of one group go together. */
export interface NotificationBody {
  kind: NotificationKind;
  severity: AlertSeverity;
  /** One line, always there. */
  title: string;
  /** Plain text, several lines. */
  text: string;
  runId: string | null;
  /** Into the dashboard; null when no public address is configured. */
  link: string | null;
  alerts: readonly NotifiedAlert[];
  /** Of a `summary`: how the run ended, for programs. */
  result?: RunResult;
}

/** How a run ended. */
export interface RunResult {
  profile: string;
  outcome: Outcome4;
  /** Then `outcome` is what it would have been. */
  rehearsal: boolean;
  build: string | null;
  /** Lower case, perhaps short; null: not labelled. */
  commit: string | null;
  startedMs: number;
  endedMs: number;
}

/** A message in the outbox, before it is stored. */
export interface NewNotification {
  /** Once by key, whatever is tried again: `<channel> <group> <alert id> firing 1`. */
  key: string;
  /** Name of the configured channel. */
  channel: string;
  /** Messages of one channel and group arrive in order. */
  group: string;
  createdMs: number;
  /** Not sent before. */
  dueMs: number;
  body: NotificationBody;
}

export interface Notification extends NewNotification {
  id: number;
  attempts: number;
  deliveredMs: number | null;
  /** Given up: the receiver refuses it for good. */
  failedMs: number | null;
  lastError: string | null;
}
