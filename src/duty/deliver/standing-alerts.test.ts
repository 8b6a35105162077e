import { describe, expect, it } from 'vitest';
import { alertOf, FIRED_MS } from '../../../tests/support/alert.ts';
import { memoryDutyStore } from '../../../tests/support/duty-store.ts';
import { notifySchema, resolveNotify } from '../../notify/config.ts';
import { standingAlerts } from './standing-alerts.ts';

const config = resolveNotify(
  notifySchema.parse({
    channels: {
      am: { kind: 'alertmanager', url: 'http://127.0.0.1:9093' },
      other: { kind: 'alertmanager', url: 'http://127.0.0.1:9094' },
    },
    routes: [{ severity: ['info'], channels: ['other'] }],
    default: ['am'],
  }),
);

describe('what a receiver that forgets is told again', () => {
  it('is what fires, was told, and goes to it', async () => {
    const duty = memoryDutyStore();
    const alerts = [
      alertOf({ id: 'a-1' }),
      alertOf({ id: 'a-2', state: 'no_data' }),
      alertOf({ id: 'a-3', state: 'pending', firingMs: null }),
      alertOf({ id: 'a-4', toldCount: 0 }),
      alertOf({ id: 'a-5', state: 'resolved', resolvedMs: FIRED_MS + 1 }),
      alertOf({ id: 'a-6' }, { severity: 'info' }),
      alertOf({ id: 'a-7', silencedBy: 's-1', acknowledged: { atMs: FIRED_MS, who: 'anna', text: '' } }),
    ];
    await duty.commitAlerts({ alerts, transitions: [], notifications: [] });
    const idsFor = async (channel: string): Promise<string[] | undefined> =>
      (await standingAlerts(channel, config, duty, FIRED_MS))?.alerts.map(({ id }) => id).toSorted();
    expect(await idsFor('am')).toEqual(['a-1', 'a-2', 'a-7']);
    expect(await idsFor('other')).toEqual(['a-6']);
  });

  it('is nothing when nothing fires', async () => {
    expect(await standingAlerts('am', config, memoryDutyStore(), FIRED_MS)).toBeNull();
  });
});
