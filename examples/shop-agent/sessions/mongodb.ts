import { MongoClient } from 'mongodb';
import { sessionSchema } from './redis.ts';
import type { SessionStore } from './session-store.ts';

export function mongodbSessions(url: string): SessionStore {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 2000 });
  const sessions = client.db().collection<{ _id: string }>('sessions');
  return {
    name: 'mongodb',
    async load(id) {
      const found = await sessions.findOne({ _id: id });
      return found === null ? null : sessionSchema.parse(found);
    },
    async save(session) {
      await sessions.replaceOne({ _id: session.id }, { ...session, savedAt: new Date() }, { upsert: true });
    },
    async close() {
      await client.close();
    },
  };
}
