import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { memoryDutyStore } from '../../../tests/support/duty-store.ts';
import { SimulatedClock } from '../../base/simulated-clock.ts';
import type { Alert } from '../../model/alert.ts';
import type { NewNotification } from '../../model/notification.ts';
import type { DutyStore } from '../duty-store.ts';
import { openSqliteDutyStore, openSqliteStore } from './open.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const alert = (changes: Partial<Alert> = {}): Alert => ({
  id: '20261121T120000Z-0001',
  key: 'high-error-rate-of-a',
  runId: 'run-a',
  rule: {
    name: 'HighErrorRate',
    origin: 'config',
    condition: {
      metric: 'error_rate',
      comparison: '>',
      threshold: 2,
      unit: 'percent',
      forMs: 300_000,
      overMs: null,
      clearThreshold: null,
      minCount: null,
      text: 'error_rate > 2% for 5m',
    },
    severity: 'critical',
    action: 'page',
    labels: {},
    summary: null,
    runbookUrl: null,
    inhibits: [],
  },
  labels: { alertname: 'HighErrorRate' },
  state: 'firing',
  pendingMs: 1_000,
  firingMs: 301_000,
  resolvedMs: null,
  evaluatedMs: 301_000,
  value: 3.1,
  worst: 3.4,
  evidence: '14 of 452 requests in 5 min',
  inhibitedBy: null,
  silencedBy: null,
  acknowledged: null,
  toldCount: 1,
  toldMs: 301_000,
  facts: null,
  ...changes,
});

const message = (key: string, channel = 'slack'): NewNotification => ({
  key,
  channel,
  group: 'run-a',
  createdMs: 5,
  dueMs: 5,
  body: { kind: 'firing', severity: 'critical', title: key, text: key, runId: 'run-a', link: null, alerts: [] },
});

const titles = async (store: DutyStore, channel: string): Promise<string[]> =>
  (await store.outbox({ channel, limit: 10 })).map(({ body }) => body.title);

