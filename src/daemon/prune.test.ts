import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { alertOf } from '../../tests/support/alert.ts';
import { type FinishedRun, finishRun } from '../../tests/support/finished-run.ts';
import { HOUR_MS, START_MS } from '../../tests/support/simulated-staging.ts';
import { soakd } from '../../tests/support/soakd.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { REPORTS } from '../report/render.ts';
import type { Retention } from '../store/retention.ts';
import { openSqliteDutyStore, openSqliteStore } from '../store/sqlite/open.ts';
import { openPruner } from '../store/sqlite/pruner.ts';
import { keepRetention } from './keep-retention.ts';
import { findPrunable, prune } from './prune.ts';
import { runFolderIn, storeFileIn } from './wire.ts';

const DAY_MS = 24 * HOUR_MS;
const KEEP_ALL: Retention = { spoolMs: null, rowsMs: null, verdictsMs: null };
const never = new AbortController().signal;

/** The calendar stands where it is put; nobody waits for the pauses between slices, and a test says when an hour is over. */
class CalendarClock implements Clock {
  monotonicMs = systemClock.monotonicMs;
  #nowMs: number;
  #wake: () => void = () => undefined;
  #asleep = Promise.withResolvers<void>();
  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }
  now(): number {
    return this.#nowMs;
  }
  put(nowMs: number): void {
    this.#nowMs = nowMs;
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < HOUR_MS) return Promise.resolve();
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.#wake = resolve;
      this.#asleep.resolve();
    });
  }
  /** Resolves when somebody sleeps for an hour. */
  asleep(): Promise<void> {
    return this.#asleep.promise;
  }
  wake(): void {
    this.#asleep = Promise.withResolvers();
    this.#wake();
  }
}

let dataFolder: string;
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'soakd-prune-'));
});
afterEach(() => rmSync(dataFolder, { recursive: true }));

/** Everything at an instant. */
async function at(nowMs: number) {
  const file = storeFileIn(dataFolder);
  const clock = new CalendarClock(nowMs);
  const store = await openSqliteStore({ file, clock });
  const duty = await openSqliteDutyStore({ file, clock });
  const pruner = await openPruner({ file, clock });
  onTestFinished(async () => {
    pruner.close();
    await duty.close();
    await store.close();
  });
  const ports = { store, duty, pruner, clock, runFolder: (runId: string) => runFolderIn(dataFolder, runId) };
  const pruneNow = (changes: Partial<Retention>) => prune(ports, { ...KEEP_ALL, ...changes }, never);
  return { ...ports, ports, file, pruneNow };
}

const filesOf = ({ run }: FinishedRun) => readdirSync(runFolderIn(dataFolder, run.id)).toSorted();
const REPORT_FILES = ['plan.json', ...REPORTS.map(({ fileName }) => fileName)].toSorted();

