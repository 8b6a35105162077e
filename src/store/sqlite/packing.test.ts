import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { processRow, run, sample, series, window } from '../../../tests/contracts/store.ts';
import type { Store } from '../store.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './schema.ts';
import { SqliteStore } from './sqlite-store.ts';

const MINUTES_A_DAY = 1440;
const SERIES = 100;

/** What one write takes longer than a few rows for: the hour before it, which becomes compressed rows. */
describe('packing', () => {
  let db: Database.Database;
  let store: Store;
  beforeEach(async () => {
    db = new Database(':memory:');
    migrate(db, MIGRATIONS);
    store = new SqliteStore(db, ':memory:');
    await store.createRun(run('r1'), { atMs: 1, from: null, to: 'preparing', reason: '' });
    await store.putLoadProcess('r1', processRow('p1'));
  });

  const rowsIn = (table: string): number => Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get());

  /** By how many compressed rows each write adds to a table. */
  async function growth(table: string, writes: readonly (() => Promise<unknown>)[]): Promise<number[]> {
    const added: number[] = [];
    for (const write of writes) {
      const before = rowsIn(table);
      await write();
      added.push(rowsIn(table) - before);
    }
    return added;
  }

  it('of samples is spread over the writes of the next hour, and keeps up', async () => {
    const ids = Array.from({ length: SERIES }, (_, at) => `agent.series_${at}`);
    await store.addSeries('r1', ids.map(series));
    const minutes = Array.from({ length: 181 }, (_, minute) => minute);
    const writes = minutes.map(
      (minute) => () =>
        store.addSamples(
          'r1',
          ids.map((id) => sample(id, minute)),
        ),
    );
    const added = await growth('sample_hour', writes);
    expect(Math.max(...added)).toBe(8);
    // The fourth hour has begun: two are packed, of the third the first few series.
    expect(rowsIn('sample_hour')).toBe(2 * SERIES + 8);
    expect(rowsIn('sample_part')).toBe((SERIES - 8) * 60 + SERIES);
    expect((await store.samples('r1')).length).toBe(181 * SERIES);
  });

  it('of samples keeps up when they are far apart', async () => {
    const ids = Array.from({ length: SERIES }, (_, at) => `agent.series_${at}`);
    await store.addSeries('r1', ids.map(series));
    for (let minute = 0; minute < 12 * 60; minute += 20) {
      await store.addSamples(
        'r1',
        ids.map((id) => sample(id, minute)),
      );
    }
    // At most two hours of three samples each, and the one under way.
    expect(rowsIn('sample_part')).toBeLessThanOrEqual(SERIES * 3 * 2);
    expect((await store.samples('r1')).length).toBe(12 * 3 * SERIES);
  });

  it('of windows and durations takes a quarter of an hour of one of them a write, and keeps up', async () => {
    const sequences = Array.from({ length: 5 * 360 }, (_, sequence) => sequence);
    const commit = (sequence: number) => () =>
      store.commitWindows({ runId: 'r1', processId: 'p1', offset: sequence, windows: [window(sequence)], events: [] });
    const windows: number[] = [];
    const durations: number[] = [];
    for (const sequence of sequences) {
      const before = [rowsIn('window_chunk'), rowsIn('sketch_hour')];
      await commit(sequence)();
      windows.push(rowsIn('window_chunk') - (before[0] ?? 0));
      durations.push(rowsIn('sketch_hour') - (before[1] ?? 0));
    }
    expect(Math.max(...windows.map((count, at) => count + (durations[at] ?? 0)))).toBe(1);
    // Of five hours the last is under way; durations stay fine for two hours more.
    expect(rowsIn('window_chunk')).toBe(4 * 4);
    expect(rowsIn('sketch_hour')).toBe(2 * 4);
    expect((await store.windows('r1')).map(({ sequence }) => sequence)).toEqual(sequences);
  });

  it('of a run that is over leaves no loose row', async () => {
    await store.addSeries('r1', [series('agent.rss_bytes')]);
    await store.addSamples(
      'r1',
      Array.from({ length: MINUTES_A_DAY }, (_, at) => sample('agent.rss_bytes', at)),
    );
    const all = Array.from({ length: 800 }, (_, sequence) => window(sequence));
    await store.commitWindows({ runId: 'r1', processId: 'p1', offset: 1, windows: all, events: [] });
    await store.addTransition('r1', { atMs: 9, from: 'finishing', to: 'passed', reason: '' });
    expect([rowsIn('sample_part'), rowsIn('window_single')]).toEqual([0, 0]);
    expect((await store.samples('r1')).length).toBe(MINUTES_A_DAY);
    expect((await store.windows('r1')).length).toBe(800);
  });
});

describe('samples of an older store', () => {
  it('are there after it was brought up to date, and know themselves again', async () => {
    const db = new Database(':memory:');
    migrate(db, MIGRATIONS.slice(0, 1));
    const { id, createdMs } = run('r1');
    db.prepare('INSERT INTO run VALUES (?, ?, ?)').run(id, createdMs, JSON.stringify(run('r1')));
    const info = series('agent.rss_bytes');
    db.prepare('INSERT INTO series VALUES (1, ?, ?, ?)').run(id, info.id, JSON.stringify(info));
    const old = sample(info.id, 7);
    const { atMs, min, mean, max, last, readings } = old;
    db.prepare('INSERT INTO sample_single VALUES (1, ?, ?, ?, ?, ?, ?)').run(atMs, min, mean, max, last, readings);
    migrate(db, MIGRATIONS);
    const store = new SqliteStore(db, ':memory:');
    expect(await store.samples(id)).toEqual([old]);
    await store.addSamples(id, [old, { ...old, readings: 1, min: 1 }]);
    expect(await store.samples(id)).toMatchObject([{ atMs, min: 1, max, readings: readings + 1 }]);
  });
});
