import { describe, expect, it } from 'vitest';
import { FIRED_MS, plainNotification } from '../../tests/support/alert.ts';
import { ApiRig } from '../../tests/support/api-rig.ts';
import { memoryDutyStore } from '../../tests/support/duty-store.ts';
import { SimulatedStaging } from '../../tests/support/simulated-staging.ts';
import { SoakdError } from '../base/errors.ts';

async function rigWithOutbox() {
  const duty = memoryDutyStore();
  await duty.enqueue([
    plainNotification('one'),
    plainNotification('two', { channel: 'team' }, { runId: 'run-2', kind: 'summary' }),
    plainNotification('three'),
  ]);
  const delivery = { id: 1, attempts: 2, dueMs: FIRED_MS, deliveredMs: FIRED_MS + 5, failedMs: null, lastError: null };
  await duty.putNotification(delivery);
  await duty.putNotification({
    ...delivery,
    id: 3,
    deliveredMs: null,
    failedMs: FIRED_MS + 6,
    lastError: 'answers 404',
  });
  const asked: (string | null)[] = [];
  const rig = new ApiRig(new SimulatedStaging(), {
    duty,
    delivery: {
      health: () => [
        {
          ...{ channel: 'team', failingSinceMs: FIRED_MS, refusedSinceMs: null, lastError: 'answers 503' },
          ...{ delivered: 1, retried: 7, givenUp: 0 },
        },
      ],
      heartbeat: () => ({ lastMs: FIRED_MS, problem: null }),
      test: async (channel) => {
        asked.push(channel);
        if (channel === 'teem')
          throw new SoakdError('no channel is named teem', { code: 'channel_unknown', hint: '', httpStatus: 404 });
        return [{ channel: 'team', kind: 'slack', delivered: true, reason: null, tookMs: 12 }];
      },
    },
  });
  return { rig, asked };
}

const keys = (answer: { json(): { notifications: { key: string; state: string }[] } }): string[] =>
  answer.json().notifications.map(({ key, state }) => `${key} ${state}`);

describe('notifications over HTTP', () => {
  it('are listed newest first, with what became of each and how the channels do', async () => {
    const { rig } = await rigWithOutbox();
    const answer = await rig.get('/v1/notifications');
    expect(keys(answer)).toEqual(['three given_up', 'two waiting', 'one delivered']);
    expect(answer.json()).toMatchObject({
      waiting: { team: 1 },
      channels: [{ channel: 'team', failingSinceMs: FIRED_MS, lastError: 'answers 503' }],
      heartbeat: { lastMs: FIRED_MS, problem: null },
      notifications: [{ lastError: 'answers 404', attempts: 2 }, { kind: 'summary', runId: 'run-2' }, {}],
    });
  });

  it('are listed by state, by run, and up to a limit', async () => {
    const { rig } = await rigWithOutbox();
    for (const [query, expected] of [
      ['state=waiting', ['two waiting']],
      ['state=delivered', ['one delivered']],
      ['state=given_up', ['three given_up']],
      ['run=run-2', ['two waiting']],
      ['run=run-1&state=waiting', []],
      ['limit=1', ['three given_up']],
    ] as const)
      expect(keys(await rig.get(`/v1/notifications?${query}`)), query).toEqual(expected);
    expect((await rig.get('/v1/notifications?state=lost')).statusCode).toBe(400);
  });

  it('are tested by the name of a channel, and by nothing else', async () => {
    const { rig, asked } = await rigWithOutbox();
    expect((await rig.post('/v1/notifications/test', { channel: 'team' })).json()).toEqual({
      results: [{ channel: 'team', kind: 'slack', delivered: true, reason: null, tookMs: 12 }],
    });
    expect((await rig.post('/v1/notifications/test', {})).statusCode).toBe(200);
    expect((await rig.post('/v1/notifications/test', { channel: 'teem' })).statusCode).toBe(404);
    expect((await rig.post('/v1/notifications/test', { url: 'http://127.0.0.1:1/' })).statusCode).toBe(400);
    expect(asked).toEqual(['team', null, 'teem']);
  });
});