describe('a run past its retention', () => {
  it('loses its spool files first, and nothing else', async () => {
    const finished = await finishRun(dataFolder);
    const { store, pruneNow } = await at(finished.endedMs + 15 * DAY_MS);
    expect((await pruneNow({ spoolMs: 14 * DAY_MS })).runs).toEqual([
      { runId: finished.run.id, tier: 'spool', bytes: 3_000 },
    ]);
    expect(filesOf(finished)).toEqual(REPORT_FILES);
    expect((await store.windows(finished.run.id)).length).toBeGreaterThan(1_000);
    expect((await pruneNow({ spoolMs: 14 * DAY_MS })).runs).toEqual([]);
  });

  it('loses windows, durations and samples then, and keeps what was said of it', async () => {
    const finished = await finishRun(dataFolder);
    const { id } = finished.run;
    const { store, pruneNow } = await at(finished.endedMs + 181 * DAY_MS);
    const before = { run: await store.run(id), verdict: await store.verdict(id), states: await store.transitions(id) };
    const events = await store.events(id);
    const [pruned] = (await pruneNow({ rowsMs: 180 * DAY_MS })).runs;
    expect(pruned).toMatchObject({ runId: id, tier: 'rows' });
    expect(pruned?.bytes).toBeGreaterThan(10_000);
    expect([await store.windows(id), await store.sketches(id), await store.samples(id)]).toEqual([[], [], []]);
    const after = { run: await store.run(id), verdict: await store.verdict(id), states: await store.transitions(id) };
    expect(after).toEqual(before);
    expect((await store.events(id)).slice(0, -1)).toEqual(events);
    expect((await store.events(id)).at(-1)).toMatchObject({ kind: 'rows_pruned' });
    expect(filesOf(finished)).toEqual(REPORT_FILES);
    expect((await pruneNow({ rowsMs: 180 * DAY_MS })).runs).toEqual([]);
  });

  it('is gone at last, with its folder, and another stays as it is', async () => {
    const old = await finishRun(dataFolder);
    const young = await finishRun(dataFolder, { startMs: START_MS + 300 * DAY_MS });
    const { store, pruneNow } = await at(young.endedMs + DAY_MS);
    const kept = { windows: await store.windows(young.run.id), samples: await store.samples(young.run.id) };
    expect((await pruneNow({ verdictsMs: 90 * DAY_MS })).runs).toMatchObject([{ runId: old.run.id, tier: 'verdicts' }]);
    expect((await store.runs()).map(({ id }) => id)).toEqual([young.run.id]);
    expect(existsSync(runFolderIn(dataFolder, old.run.id))).toBe(false);
    expect({ windows: await store.windows(young.run.id), samples: await store.samples(young.run.id) }).toEqual(kept);
    expect(await store.events(old.run.id)).toEqual([]);
  });

  it('stays whole while it is a baseline or has the label keep', async () => {
    const labelled = await finishRun(dataFolder, { labels: { keep: 'release 4' } });
    const baseline = await finishRun(dataFolder, { startMs: START_MS + 2 * DAY_MS });
    const { duty, ports, clock } = await at(START_MS + 999 * DAY_MS);
    await duty.putBaseline({
      profile: 'weekly',
      name: 'default',
      runId: baseline.run.id,
      promotedMs: clock.now(),
      who: 'ana',
    });
    const all = { spoolMs: 0, rowsMs: 0, verdictsMs: 0 };
    expect((await findPrunable(ports, all)).runs).toEqual([]);
    await duty.removeBaseline('weekly', 'default');
    expect((await findPrunable(ports, all)).runs.map(({ runId }) => runId)).toEqual([baseline.run.id]);
    expect(filesOf(labelled)).toContain('windows-p1.jsonl');
  });

  it('gives its space back to the disk', async () => {
    const finished = await finishRun(dataFolder);
    const { pruner, pruneNow, file } = await at(finished.endedMs + DAY_MS);
    await pruneNow({ rowsMs: 0 });
    expect([pruner.mustRebuild(), pruner.freeBytes()]).toEqual([false, 0]);
    pruner.close();
    const short = statSync(file).size;
    // As short as a file that holds nothing but what was kept.
    const again = await openPruner({ file, clock: systemClock });
    again.rebuild();
    again.close();
    expect(short).toBeLessThan(1.2 * statSync(file).size + 65_536);
  });
});

