import Database from 'better-sqlite3';
import { migrate } from '../../src/store/sqlite/migrate.ts';
import { MIGRATIONS } from '../../src/store/sqlite/schema.ts';
import { SqliteDutyStore } from '../../src/store/sqlite/sqlite-duty-store.ts';

/** The real rows about duty, in memory: one database a call. */
export function memoryDutyStore(): SqliteDutyStore {
  const db = new Database(':memory:');
  migrate(db, MIGRATIONS);
  return new SqliteDutyStore(db, ':memory:');
}
