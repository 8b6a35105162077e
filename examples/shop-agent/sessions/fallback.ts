import type { SessionStore } from './session-store.ts';

/**
 * Tries the stores in order; the first that answers serves. What is saved goes to all that answer, so
 * that the second has the sessions when the first goes away.
 */
export function fallbackSessions(stores: SessionStore[], onFallback: (from: string) => void): SessionStore {
  return {
    name: stores.map((store) => store.name).join(' → '),
    async load(id) {
      let failure: unknown;
      for (const store of stores) {
        try {
          const session = await store.load(id);
          if (session !== null) return session;
          failure = null;
        } catch (thrown) {
          failure ??= thrown;
          onFallback(store.name);
        }
      }
      if (failure !== null && failure !== undefined) throw failure;
      return null;
    },
    async save(session) {
      const results = await Promise.allSettled(stores.map((store) => store.save(session)));
      const saved = results.some((result) => result.status === 'fulfilled');
      const failed = results.find((result) => result.status === 'rejected');
      if (!saved && failed !== undefined) throw failed.reason;
    },
    async close() {
      await Promise.allSettled(stores.map((store) => store.close()));
    },
  };
}
