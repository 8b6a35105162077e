import { describe, expect, it } from 'vitest';
import { alertOf } from '../../tests/support/alert.ts';
import { memoryDutyStore } from '../../tests/support/duty-store.ts';
import { MemoryStore } from '../../tests/support/memory-store.ts';
import { runRows } from '../../tests/support/run-rows.ts';
import type { NewNotification } from '../model/notification.ts';
import { type Beside, NOTHING_BESIDE } from './beside.ts';
import { type CheckItem, preTestChecklist } from './checklist.ts';
import { loadBeside } from './load-beside.ts';

const rows = runRows({ hours: 1, series: {} });
const alerting = (beside?: Partial<Beside>): CheckItem | undefined =>
  preTestChecklist(rows, { ...NOTHING_BESIDE, ...beside }).find(({ text }) => text === 'Alerts configured');

describe('whether somebody is told of alerts', () => {
  it('is left open where no message is known to have arrived', () => {
    expect(alerting()).toMatchObject({
      done: false,
      evidence:
        'the profile names 0 thresholds; 0 alerts fired in this run; no message is known to have been delivered',
    });
  });

  it('is shown by messages that were delivered', () => {
    const channels = [{ channel: 'slack', delivered: 3, waiting: 1, givenUp: 0 }];
    expect(alerting({ alerts: [alertOf()], channels })).toMatchObject({
      done: true,
      evidence: 'the profile names 0 thresholds; 1 alert fired in this run; messages were delivered through slack (3)',
    });
  });

  it('is left open while one of the channels delivers nothing', () => {
    const slack = { channel: 'slack', delivered: 3, waiting: 0, givenUp: 0 };
    const pager = { channel: 'pager', delivered: 0, waiting: 1, givenUp: 2 };
    expect(alerting({ channels: [pager, slack] })).toMatchObject({
      done: false,
      evidence: expect.stringMatching(/slack \(3\); pager delivered none: 2 given up, 1 still to be sent$/),
    });
  });

  it('is read from the outbox: messages about the run, and others up to its planned end', async () => {
    const duty = memoryDutyStore();
    const { run } = rows;
    const message = (key: string, channel: string, runId: string | null, createdMs: number): NewNotification => ({
      ...{ key, channel, group: key, createdMs, dueMs: createdMs },
      body: { kind: 'test', severity: 'info', title: key, text: key, runId, link: null, alerts: [] },
    });
    await duty.enqueue([
      message('test before', 'slack', null, run.startMs - 1),
      message('of the run', 'pager', run.id, run.startMs + 1),
      message('summary', 'slack', run.id, run.endMs + 60_000),
      message('of a later run', 'mail', 'another', run.endMs + 1),
    ]);
    for (const { id, body } of await duty.notifications()) {
      if (body.title !== 'of the run')
        await duty.putNotification({ id, attempts: 1, dueMs: 0, deliveredMs: 1, failedMs: null, lastError: null });
    }
    expect((await loadBeside(new MemoryStore(), duty, run)).channels).toEqual([
      { channel: 'pager', delivered: 0, waiting: 1, givenUp: 0 },
      { channel: 'slack', delivered: 2, waiting: 0, givenUp: 0 },
    ]);
  });
});
