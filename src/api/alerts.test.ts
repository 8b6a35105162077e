import { describe, expect, it } from 'vitest';
import { idleAlertWatch } from '../../tests/support/alert-rig.ts';
import { ApiRig } from '../../tests/support/api-rig.ts';
import { memoryDutyStore } from '../../tests/support/duty-store.ts';
import { SimulatedStaging } from '../../tests/support/simulated-staging.ts';

async function rigWithAlerts(count: number) {
  const staging = new SimulatedStaging();
  const duty = memoryDutyStore();
  const watch = idleAlertWatch(staging, duty);
  for (let at = 0; at < count; at++) {
    await watch.raise({ name: 'DidNotStart', labels: { entry: `e${at}` }, evidence: 'refused' });
    await staging.clock.advance(1000);
  }
  return { staging, duty, watch, rig: new ApiRig(staging, { duty, alerts: watch }) };
}

describe('alerts over HTTP', () => {
  it('are listed newest first, a page at a time, the open ones unless all are asked for', async () => {
    const { rig, watch } = await rigWithAlerts(3);
    await watch.resolve('DidNotStart', { entry: 'e1' }, 'started');
    const first = (await rig.get('/v1/alerts?limit=1')).json();
    expect(first.alerts).toMatchObject([{ labels: { entry: 'e2' }, state: 'firing' }]);
    const second = (await rig.get(`/v1/alerts?limit=1&cursor=${first.nextCursor}`)).json();
    expect(second).toMatchObject({ alerts: [{ labels: { entry: 'e0' } }], nextCursor: null });
    expect((await rig.get('/v1/alerts?all=true&run=soakd')).json().alerts).toHaveLength(3);
    expect((await rig.get('/v1/alerts?run=20261121T120000Z-0000')).json().alerts).toEqual([]);
  });

  it('come one at a time with the states that they went through', async () => {
    const { rig } = await rigWithAlerts(1);
    const [alert] = (await rig.get('/v1/alerts')).json().alerts;
    const { history } = (await rig.get(`/v1/alerts/${alert.id}`)).json();
    expect(history.map(({ to }: { to: string }) => to)).toEqual(['pending', 'firing']);
    expect((await rig.get('/v1/alerts/unknown')).json()).toMatchObject({ status: 404, code: 'alert_unknown' });
  });

  it('are acknowledged, which those who were told are told', async () => {
    const { rig, duty, watch } = await rigWithAlerts(1);
    const [alert] = (await rig.get('/v1/alerts')).json().alerts;
    const path = `/v1/alerts/${alert.id}/acknowledgement`;
    const answer = await rig.post(path, { who: 'ana', text: 'on it' });
    expect([answer.statusCode, answer.json().acknowledged]).toEqual([
      201,
      expect.objectContaining({ who: 'ana', text: 'on it' }),
    ]);
    expect((await duty.notifications()).map(({ body }) => body.title)).toEqual([
      'acknowledged DidNotStart',
      'firing DidNotStart',
    ]);
    await watch.resolve('DidNotStart', { entry: 'e0' }, 'started');
    expect((await rig.post(path, { who: 'ana' })).json()).toMatchObject({ status: 409, code: 'alert_resolved' });
    expect((await duty.alert(alert.id))?.acknowledged?.who).toBe('ana');
  });

  it('are silenced and told again when the silence is ended', async () => {
    const { rig, duty, watch } = await rigWithAlerts(0);
    const made = await rig.post('/v1/silences', {
      matchers: { entry: 'week*' },
      forMs: 3_600_000,
      comment: 'move',
      who: 'ana',
    });
    expect(made.statusCode).toBe(201);
    await watch.raise({ name: 'DidNotStart', labels: { entry: 'weekly' }, evidence: 'refused' });
    expect(await duty.notifications()).toEqual([]);
    expect((await rig.get('/v1/silences')).json().silences).toHaveLength(1);
    await rig.post(`/v1/silences/${made.json().id}/end`, { who: 'ana' });
    expect((await duty.notifications()).map(({ body }) => body.title)).toEqual(['firing DidNotStart']);
    expect((await rig.get('/v1/silences')).json().silences).toEqual([]);
    expect((await rig.get('/v1/silences?all=true')).json().silences).toHaveLength(1);
    expect((await rig.post('/v1/silences/none/end', {})).json()).toMatchObject({ code: 'silence_unknown' });
  });

  it('are not silenced all at once, nor in the past, nor without a reason', async () => {
    const { rig } = await rigWithAlerts(0);
    const refused = async (body: object): Promise<number> => (await rig.post('/v1/silences', body)).statusCode;
    expect(await refused({ matchers: {}, forMs: 1000, comment: 'x' })).toBe(400);
    expect(await refused({ matchers: { run: '*' }, forMs: 1000, comment: 'x' })).toBe(400);
    expect(await refused({ matchers: { run: 'r1' }, forMs: 1000, comment: 'x', fromMs: 1 })).toBe(400);
    expect(await refused({ matchers: { run: 'r1' }, forMs: 1000 })).toBe(400);
    expect(await refused({ matchers: { run: 'r1' }, forMs: 31 * 86_400_000, comment: 'x' })).toBe(400);
  });
});
