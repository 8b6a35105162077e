import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { migrate } from './migrate.ts';

const first = 'CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1);';
const second = 'ALTER TABLE a ADD COLUMN y INTEGER NOT NULL DEFAULT 7;';

describe('a store of an older soakd', () => {
  it('is brought up to date step by step, and keeps its rows', () => {
    const db = new Database(':memory:');
    migrate(db, [first]);
    migrate(db, [first, second]);
    migrate(db, [first, second]);
    expect(db.prepare('SELECT * FROM a').all()).toEqual([{ x: 1, y: 7 }]);
  });

  it('stays as it was when a step fails', () => {
    const db = new Database(':memory:');
    migrate(db, [first]);
    expect(() => migrate(db, [first, second, 'CREATE TABLE oops (;'])).toThrow();
    expect(db.prepare('SELECT * FROM a').all()).toEqual([{ x: 1 }]);
    expect(db.pragma('user_version', { simple: true })).toBe(1);
  });
});

describe('a store that is refused', () => {
  it('was written by a newer soakd', () => {
    const db = new Database(':memory:');
    migrate(db, [first, second]);
    expect(() => migrate(db, [first])).toThrow(expect.objectContaining({ code: 'store_newer' }));
  });
});