describe('settled rows about duty', () => {
  const DUE = START_MS;
  const message = (key: string) => ({
    ...{ key, channel: 'ops', group: 'g', createdMs: DUE, dueMs: DUE },
    body: {
      kind: 'test' as const,
      severity: 'info' as const,
      title: '',
      text: '',
      runId: null,
      link: null,
      alerts: [],
    },
  });

  it('go with the rows of their time, but not within thirty days, and never while they wait', async () => {
    const { duty, ports, pruneNow, clock } = await at(DUE);
    await duty.enqueue([message('delivered'), message('waits')]);
    const [first] = await duty.outbox({ channel: 'ops', limit: 1 });
    await duty.putNotification({ ...(first ?? never_()), deliveredMs: DUE });
    await duty.settleStart({ entry: 'weekly', dueMs: DUE, outcome: 'started', atMs: DUE, runId: 'r', reason: '' });
    await duty.putSilence({
      ...{
        id: 's',
        matchers: {},
        fromMs: DUE,
        untilMs: DUE + 1,
        who: 'ana',
        comment: '',
        createdMs: DUE,
        endedMs: null,
      },
    });
    const counted = async () => (await findPrunable(ports, { ...KEEP_ALL, rowsMs: DAY_MS })).duty;
    const none = { notifications: 0, alerts: 0, silences: 0, scheduledStarts: 0, idempotencyKeys: 0 };
    clock.put(DUE + 30 * DAY_MS);
    expect(await counted()).toEqual(none);
    clock.put(DUE + 30 * DAY_MS + 1_000);
    const settled = { ...none, notifications: 1, silences: 1, scheduledStarts: 1 };
    expect(await counted()).toEqual(settled);
    expect((await pruneNow({ rowsMs: DAY_MS })).duty).toEqual(settled);
    expect(await counted()).toEqual(none);
    expect((await duty.notifications()).map(({ key }) => key)).toEqual(['waits']);
    expect((await pruneNow({})).duty).toEqual(none);
  });

  it('keep the alerts of a run as long as the run, and those of none only for their time', async () => {
    const { duty, pruneNow, clock } = await at(DUE);
    const resolved = { state: 'resolved', resolvedMs: DUE } as const;
    const alerts = [alertOf({ id: 'a-1', ...resolved }), alertOf({ id: 'a-2', key: 'own', runId: null, ...resolved })];
    await duty.commitAlerts({ alerts, transitions: [], notifications: [], notes: {} });
    clock.put(DUE + 31 * DAY_MS);
    expect((await pruneNow({ rowsMs: DAY_MS })).duty.alerts).toBe(1);
    expect(await duty.alert('a-2')).toBeNull();
    expect(await duty.alert('a-1')).toMatchObject({ runId: 'run-1' });
  });

  const never_ = (): never => {
    throw new Error('nothing waits');
  };
});

describe('a daemon', () => {
  it('looks each hour, and holds what it finds against the retention of that moment', async () => {
    const finished = await finishRun(dataFolder);
    const { ports, file, clock } = await at(finished.endedMs + DAY_MS);
    let retention: Retention = { ...KEEP_ALL, spoolMs: 2 * DAY_MS };
    const stop = new AbortController();
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const kept = keepRetention(
      { ...ports, log, retention: () => retention, openPruner: () => openPruner({ file, clock }) },
      stop.signal,
    );
    await clock.asleep();
    expect(filesOf(finished)).toContain('windows-p1.jsonl');
    retention = { ...KEEP_ALL, spoolMs: DAY_MS };
    clock.put(finished.endedMs + DAY_MS + HOUR_MS);
    clock.wake();
    await clock.asleep();
    stop.abort();
    await kept;
    expect(filesOf(finished)).toEqual(REPORT_FILES);
  });
});

describe('soakd prune', () => {
  const cli = (...args: string[]) => soakd([...args, '--data', dataFolder]);

  it('deletes nothing before it was told for how long', async () => {
    const finished = await finishRun(dataFolder, { startMs: Date.parse('2020-01-10T11:00:00Z') });
    const bare = await cli('prune');
    expect([bare.code, bare.said]).toEqual([2, expect.stringContaining('how long things are kept was not said')]);
    expect((await cli('prune', '--dry-run')).code).toBe(2);
    const lone = await cli('prune', '--with-verdicts');
    expect([lone.code, lone.said]).toEqual([2, expect.stringContaining('--older-than')]);
    expect((await cli('prune', '--rebuild')).out).toBe('nothing is past its retention\n');
    expect(filesOf(finished)).toContain('windows-p1.jsonl');
  });

  it('says what would go, deletes it, and the report is still to be had but no replay', async () => {
    const { run } = await finishRun(dataFolder, { startMs: Date.parse('2026-01-10T11:00:00Z') });
    const dry = await cli('prune', '--older-than', '0s', '--dry-run');
    expect(dry).toMatchObject({ code: 0, said: 'nothing was deleted\n' });
    expect(dry.out).toMatch(new RegExp(`${run.id} +spool files and rows +[\\d.]+ kB\\n +together`));
    expect((await cli('prune', '--older-than', '0s')).out).toBe(dry.out);
    expect((await cli('prune', '--older-than', '0s')).out).toBe('nothing is past its retention\n');
    expect((await cli('report', run.id)).out).toBe(`md report of ${run.id}\n`);
    const replay = await cli('replay', run.id);
    expect([replay.code, replay.said]).toEqual([5, expect.stringContaining('are past their retention and deleted')]);
  });
});
