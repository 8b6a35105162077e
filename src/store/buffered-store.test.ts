import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { event, processRow, run, sample, series, window } from '../../tests/contracts/store.ts';
import { seededRandom } from '../base/random.ts';
import { SimulatedClock } from '../base/simulated-clock.ts';
import { BufferedStore } from './buffered-store.ts';
import { openSqliteStore } from './sqlite/open.ts';
import type { Store } from './store.ts';

describe('a store with rows that wait', () => {
  let folder: string;
  let clock: SimulatedClock;
  let inner: Store;
  let other: Database.Database;
  let store: BufferedStore;

  const buffered = (maxRows = 1000): BufferedStore =>
    new BufferedStore(inner, { clock, random: seededRandom(1), settings: { maxRows } });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'soakd-buffer-'));
    clock = new SimulatedClock(1_790_000_000_000);
    const file = join(folder, 'soakd.db');
    inner = await openSqliteStore({ file, clock });
    await inner.createRun(run('r1'), { atMs: 1, from: null, to: 'preparing', reason: '' });
    await inner.putLoadProcess('r1', processRow('p1'));
    await inner.addSeries('r1', [series('agent.rss_bytes')]);
    other = new Database(file);
    store = buffered();
  });
  afterEach(async () => {
    other.close();
    await inner.close();
    rmSync(folder, { recursive: true });
  });

  /** Another process begins to write and does not come to an end. */
  const lock = (): unknown => other.exec('BEGIN IMMEDIATE');
  const unlock = (): unknown => other.exec('COMMIT');

  const samples = (minute: number) => store.addSamples('r1', [sample('agent.rss_bytes', minute)]);
  const commit = (sequence: number) =>
    store.commitWindows({
      runId: 'r1',
      processId: 'p1',
      offset: sequence + 1,
      windows: [window(sequence)],
      events: [],
    });

  /** Events less those about the time without a store. */
  const own = async () => (await store.events('r1')).filter(({ kind }) => !/^store_(un)?available$/.test(kind));

  it('is like the store behind it while all is well', async () => {
    await samples(0);
    expect(await store.addEvents('r1', [event('gap')])).toHaveLength(1);
    expect(await store.samples('r1')).toHaveLength(1);
    expect(store.health()).toEqual({ backlogRows: 0, droppedRows: 0, problem: null });
  });

  it('takes rows while the store is locked, says so, and writes them in order once it is free', async () => {
    lock();
    expect(await store.addEvents('r1', [event('first')])).toEqual([]);
    await samples(0);
    await store.addTransition('r1', { atMs: 2, from: 'preparing', to: 'running', reason: '' });
    await store.addEvents('r1', [event('second'), event('third')]);
    expect(store.health()).toMatchObject({ backlogRows: 5, problem: expect.stringContaining('locked') });

    unlock();
    await clock.advance(30_000);
    expect(store.health()).toEqual({ backlogRows: 0, droppedRows: 0, problem: null });
    expect((await store.events('r1')).map(({ kind }) => kind)).toEqual([
      ...['first', 'second', 'third'],
      ...['store_unavailable', 'store_available'],
    ]);
    expect(await store.samples('r1')).toHaveLength(1);
    expect((await store.transitions('r1')).at(-1)?.to).toBe('running');
  });

  it('never lets a later row pass an earlier one', async () => {
    lock();
    await store.addEvents('r1', [event('first')]);
    unlock();
    // The store is free again, but the first event still waits for its next try.
    await store.addEvents('r1', [event('second')]);
    expect(store.health().backlogRows).toBe(2);
    await commit(0);
    expect((await own()).map(({ kind }) => kind)).toEqual(['first', 'second']);
  });

  it('does not take windows meanwhile: their offset stays with their rows', async () => {
    lock();
    await samples(0);
    await expect(commit(0)).rejects.toMatchObject({ code: 'store_locked' });
    unlock();
    expect((await store.loadProcesses('r1'))[0]?.committedOffset).toBe(0);
    await commit(0);
    expect((await store.loadProcesses('r1'))[0]?.committedOffset).toBe(1);
    expect(await store.windows('r1')).toHaveLength(1);
    expect(await store.samples('r1')).toHaveLength(1);
  });

  it('tells from when to when it took no rows, how many waited, and how many of them are lost', async () => {
    store = buffered(4);
    const begunMs = clock.now();
    lock();
    await expect(commit(0)).rejects.toMatchObject({ code: 'store_locked' });
    for (const minute of [0, 1, 2, 3, 4, 5]) await samples(minute);
    await clock.advance(20_000);
    unlock();
    await clock.advance(30_000);
    const told = (await store.events('r1')).filter(({ kind }) => kind.startsWith('store_'));
    expect(told).toMatchObject([
      { kind: 'store_unavailable', atMs: begunMs, message: expect.stringContaining('locked by another process') },
      { kind: 'store_available', message: expect.stringMatching(/ s: 6 rows waited, 2 were dropped$/) },
    ]);
    const [, again] = told;
    expect(again?.atMs).toBeGreaterThanOrEqual(begunMs + 20_000);
    expect(again?.data).toEqual({ downMs: (again?.atMs ?? 0) - begunMs, waited: 6, dropped: 2 });
  });

  it('tells of windows that were refused while nothing else came, with the next that are taken', async () => {
    lock();
    await expect(commit(0)).rejects.toMatchObject({ code: 'store_locked' });
    await clock.advance(5_000);
    unlock();
    await commit(0);
    await commit(1);
    expect((await store.events('r1')).map(({ kind, data }) => [kind, data.downMs ?? null])).toEqual([
      ['store_unavailable', null],
      ['store_available', 5_000],
    ]);
  });

  it('drops the oldest samples beyond its limit, and tells how many of what as soon as it can', async () => {
    store = buffered(4);
    lock();
    await store.addEvents('r1', [event('gap')]);
    for (const minute of [0, 1, 2, 3, 4]) await samples(minute);
    expect(store.health()).toMatchObject({ backlogRows: 4, droppedRows: 2 });
    unlock();
    await clock.advance(30_000);
    expect((await store.samples('r1')).map(({ atMs }) => atMs)).toEqual(
      [2, 3, 4].map((minute) => sample('', minute).atMs),
    );
    expect((await own()).map(({ kind, data }) => [kind, data.samples ?? null])).toEqual([
      ['gap', null],
      ['rows_dropped', 2],
    ]);
    expect(store.health()).toMatchObject({ droppedRows: 2, problem: null });
  });

  it('drops events only when no samples are left to drop, and never a transition', async () => {
    store = buffered(2);
    lock();
    await store.addTransition('r1', { atMs: 2, from: 'preparing', to: 'running', reason: '' });
    for (const kind of ['a', 'b', 'c']) await store.addEvents('r1', [event(kind)]);
    await samples(0);
    unlock();
    await store.flush(new AbortController().signal);
    expect((await own()).map(({ kind }) => kind)).toEqual(['c', 'rows_dropped']);
    expect((await store.transitions('r1')).at(-1)?.to).toBe('running');
  });

  it('tries a call that needs its answer again for a while, then fails', async () => {
    lock();
    const action = { atMs: 1, who: 'ann@host', kind: 'pause', text: 'pause', edit: null } as const;
    const failing = store.addAction('r1', action);
    const failed = expect(failing).rejects.toMatchObject({ code: 'store_locked' });
    await clock.advance(60_000);
    await failed;

    const patient = store.addAction('r1', action);
    await clock.advance(0);
    unlock();
    await clock.advance(60_000);
    expect((await patient).id).toBeGreaterThan(0);
  });

  it('does not let the last transition of a run wait in memory', async () => {
    lock();
    const last = store.addTransition('r1', { atMs: 2, from: 'finishing', to: 'passed', reason: '' });
    const failed = expect(last).rejects.toMatchObject({ code: 'store_locked' });
    await clock.advance(60_000);
    await failed;
    expect(store.health().backlogRows).toBe(0);
    unlock();
  });

  it('flushes until nothing waits, and gives up when told', async () => {
    lock();
    await samples(0);
    const patience = new AbortController();
    const flushed = store.flush(patience.signal);
    await clock.advance(5_000);
    patience.abort();
    await flushed;
    expect(store.health().backlogRows).toBe(1);
    unlock();
    await store.flush(AbortSignal.abort());
    expect(store.health().backlogRows).toBe(0);
  });

  it('writes what waits before it is closed', async () => {
    lock();
    await samples(0);
    unlock();
    await store.close();
    const again = await openSqliteStore({ file: join(folder, 'soakd.db'), clock });
    expect(await again.samples('r1')).toHaveLength(1);
    await again.close();
  });

  it('keeps rows while the disk is full', async () => {
    await inner.close();
    inner = await openSqliteStore({ file: join(folder, 'soakd.db'), clock, maxPages: 1 });
    store = buffered();
    for (let at = 0; store.health().backlogRows === 0 && at < 500; at++) {
      await store.addEvents('r1', [{ ...event('gap'), message: 'x'.repeat(2000) }]);
    }
    expect(store.health()).toMatchObject({ backlogRows: 1, problem: expect.stringContaining('full') });
    await store.close();
  });

  it('is not held up by a row that can never be written', async () => {
    lock();
    await store.addSamples('r1', [sample('nobody.declared_this', 0)]);
    await samples(0);
    unlock();
    await clock.advance(30_000);
    expect(await store.samples('r1')).toHaveLength(1);
    expect((await own()).map(({ message }) => message)).toEqual([expect.stringContaining('nobody.declared_this')]);
  });
});
