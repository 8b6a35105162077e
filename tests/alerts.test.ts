/** Alerts of soaks in simulated time, with the rules that soakd comes with. */
import { describe, expect, it } from 'vitest';
import type { Alert } from '../src/model/alert.ts';
import { startWatch } from './support/alert-rig.ts';
import { memoryDutyStore } from './support/duty-store.ts';
import { begin, HOUR_MS, SimulatedStaging, START_MS, type StagingScript } from './support/simulated-staging.ts';

const profile = (more = '', rate = 60): string => `soak_test:
  name: watched
  duration: 6h
  traffic_pattern: { base_rate: ${rate}, warmup: 10m }
  workload: { kind: requests, requests: [{ name: list, path: / }] }
  monitoring:
    interval: 60s
    samplers: [{ kind: scripted, name: agent }]
${more}`;

/** Plays a whole soak under watch; every alert that there was, oldest first, and the titles of all messages. */
async function watched(script: StagingScript, source = profile()): Promise<{ alerts: Alert[]; told: string[] }> {
  const staging = new SimulatedStaging({ settings: { pollMs: 10_000 }, ...script });
  const duty = memoryDutyStore();
  const soaks = staging.daemon();
  const { stop } = startWatch(staging, soaks, duty);
  const run = await begin(soaks, source);
  await staging.play(soaks, run.id);
  await staging.clock.advance(30_000);
  await stop();
  const messages = await duty.notifications();
  return { alerts: (await duty.alerts()).reverse(), told: messages.map(({ body }) => body.title).reverse() };
}

const within =
  (fromHour: number, untilHour: number) =>
  (atMs: number): boolean =>
    atMs >= START_MS + fromHour * HOUR_MS && atMs < START_MS + untilHour * HOUR_MS;

describe('alerts of a live soak', () => {
  it('tell of an outage once when it begins and once when it ends, and of nothing that follows from it', async () => {
    const down = within(2, 2.5);
    const { alerts, told } = await watched({ load: { failures: (atMs) => (down(atMs) ? { connect: 1 } : {}) } });
    expect(told).toEqual(['firing ServiceDown', 'resolved ServiceDown']);
    const [outage] = alerts.filter(({ rule }) => rule.name === 'ServiceDown');
    expect(outage?.firingMs).toBeGreaterThan(START_MS + 2 * HOUR_MS + 60_000);
    expect(outage?.firingMs).toBeLessThanOrEqual(START_MS + 2 * HOUR_MS + 120_000);
    expect(alerts.find(({ rule }) => rule.name === 'HighErrorRate')?.inhibitedBy).toBe('ServiceDown');
  });

  it('say nothing of a healthy run', async () => {
    const { alerts, told } = await watched({});
    expect(alerts.filter(({ firingMs }) => firingMs !== null)).toEqual([]);
    expect(told).toEqual([]);
  });
});
