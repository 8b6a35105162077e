import { Redis } from 'ioredis';
import { z } from 'zod';
import { SESSION_TTL_SECONDS, type SessionStore } from './session-store.ts';

export const sessionSchema = z.object({
  id: z.string(),
  cart: z.array(z.object({ productId: z.string(), quantity: z.number() })),
  shown: z.array(z.string()),
  turns: z.number(),
});

export function redisSessions(url: string): SessionStore {
  // Fail fast: the caller has a fallback, and a queue of commands would hide the outage.
  const client = new Redis(url, { maxRetriesPerRequest: 0, enableOfflineQueue: false, connectTimeout: 1000 });
  // Every command reports its own failure; without a listener the client would print each one.
  client.on('error', () => undefined);
  return {
    name: 'redis',
    async load(id) {
      const text = await client.get(`session:${id}`);
      return text === null ? null : sessionSchema.parse(JSON.parse(text));
    },
    async save(session) {
      await client.set(`session:${session.id}`, JSON.stringify(session), 'EX', SESSION_TTL_SECONDS);
    },
    async close() {
      client.disconnect();
    },
  };
}
