import type { Alert, AlertTransition, Silence } from '../model/alert.ts';
import type { Baseline } from '../model/baseline.ts';
import type { NewNotification, Notification } from '../model/notification.ts';
import type { ScheduledStart } from '../model/schedule.ts';

/** What one look at the rules changed: stored in one transaction, so that nothing is sent twice and nothing forgotten. */
export interface AlertCommit {
  /** New and changed ones, whole. */
  alerts: readonly Alert[];
  transitions: readonly AlertTransition[];
  /** One whose key is stored already is left out. */
  notifications: readonly NewNotification[];
  /** Notes that must be as new as the alerts: how far rows were looked at. */
  notes?: Readonly<Record<string, unknown>>;
}

export interface AlertQuery {
  runId?: string | null;
  /** Neither resolved nor forgotten. */
  openOnly?: boolean;
  limit?: number;
  /** Those that began before this alert. */
  beforeId?: string;
}

/**
 * Rows about duty: alerts, silences, the outbox, scheduled starts, baselines. Beside the `Store`, because none of it is read
 * to judge a run. Every method may reject with the codes of `Store`; written rows are durable when the promise resolves.
 */
export interface DutyStore {
  commitAlerts(commit: AlertCommit): Promise<void>;
  alert(id: string): Promise<Alert | null>;
  /** Newest first. */
  alerts(query?: AlertQuery): Promise<Alert[]>;
  alertTransitions(alertId: string): Promise<AlertTransition[]>;

  putSilence(silence: Silence): Promise<void>;
  /** Newest first; with `atMs` those that hold then. */
  silences(options?: { atMs?: number }): Promise<Silence[]>;

  /** Stores messages; one whose key is there already is left out. */
  enqueue(notifications: readonly NewNotification[]): Promise<void>;
  /** Oldest first within each channel: neither delivered nor given up; at most `limit` of each. */
  outbox(options: { channel: string; limit: number }): Promise<Notification[]>;
  /** How many wait, by channel. */
  outboxSizes(): Promise<Record<string, number>>;
  /** Newest first, whatever became of them. */
  notifications(options?: {
    limit?: number;
    runId?: string;
    state?: 'waiting' | 'delivered' | 'given_up';
  }): Promise<Notification[]>;
  putNotification(
    notification: Pick<Notification, 'id' | 'attempts' | 'dueMs' | 'deliveredMs' | 'failedMs' | 'lastError'>,
  ): Promise<void>;

  /** Stores what became of a start; false when the pair of entry and due instant was settled before. */
  settleStart(start: ScheduledStart): Promise<boolean>;
  /** A settled start again, changed: a delayed one that was started. */
  resettleStart(start: ScheduledStart): Promise<void>;
  /** Newest first. */
  scheduledStarts(options?: { entry?: string; sinceMs?: number; limit?: number }): Promise<ScheduledStart[]>;

  putBaseline(baseline: Baseline): Promise<void>;
  removeBaseline(profile: string, name: string): Promise<boolean>;
  baselines(profile?: string): Promise<Baseline[]>;

  /** Small things that must survive: `schedule.seen`, `schedule.paused`. JSON. */
  note(key: string): Promise<unknown>;
  putNote(key: string, value: unknown): Promise<void>;
  /** Adds to a note that is a list, of which the last `most` are kept, in one transaction: of two who do so at once neither is lost. */
  appendNote(key: string, entry: unknown, most: number): Promise<void>;

  close(): Promise<void>;
}

/** Key of the note that a run was imported: it ended elsewhere, and nobody is told of that here. */
export const importNote = (runId: string): string => `run.imported ${runId}`;
