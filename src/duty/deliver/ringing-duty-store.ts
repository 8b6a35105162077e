import type { DutyStore } from '../../store/duty-store.ts';

/** A store that tells when messages were put into its outbox. */
export interface RingingDutyStore {
  duty: DutyStore;
  /** Calls `listener` after each time; returns how to end that. */
  onEnqueued(listener: () => void): () => void;
}

/** The same store, as whoever delivers wants it: nobody who enqueues needs to know who delivers. */
export function ringing(store: DutyStore): RingingDutyStore {
  const listeners = new Set<() => void>();
  const ring = (): void => {
    for (const listener of listeners) listener();
  };
  const commitAlerts: DutyStore['commitAlerts'] = async (commit) => {
    await store.commitAlerts(commit);
    if (commit.notifications.length > 0) ring();
  };
  const enqueue: DutyStore['enqueue'] = async (notifications) => {
    await store.enqueue(notifications);
    if (notifications.length > 0) ring();
  };
  const duty = new Proxy(store, {
    get(target, name) {
      if (name === 'commitAlerts') return commitAlerts;
      if (name === 'enqueue') return enqueue;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return {
    duty,
    onEnqueued(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
