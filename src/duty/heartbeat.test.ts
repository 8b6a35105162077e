import { describe, expect, it, onTestFinished } from 'vitest';
import { targetForTest } from '../../tests/support/target-for-test.ts';
import { SimulatedClock } from '../base/simulated-clock.ts';
import { Heartbeat } from './heartbeat.ts';
import type { HeartbeatConfig } from './heartbeat-config.ts';

async function rig(answer: () => { status?: number } = () => ({})) {
  const target = await targetForTest(answer);
  const clock = new SimulatedClock(Date.parse('2026-11-21T12:00:00Z'));
  const said: string[] = [];
  const say = (data: object, message: string): void => void said.push(`${message} ${JSON.stringify(data)}`);
  const now: { config: HeartbeatConfig | null; ailments: string[] } = {
    config: { url: `${target.url}/ping/secret-path`, everyMs: 60_000 },
    ailments: [],
  };
  const heartbeat = new Heartbeat({
    config: () => now.config,
    ailments: async () => now.ailments,
    ...{ clock, log: { info: say, warn: say } },
  });
  const stop = new AbortController();
  const done = heartbeat.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await done;
  });
  /** Real requests take real time: until the beat is noted. */
  const beaten = async (count: number): Promise<void> => {
    await target.came(count);
    while (heartbeat.health().lastMs !== clock.now() && heartbeat.health().problem === null) await clock.advance(0);
  };
  return { target, clock, said, now, heartbeat, beaten };
}

describe('the heartbeat', () => {
  it('is heard at once and at its interval while all is well', async () => {
    const { target, clock, beaten } = await rig();
    await beaten(1);
    await clock.advance(60_000);
    await beaten(2);
    expect(target.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /ping/secret-path',
      'GET /ping/secret-path',
    ]);
  });

  it('is left out while something is wrong, and says what', async () => {
    const { target, clock, said, now, heartbeat, beaten } = await rig();
    await beaten(1);
    now.ailments = ['the store does not answer'];
    await clock.advance(180_000);
    expect(target.seen).toHaveLength(1);
    expect(heartbeat.health().problem).toBe('the store does not answer');
    now.ailments = [];
    await clock.advance(60_000);
    await target.came(2);
    expect(said[0]).toContain('the heartbeat is not heard {"reason":"the store does not answer"}');
  });

  it('that is not taken is noted without its address, and tried at the next interval', async () => {
    const { clock, said, heartbeat, target } = await rig(() => ({ status: 404 }));
    await target.came(1);
    while (heartbeat.health().problem === null) await clock.advance(0);
    expect(heartbeat.health()).toEqual({ lastMs: null, problem: `${new URL(target.url).host} answers 404` });
    await clock.advance(60_000);
    await target.came(2);
    expect(said.join()).not.toContain('secret-path');
    // Told once, however often it fails.
    expect(said).toHaveLength(1);
  });

  it('is not there until it is configured', async () => {
    const { target, clock, now, heartbeat, beaten } = await rig();
    await beaten(1);
    const { config } = now;
    now.config = null;
    await clock.advance(600_000);
    expect(target.seen).toHaveLength(1);
    expect(heartbeat.health().problem).toBeNull();
    now.config = config;
    heartbeat.ring();
    await target.came(2);
  });
});