describe('rows about duty', () => {
  it('are there again when the file is opened again, beside the rows of runs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'soakd-duty-'));
    folders.push(folder);
    const options = { file: join(folder, 'soakd.db'), clock: new SimulatedClock(0) };
    const runs = await openSqliteStore(options);
    const first = await openSqliteDutyStore(options);
    await first.commitAlerts({ alerts: [alert()], transitions: [], notifications: [message('a')] });
    await first.putNote('schedule.seen', { atMs: 7 });
    await first.close();
    const second = await openSqliteDutyStore(options);
    expect(await second.alerts()).toEqual([alert()]);
    expect(await titles(second, 'slack')).toEqual(['a']);
    expect(await second.note('schedule.seen')).toEqual({ atMs: 7 });
    expect(await second.note('unknown')).toBeNull();
    await second.close();
    await runs.close();
  });

  it('store alerts, their history and their messages together or not at all', async () => {
    const store = memoryDutyStore();
    const transition = { alertId: 'nobody', atMs: 1, from: null, to: 'pending', reason: 'above the limit' } as const;
    await expect(
      store.commitAlerts({ alerts: [alert()], transitions: [transition], notifications: [message('a')] }),
    ).rejects.toThrow();
    expect(await store.alerts()).toEqual([]);
    expect(await titles(store, 'slack')).toEqual([]);
    await store.commitAlerts({
      alerts: [alert()],
      transitions: [{ ...transition, alertId: alert().id }],
      notifications: [],
    });
    expect(await store.alertTransitions(alert().id)).toEqual([{ ...transition, alertId: alert().id }]);
  });

  it('keep a message once by its key, in order, and not among those that wait once it is delivered or given up', async () => {
    const store = memoryDutyStore();
    await store.enqueue([message('a'), message('b'), message('a'), message('c', 'page')]);
    await store.enqueue([message('b')]);
    expect(await titles(store, 'slack')).toEqual(['a', 'b']);
    expect(await store.outboxSizes()).toEqual({ slack: 2, page: 1 });
    const [first, second] = await store.outbox({ channel: 'slack', limit: 10 });
    if (first === undefined || second === undefined) throw new Error('both wait');
    await store.putNotification({ ...first, attempts: 1, deliveredMs: 9 });
    await store.putNotification({ ...second, attempts: 3, failedMs: 9, lastError: 'refused' });
    expect(await titles(store, 'slack')).toEqual([]);
    const all = await store.notifications({ runId: 'run-a' });
    expect(all.map(({ key, deliveredMs, failedMs }) => [key, deliveredMs, failedMs])).toEqual([
      ['c', null, null],
      ['b', null, 9],
      ['a', 9, null],
    ]);
  });

  it('list alerts newest first, open ones apart, by run, in pages', async () => {
    const store = memoryDutyStore();
    const ended = alert({ id: '1', state: 'resolved', resolvedMs: 2 });
    const open = alert({ id: '2' });
    const ours = alert({ id: '3', runId: null });
    await store.commitAlerts({ alerts: [ended, open, ours], transitions: [], notifications: [] });
    expect((await store.alerts()).map(({ id }) => id)).toEqual(['3', '2', '1']);
    expect((await store.alerts({ openOnly: true, runId: 'run-a' })).map(({ id }) => id)).toEqual(['2']);
    expect((await store.alerts({ runId: null })).map(({ id }) => id)).toEqual(['3']);
    expect((await store.alerts({ limit: 1, beforeId: '3' })).map(({ id }) => id)).toEqual(['2']);
    expect(await store.alert('1')).toEqual(ended);
    expect(await store.alert('4')).toBeNull();
  });

  it('know which silences hold, also after one was ended early', async () => {
    const store = memoryDutyStore();
    const silence = {
      id: 's1',
      matchers: { alertname: 'High*' },
      fromMs: 100,
      untilMs: 200,
      who: 'ann',
      comment: 'known',
      createdMs: 50,
      endedMs: null,
    };
    await store.putSilence(silence);
    expect(await store.silences({ atMs: 99 })).toEqual([]);
    expect(await store.silences({ atMs: 199 })).toEqual([silence]);
    await store.putSilence({ ...silence, endedMs: 150 });
    expect(await store.silences({ atMs: 150 })).toEqual([]);
    expect(await store.silences()).toHaveLength(1);
  });

  it('settle a scheduled start once', async () => {
    const store = memoryDutyStore();
    const start = { entry: 'weekly', dueMs: 10, outcome: 'started', atMs: 11, runId: 'r', reason: 'on time' } as const;
    expect(await store.settleStart(start)).toBe(true);
    expect(await store.settleStart({ ...start, runId: 'other' })).toBe(false);
    await store.settleStart({ ...start, dueMs: 20, outcome: 'missed', runId: null });
    await store.resettleStart({ ...start, reason: 'changed' });
    const starts = await store.scheduledStarts({ entry: 'weekly' });
    expect(starts.map(({ dueMs, outcome, reason }) => [dueMs, outcome, reason])).toEqual([
      [20, 'missed', 'on time'],
      [10, 'started', 'changed'],
    ]);
    expect(await store.scheduledStarts({ sinceMs: 15, limit: 5 })).toHaveLength(1);
  });

  it('have one baseline a name and profile, and forget it when told', async () => {
    const store = memoryDutyStore();
    const baseline = { profile: 'soak', name: 'default', runId: 'r1', promotedMs: 1, who: 'ann' };
    await store.putBaseline(baseline);
    await store.putBaseline({ ...baseline, runId: 'r2' });
    await store.putBaseline({ ...baseline, profile: 'other' });
    expect(await store.baselines('soak')).toEqual([{ ...baseline, runId: 'r2' }]);
    expect(await store.baselines()).toHaveLength(2);
    expect(await store.removeBaseline('soak', 'default')).toBe(true);
    expect(await store.removeBaseline('soak', 'default')).toBe(false);
  });
});
