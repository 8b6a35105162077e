import type { Alert, AlertNews, AlertTransition } from '../model/alert.ts';
import type { NewNotification } from '../model/notification.ts';
import type { NewEvent } from '../model/run.ts';

/** Decided and not stored yet. */
export interface AlertBatch {
  alerts: Map<string, Alert>;
  transitions: AlertTransition[];
  notifications: NewNotification[];
  notes: Map<string, unknown>;
  /** Results of faults, for the runs that they are about. */
  events: { runId: string; events: NewEvent[] }[];
  /** Beside what follows from the states. */
  news: AlertNews[];
  /** Ended, and their end was not told yet. */
  resolved: Alert[];
}

export const emptyBatch = (): AlertBatch => ({
  alerts: new Map(),
  transitions: [],
  notifications: [],
  notes: new Map(),
  events: [],
  news: [],
  resolved: [],
});

/** Is there nothing to be written? */
export const isEmpty = ({ alerts, transitions, notifications, notes, events }: AlertBatch): boolean =>
  alerts.size + transitions.length + notifications.length + notes.size + events.length === 0;

/** What could not be stored and what was decided since; of an alert and of a note the later holds. */
export const joined = (earlier: AlertBatch, later: AlertBatch): AlertBatch => ({
  alerts: new Map([...earlier.alerts, ...later.alerts]),
  transitions: [...earlier.transitions, ...later.transitions],
  notifications: [...earlier.notifications, ...later.notifications],
  notes: new Map([...earlier.notes, ...later.notes]),
  events: [...earlier.events, ...later.events],
  news: [...earlier.news, ...later.news],
  resolved: [...earlier.resolved, ...later.resolved],
});
