import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, weeklySoak as profileSource } from '../../tests/support/api-rig.ts';
import { memoryDutyStore } from '../../tests/support/duty-store.ts';
import { ownAlert } from '../../tests/support/own-alert.ts';
import { HOUR_MS, SimulatedStaging, START_MS } from '../../tests/support/simulated-staging.ts';
import type { Alert } from '../model/alert.ts';

const targetUrl = 'http://staging.example:8080';
let staging: SimulatedStaging;
let duty: ReturnType<typeof memoryDutyStore>;
let rig: ApiRig;

beforeEach(() => {
  staging = new SimulatedStaging({ series: {} });
  duty = memoryDutyStore();
  rig = new ApiRig(staging, { duty });
});
afterEach(async () => {
  rig.stopping.abort();
  await rig.app.close();
  await duty.close();
});

const start = async (): Promise<string> =>
  (await rig.post('/v1/runs', { profileSource, targetUrl, who: 'ana' })).json().id;
/** Values of a metric by what is asked of its labels. */
const values = async (name: string, labels = ''): Promise<number[]> =>
  ((await rig.get('/metrics')).body.match(new RegExp(`^${name}\\{.*${labels}.*$`, 'gm')) ?? []).map((line) =>
    Number(line.split(' ').at(-1)),
  );

const event = (kind: string, data: Record<string, unknown> = {}) => ({
  atMs: staging.clock.now(),
  kind,
  severity: 'error' as const,
  message: kind,
  data,
});

const alert = (changes: Partial<Alert>): Alert => ({ ...ownAlert('HighErrorRate', START_MS), ...changes });

describe('metrics of what happened', () => {
  it('are there as 0 before it happens, so that Prometheus sees them rise, and say when it did', async () => {
    const id = await start();
    expect(await values('soakd_run_events_total', 'kind="target_restarted"')).toEqual([0]);
    expect(await values('soakd_run_last_event_time_seconds', 'kind="target_restarted"')).toEqual([]);
    await staging.clock.advance(HOUR_MS);
    await staging.store.addEvents(id, [event('target_restarted'), event('target_restarted')]);
    for (const _scrape of [1, 2]) expect(await values('soakd_run_events_total', 'target_restarted')).toEqual([2]);
    expect(await values('soakd_run_last_event_time_seconds', 'target_restarted')).toEqual([
      staging.clock.now() / 1_000,
    ]);
  });

  it('say of each source whether it can be read', async () => {
    const id = await start();
    expect(await values('soakd_run_source_up', 'source="agent",kind="scripted"')).toEqual([1]);
    await staging.store.addEvents(id, [event('source_failed', { source: 'agent' })]);
    expect(await values('soakd_run_source_up', 'source="agent"')).toEqual([0]);
    await staging.store.addEvents(id, [event('source_recovered', { source: 'agent' })]);
    expect(await values('soakd_run_source_up', 'source="agent"')).toEqual([1]);
  });

  it('say whether what happens counts: not in the warm-up, not in a pause', async () => {
    const id = await start();
    await staging.clock.advance(HOUR_MS);
    expect(await values('soakd_run_judging')).toEqual([0]);
    await staging.clock.advance(2 * HOUR_MS);
    expect(await values('soakd_run_judging')).toEqual([1]);
    await rig.post(`/v1/runs/${id}/actions`, { kind: 'pause' });
    expect(await values('soakd_run_judging')).toEqual([0]);
  });

  it('are a line each for alerts that look alike, and for each channel with messages that wait', async () => {
    const open = [
      alert({ firingMs: START_MS + 1_000 }),
      alert({ id: 'a2', key: 'k2', firingMs: START_MS }),
      alert({ id: 'a3', key: 'k3', state: 'pending', firingMs: null }),
      alert({ id: 'a4', key: 'k4', state: 'resolved', resolvedMs: START_MS + 5_000 }),
    ];
    const body = {
      kind: 'test',
      severity: 'info',
      title: 't',
      text: 't',
      runId: null,
      link: null,
      alerts: [],
    } as const;
    const message = { key: 'm1', channel: 'slack', group: 'g', createdMs: START_MS, dueMs: START_MS, body };
    await duty.commitAlerts({ alerts: open, transitions: [], notifications: [message] });
    expect(await values('soakd_alerts', 'alertname="HighErrorRate",severity="critical",state="firing"')).toEqual([2]);
    expect(await values('soakd_alerts', 'state="pending"')).toEqual([1]);
    expect(await values('soakd_alerts', 'state="resolved"')).toEqual([]);
    expect(await values('soakd_alert_firing_time_seconds')).toEqual([START_MS / 1_000]);
    expect(await values('soakd_notifications_waiting', 'channel="slack"')).toEqual([1]);
  });

  it('leave the rest there while the store cannot be read', async () => {
    await start();
    const broken = new ApiRig(staging, {
      control: Object.assign(Object.create(staging.daemon()), { live: () => ['gone'], status: () => null }),
      store: Object.assign(Object.create(staging.store), { run: () => Promise.reject(new Error('locked')) }),
    });
    const { body } = await broken.get('/metrics');
    expect(body).toContain('soakd_build_info');
    expect(body).not.toContain('soakd_alerts{');
    await broken.app.close();
  });
});
