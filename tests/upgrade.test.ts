/** A store that an older soakd wrote, with a soak in progress, in the hands of this one. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import { isFinal } from '../src/model/run.ts';
import { openSqliteDutyStore, openSqliteStore } from '../src/store/sqlite/open.ts';
import { MIGRATIONS } from '../src/store/sqlite/schema.ts';
import { HOUR_MS, SimulatedStaging, START_MS } from './support/simulated-staging.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'soakd-upgrade-'));
  file = join(folder, 'soakd.db');
  // Three hours of soak, whose soakd of schema 2 was killed after one and a half.
  writeFileSync(file, gunzipSync(readFileSync('tests/fixtures/store-of-schema-2.db.gz')));
});
afterEach(() => rmSync(folder, { recursive: true }));

const inFile = (pragma: string): unknown => {
  const db = new Database(file, { readonly: true });
  try {
    return db.pragma(pragma, { simple: true });
  } finally {
    db.close();
  }
};

describe('a store of an older soakd', () => {
  it('is brought up to date when it is opened for writing, and only then', async () => {
    expect(inFile('user_version')).toBe(2);
    await expect(openSqliteStore({ file, clock: systemClock, readOnly: true })).rejects.toMatchObject({
      code: 'store_older',
      hint: expect.stringContaining('start the daemon of this version once'),
    });
    const store = await openSqliteStore({ file, clock: systemClock });
    await store.close();
    expect([inFile('user_version'), inFile('integrity_check')]).toEqual([MIGRATIONS.length, 'ok']);
    const duty = await openSqliteDutyStore({ file, clock: systemClock, readOnly: true });
    expect(await duty.alerts()).toEqual([]);
    await duty.close();
  });

  it('has its soak in progress carried on to a verdict, with every row of before', async () => {
    const store = await openSqliteStore({ file, clock: systemClock });
    const [run] = await store.runs({ unfinishedOnly: true });
    if (run === undefined) throw new Error('no run is in progress');
    const rowsOf = async () => ({ windows: await store.windows(run.id), samples: await store.samples(run.id) });
    const before = await rowsOf();
    expect(before.windows.length).toBeGreaterThan(500);

    const memory = { unit: 'bytes' as const, leakCandidate: true, memory: true, at: () => 2e8 };
    const staging = new SimulatedStaging({ store, startMs: START_MS + 1.55 * HOUR_MS, series: { rss_bytes: memory } });
    const soaks = staging.daemon();
    // The lease of the one that was killed holds for ten simulated minutes: nobody can tell that it is dead.
    while (!soaks.live().includes(run.id)) {
      await soaks.recover({ mode: 'carry_on' });
      await staging.clock.advance(60_000);
    }
    await staging.play(soaks, run.id);

    expect(isFinal(await staging.state(run.id))).toBe(true);
    expect(await staging.eventKinds(run.id)).toContain('soakd_resumed');
    const after = await rowsOf();
    expect(after.windows.slice(0, before.windows.length)).toEqual(before.windows);
    expect(after.samples.filter(({ atMs }) => atMs <= (before.samples.at(-1)?.atMs ?? 0))).toEqual(before.samples);
    expect(after.windows.at(-1)?.endMs).toBeGreaterThan(START_MS + 2.9 * HOUR_MS);
    expect((await staging.verdict(run.id)).headline).toMatch(/^(passed|inconclusive)/);
    await store.close();
  });
});
