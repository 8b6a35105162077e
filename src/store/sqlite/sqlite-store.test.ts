import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeStore, event, processRow, run, sample, series, window } from '../../../tests/contracts/store.ts';
import { systemClock } from '../../base/clock.ts';
import type { Store } from '../store.ts';
import { openSqliteStore, type SqliteStoreOptions, unreachable } from './open.ts';

function newPlace() {
  const folder = mkdtempSync(join(tmpdir(), 'soakd-store-'));
  const file = join(folder, 'new', 'soakd.db');
  const opened: Store[] = [];
  return {
    file,
    async open(options: Partial<SqliteStoreOptions> = {}) {
      const store = await openSqliteStore({ file, clock: systemClock, ...options });
      opened.push(store);
      return store;
    },
    async dispose() {
      for (const store of opened) await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describeStore('SQLite', async () => newPlace());

describe('the SQLite store', () => {
  let place: ReturnType<typeof newPlace>;
  beforeEach(() => {
    place = newPlace();
  });
  afterEach(() => place.dispose());

  const first = { atMs: 1, from: null, to: 'preparing', reason: '' } as const;
  const openWithRun = async (options: Partial<SqliteStoreOptions> = {}): Promise<Store> => {
    const store = await place.open(options);
    await store.createRun(run('r1'), first);
    await store.putLoadProcess('r1', processRow('p1'));
    return store;
  };

  it('loses no confirmed row, and has no row without its offset, when its process is killed again and again', async () => {
    await openWithRun();
    const writer = new URL('../../../tests/support/commit-forever.ts', import.meta.url).pathname;
    for (const commitsBeforeKill of [1, 7, 30]) {
      const child = spawn(process.execPath, [writer, place.file], { stdio: ['ignore', 'pipe', 'inherit'] });
      let confirmed = 0;
      let seen = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        confirmed = Number(line);
        seen++;
        if (seen === commitsBeforeKill) child.kill('SIGKILL');
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      expect(child.signalCode).toBe('SIGKILL');

      const store = await place.open();
      const offset = (await store.loadProcesses('r1'))[0]?.committedOffset ?? 0;
      const windows = await store.windows('r1');
      expect(offset).toBeGreaterThanOrEqual(confirmed);
      expect(windows.map(({ sequence }) => sequence)).toEqual(Array.from({ length: offset }, (_, at) => at));
      expect(await store.events('r1')).toHaveLength(offset);
      const sketched = (await store.sketches('r1')).reduce((sum, { durationsMs }) => sum + durationsMs.count, 0);
      expect(sketched).toBe(offset * 7);
      await store.close();
    }
  });

  it('says that it is locked while another connection writes, and works again afterwards', async () => {
    const store = await openWithRun();
    const other = new Database(place.file);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.addEvents('r1', [event('gap')])).rejects.toMatchObject({ code: 'store_locked' });
    expect(await store.events('r1')).toEqual([]);
    other.exec('ROLLBACK');
    other.close();
    expect(await store.addEvents('r1', [event('gap')])).toHaveLength(1);
  });

  it('says that the disk is full, keeps what it has, and commits neither rows nor offset', async () => {
    const store = await openWithRun({ maxPages: 60 });
    let offset = 0;
    const fill = async (): Promise<void> => {
      for (;;) {
        const next = offset + 1;
        const windows = [window(next)];
        await store.commitWindows({ runId: 'r1', processId: 'p1', offset: next, windows, events: [event('gap')] });
        offset = next;
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'store_full', hint: expect.stringContaining('space') });
    expect(offset).toBeGreaterThan(0);
    expect((await store.loadProcesses('r1'))[0]?.committedOffset).toBe(offset);
    expect(await store.windows('r1')).toHaveLength(offset);
  });

  it('can be read beside its writer, and not written by the reader', async () => {
    const writer = await openWithRun();
    const reader = await place.open({ readOnly: true });
    await writer.addEvents('r1', [event('gap')]);
    expect(await reader.events('r1')).toHaveLength(1);
    await expect(reader.addEvents('r1', [event('gap')])).rejects.toMatchObject({ code: 'store_failed' });
  });

  it('gives two writers different ids', async () => {
    const one = await openWithRun();
    const two = await place.open();
    const ids = [];
    for (const store of [one, two, one]) ids.push((await store.addEvents('r1', [event('gap')]))[0]?.id);
    expect(ids).toEqual([1, 2, 3]);
  });

  it('says that it is closed, and may be closed twice', async () => {
    const store = await openWithRun();
    await store.close();
    await store.close();
    await expect(store.runs()).rejects.toMatchObject({ code: 'store_closed' });
    await expect(store.addEvents('r1', [])).rejects.toMatchObject({ code: 'store_closed' });
  });

  it('refuses samples of a series that nobody described, and stores none of them', async () => {
    const store = await openWithRun();
    await store.addSeries('r1', [series('agent.rss_bytes')]);
    const both = [sample('agent.rss_bytes', 0), sample('agent.unknown', 0)];
    await expect(store.addSamples('r1', both)).rejects.toMatchObject({ code: 'store_failed' });
    expect(await store.samples('r1')).toEqual([]);
  });

  it('is for its owner only', async () => {
    await openWithRun();
    expect(statSync(join(place.file, '..')).mode & 0o077).toBe(0);
  });

  describe('opened', () => {
    it('read-only needs a file that is there', async () => {
      await expect(place.open({ readOnly: true })).rejects.toMatchObject({ code: 'store_missing' });
      const inFile = place.open({ readOnly: true, file: '/proc/self/stat/soakd.db' });
      await expect(inFile).rejects.toMatchObject({ message: '/proc/self/stat is no folder', exitCode: 2 });
      const denied = unreachable('/other/data/soakd.db', Object.assign(new Error(''), { code: 'EACCES' }));
      expect(denied).toMatchObject({ message: 'this user may not look into /other/data', code: 'store_denied' });
    });

    it('refuses a file of a newer soakd', async () => {
      await (await openWithRun()).close();
      const db = new Database(place.file);
      db.pragma('user_version = 999');
      db.close();
      await expect(place.open()).rejects.toMatchObject({ code: 'store_newer', hint: expect.stringContaining('newer') });
    });

    it("refuses another program's database", async () => {
      await (await openWithRun()).close();
      rmSync(place.file);
      const db = new Database(place.file);
      db.exec('CREATE TABLE notes (text TEXT)');
      db.close();
      await expect(place.open()).rejects.toMatchObject({ code: 'store_foreign' });
    });

    it('refuses a folder that cannot be', async () => {
      await (await openWithRun()).close();
      const file = join(place.file, 'below', 'a-file.db');
      await expect(place.open({ file })).rejects.toMatchObject({ code: 'folder_unusable' });
    });
  });
});
