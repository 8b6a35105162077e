import type { DutyStore } from '../../store/duty-store.ts';

/** The same store; `ring` is called each time that messages were put into its outbox. */
export function ringing(duty: DutyStore, ring: () => void): DutyStore {
  return new Proxy(duty, {
    get(target, name: keyof DutyStore) {
      if (name === 'commitAlerts') {
        return async (commit: Parameters<DutyStore['commitAlerts']>[0]): Promise<void> => {
          await target.commitAlerts(commit);
          if (commit.notifications.length > 0) ring();
        };
      }
      if (name === 'enqueue') {
        return async (notifications: Parameters<DutyStore['enqueue']>[0]): Promise<void> => {
          await target.enqueue(notifications);
          if (notifications.length > 0) ring();
        };
      }
      const member = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
