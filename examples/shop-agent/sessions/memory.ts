import type { Session, SessionStore } from './session-store.ts';

/** Bounded, so that a healthy agent's memory is flat: the session used longest ago goes first. */
const MOST_SESSIONS = 500;

export function memorySessions(): SessionStore {
  const sessions = new Map<string, Session>();
  return {
    name: 'memory',
    async load(id) {
      return sessions.get(id) ?? null;
    },
    async save(session) {
      sessions.delete(session.id);
      sessions.set(session.id, session);
      const oldest = sessions.keys().next();
      if (sessions.size > MOST_SESSIONS && !oldest.done) sessions.delete(oldest.value);
    },
    async close() {
      sessions.clear();
    },
  };
}
