import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FIRED_MS, firing, resolved } from '../../../tests/support/alert.ts';
import { alertmanagerIsInstalled, startAlertmanager } from '../../../tests/support/alertmanager-server.ts';
import { channelOf, messageOf, neverAborts } from '../../../tests/support/channels.ts';
import type { RunningServer } from '../../../tests/support/server-process.ts';
import { systemClock } from '../../base/clock.ts';
import { request } from '../../base/http-request.ts';
import type { Alert, AlertNews } from '../../model/alert.ts';
import type { NotificationBody } from '../../model/notification.ts';
import { notifySchema, resolveNotify } from '../config.ts';
import { messagesFor, testBody } from '../messages.ts';
import { postableAlerts } from './alerts.ts';

const config = resolveNotify(
  notifySchema.parse({
    public_url: 'https://soakd.example',
    channels: { am: { kind: 'alertmanager', url: 'http://127.0.0.1:9093' } },
  }),
);
const bodyOf = (...news: AlertNews[]): NotificationBody => {
  const [message] = messagesFor(news, config, systemClock.now());
  if (message === undefined) throw new Error('nobody is told');
  return message.body;
};

describe('what Alertmanager is sent', () => {
  it('holds for four resend intervals, so that one that is lost does not end the alert', () => {
    const [alert] = postableAlerts(bodyOf(firing()), FIRED_MS + 30_000, 240_000);
    expect(alert).toMatchObject({ startsAt: '2026-11-21T12:00:00.000Z', endsAt: '2026-11-21T12:04:30.000Z' });
  });

  it('is over when the alert was, and never before it began', () => {
    const [alert] = postableAlerts(bodyOf(resolved()), FIRED_MS + 900_000, 240_000);
    expect(alert?.endsAt).toBe('2026-11-21T12:12:00.000Z');
    const [odd] = postableAlerts(bodyOf(resolved({ resolvedMs: FIRED_MS - 5 })), FIRED_MS, 240_000);
    expect(odd?.startsAt).toBe(odd?.endsAt);
  });

  it('has labels as Prometheus takes them', () => {
    const labels = { 'a-b.c': '1', '9lives': '2', empty: '', alertname: 'other' };
    expect(postableAlerts(bodyOf(firing({ labels })), FIRED_MS, 1)[0]?.labels).toEqual({
      severity: 'critical',
      a_b_c: '1',
      _9lives: '2',
      alertname: 'HighErrorRate',
    });
  });
});

const seenSchema = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
    startsAt: z.string(),
    endsAt: z.string(),
    generatorURL: z.string().optional(),
    status: z.object({ state: z.string() }),
  }),
);

describe.skipIf(!alertmanagerIsInstalled())('a real Alertmanager', () => {
  let server: RunningServer;
  let url = '';
  beforeAll(async () => {
    server = await startAlertmanager();
    url = `http://127.0.0.1:${server.port}`;
  });
  afterAll(() => server?.stop());

  const open = () => channelOf({ kind: 'alertmanager', url: `${url}/` });
  const active = async (name: string) => {
    const filter = encodeURIComponent(`alertname="${name}"`);
    const { body } = await request(`${url}/api/v2/alerts?filter=${filter}`, { signal: neverAborts });
    return seenSchema.parse(JSON.parse(body));
  };
  const beganMs = systemClock.now() - 60_000;
  const now = (changes: Partial<Alert> = {}): Partial<Alert> => ({ firingMs: beganMs, ...changes });

  it('shows an alert that fires, with all that is known of it', async () => {
    await open().send(messageOf(bodyOf(firing(now()))), neverAborts);
    const [alert] = await active('HighErrorRate');
    expect(alert).toMatchObject({
      labels: { alertname: 'HighErrorRate', severity: 'critical', run: 'run-1', profile: 'weekly' },
      annotations: {
        summary: expect.stringContaining('3.1 % (14 of 452 requests in 5 min)'),
        description: expect.stringContaining('Load: planned 120/min, served 117/min'),
        runbook_url: 'https://runbooks.example.org/high-error-rate',
      },
      generatorURL: `https://soakd.example/#/runs/run-1?at=${beganMs}`,
      status: { state: 'active' },
    });
    expect(Date.parse(alert?.startsAt ?? '')).toBe(beganMs);
  });

  it('lets it hold for longer each time that it is sent again', async () => {
    await open().send(messageOf(bodyOf(firing(now()))), neverAborts);
    const [first] = await active('HighErrorRate');
    await open().send(messageOf(bodyOf(firing(now()))), neverAborts);
    const again = await active('HighErrorRate');
    expect(again).toHaveLength(1);
    expect(Date.parse(again[0]?.endsAt ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.endsAt ?? ''));
    expect(Date.parse(again[0]?.endsAt ?? '') - systemClock.now()).toBeGreaterThan(180_000);
  });

  it('has it no more at once, although the end is that of a window which lasts for a moment yet', async () => {
    const alert = { key: 'Early/run-1', id: 'a-early' };
    await open().send(messageOf(bodyOf(firing(now(alert), { name: 'Early' }))), neverAborts);
    expect(await active('Early')).toHaveLength(1);
    const resolvedMs = systemClock.now() + 10_000;
    await open().send(messageOf(bodyOf(resolved(now({ ...alert, resolvedMs }), { name: 'Early' }))), neverAborts);
    expect(await active('Early')).toEqual([]);
  });

  it('has it no more once it is over', async () => {
    await open().send(messageOf(bodyOf(resolved(now({ resolvedMs: systemClock.now() - 1 })))), neverAborts);
    expect(await active('HighErrorRate')).toEqual([]);
  });

  it('takes several alerts of one message, and a test', async () => {
    const news = ['One', 'Two'].map((name, at) => firing(now({ id: `a-${at}` }), { name }));
    await open().send(messageOf(bodyOf(...news)), neverAborts);
    await open().send(messageOf(testBody('am', null, 'soak-host')), neverAborts);
    for (const name of ['One', 'Two', 'SoakdTest']) expect(await active(name), name).toHaveLength(1);
  });

  it('shows to amtool what soakd told it', async () => {
    const told = await promisify(execFile)('amtool', ['alert', 'query', `--alertmanager.url=${url}`, 'alertname=One']);
    expect(told.stdout).toContain('One');
  });
});
