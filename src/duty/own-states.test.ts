import { describe, expect, it } from 'vitest';
import { shippedRules, startWatch } from '../../tests/support/alert-rig.ts';
import { memoryDutyStore } from '../../tests/support/duty-store.ts';
import { SimulatedStaging } from '../../tests/support/simulated-staging.ts';
import { OwnStates } from './own-states.ts';

const MINUTE_MS = 60_000;
const idle = { live: () => [], subscribe: () => () => undefined };
const titles = async (duty: ReturnType<typeof memoryDutyStore>): Promise<string[]> =>
  (await duty.notifications()).map(({ body }) => body.title).reverse();

describe("soakd's own alerts", () => {
  it('are raised by whoever notices, told once however often they are raised, and over when it says so', async () => {
    const staging = new SimulatedStaging();
    const duty = memoryDutyStore();
    const { watch, stop } = startWatch(staging, idle, duty);
    const weekly = { name: 'DidNotStart', labels: { entry: 'weekly' }, evidence: 'the fence refuses it' };
    await watch.raise(weekly);
    await watch.raise(weekly);
    await watch.raise({ ...weekly, labels: { entry: 'daily' } });
    expect(await titles(duty)).toEqual(['firing DidNotStart', 'firing DidNotStart']);
    await watch.resolve('DidNotStart', { entry: 'weekly' }, 'it started late');
    await watch.resolve('DidNotStart', { entry: 'weekly' }, 'it started late');
    expect(await titles(duty)).toEqual(['firing DidNotStart', 'firing DidNotStart', 'resolved DidNotStart']);
    expect(await duty.alerts({ runId: null, openOnly: true })).toMatchObject([
      { labels: { entry: 'daily', severity: 'critical' }, rule: { action: 'page' }, state: 'firing' },
    ]);
    await stop();
  });

  it('are remembered by the next soakd, which tells nothing again', async () => {
    const staging = new SimulatedStaging();
    const duty = memoryDutyStore();
    const weekly = { name: 'DidNotStart', labels: { entry: 'weekly' }, evidence: 'the target was busy' };
    const first = startWatch(staging, idle, duty);
    await first.watch.raise(weekly);
    await first.stop();
    const second = startWatch(staging, idle, duty);
    await staging.clock.advance(MINUTE_MS);
    await second.watch.raise(weekly);
    await second.watch.resolve('DidNotStart', weekly.labels, 'it started');
    await second.stop();
    expect(await titles(duty)).toEqual(['firing DidNotStart', 'resolved DidNotStart']);
  });

  it('are told as loud as whoever notices says where the file has no such rule', () => {
    const own = new OwnStates(() => []);
    own.raise(
      { name: 'LeaseLost', labels: {}, evidence: 'somebody else has it', severity: 'critical', action: 'page' },
      0,
    );
    expect(own.open).toMatchObject([
      { state: 'firing', rule: { name: 'LeaseLost', severity: 'critical', action: 'page' } },
    ]);
  });

  it('StoreTrouble fires when the store has taken nothing for a minute, and is over when it has taken rows for as long', () => {
    const own = new OwnStates(() => shippedRules().rules);
    const states: string[] = [];
    for (let second = 0; second <= 300; second += 10) {
      own.watchStore(
        { backlogRows: 0, droppedRows: 0, problem: second < 120 ? 'the disk is full' : null },
        second * 1000,
      );
      states.push(own.open[0]?.state ?? '-');
    }
    const [pending, firing, over] = ['pending', 'firing', '-'].map((state) => states.indexOf(state) * 10);
    expect({ pending, firing, over }).toEqual({ pending: 0, firing: 60, over: 120 });
  });

  it('wait in memory while they cannot be stored, and are stored once and told once when they can', async () => {
    const staging = new SimulatedStaging();
    const duty = memoryDutyStore();
    let full = true;
    const failing = new Proxy(duty, {
      get(target, name) {
        if (name === 'commitAlerts' && full) return () => Promise.reject(new Error('the disk is full'));
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    const { watch, stop } = startWatch(staging, idle, failing);
    await watch.raise({ name: 'DidNotStart', labels: {}, evidence: 'no' });
    await staging.clock.advance(MINUTE_MS);
    expect(await duty.alerts()).toEqual([]);
    full = false;
    await staging.clock.advance(MINUTE_MS);
    expect(await titles(duty)).toEqual(['firing DidNotStart']);
    const [alert] = await duty.alerts();
    expect((await duty.alertTransitions(alert?.id ?? '')).map(({ to }) => to)).toEqual(['pending', 'firing']);
    await stop();
  });
});
