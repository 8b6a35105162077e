import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { alertOf, FIRED_MS, firing, resolved } from '../../../tests/support/alert.ts';
import { channelOf, messageOf, neverAborts } from '../../../tests/support/channels.ts';
import { targetForTest } from '../../../tests/support/target-for-test.ts';
import type { AlertNews } from '../../model/alert.ts';
import type { NotificationBody } from '../../model/notification.ts';
import { notifySchema, resolveNotify } from '../config.ts';
import { messagesFor, testBody } from '../messages.ts';

/** What PagerDuty takes (Events API v2: reference, and "Send an Alert Event"). */
const link = z.strictObject({ href: z.url(), text: z.string() });
const dedupKey = z.string().min(1).max(255);
const routingKey = z.string().length(32);
const pagerDutyTakes = z.discriminatedUnion('event_action', [
  z.strictObject({
    routing_key: routingKey,
    event_action: z.literal('trigger'),
    dedup_key: dedupKey,
    client: z.string().optional(),
    client_url: z.url().optional(),
    links: z.array(link).optional(),
    payload: z.strictObject({
      summary: z.string().min(1).max(1024),
      source: z.string().min(1),
      severity: z.enum(['critical', 'error', 'warning', 'info']),
      timestamp: z.iso.datetime(),
      component: z.string().optional(),
      group: z.string().optional(),
      class: z.string().optional(),
      custom_details: z.record(z.string(), z.string()).optional(),
    }),
  }),
  z.strictObject({ routing_key: routingKey, event_action: z.literal('acknowledge'), dedup_key: dedupKey }),
  z.strictObject({ routing_key: routingKey, event_action: z.literal('resolve'), dedup_key: dedupKey }),
]);

const KEY = '0123456789abcdef0123456789abcdef';

const config = resolveNotify(
  notifySchema.parse({
    public_url: 'https://soakd.example',
    channels: { oncall: { kind: 'pagerduty', routing_key: 'env:KEY' } },
  }),
);
const bodyOf = (...news: AlertNews[]): NotificationBody => {
  const [message] = messagesFor(news, config, FIRED_MS);
  if (message === undefined) throw new Error('nobody is told');
  return message.body;
};

const accepted = JSON.stringify({ status: 'success', message: 'Event processed', dedup_key: 'x' });

async function sentFor(body: NotificationBody) {
  const target = await targetForTest(() => ({ status: 202, body: accepted }));
  const url = `${target.url}/v2/enqueue`;
  const channel = channelOf({ kind: 'pagerduty', routing_key: 'env:KEY', url }, { 'env:KEY': KEY });
  await channel.send(messageOf(body), neverAborts);
  return target.seen.map(({ body }) => pagerDutyTakes.parse(JSON.parse(body)));
}

describe('PagerDuty', () => {
  it('is told of an alert with summary, severity, links and all facts', async () => {
    const [event] = await sentFor(bodyOf(firing()));
    expect(event).toMatchObject({
      event_action: 'trigger',
      dedup_key: 'HighErrorRate/run-1',
      client: 'soakd',
      client_url: `https://soakd.example/#/runs/run-1?at=${FIRED_MS}`,
      links: [{ text: 'Dashboard' }, { href: 'https://runbooks.example.org/high-error-rate', text: 'Runbook' }],
      payload: {
        summary: 'HighErrorRate: 3.1 % (14 of 452 requests in 5 min), limit error_rate > 2% for 5m',
        source: 'http://shop',
        severity: 'critical',
        timestamp: '2026-11-21T12:00:00.000Z',
        group: 'weekly',
        class: 'HighErrorRate',
        custom_details: { Load: 'planned 120/min, served 117/min', 'label run': 'run-1' },
      },
    });
  });

  it('is told by the same key that somebody looks after it, that it fires still, and that it is over', async () => {
    const events = [
      ...(await sentFor(bodyOf(firing()))),
      ...(await sentFor(bodyOf({ kind: 'acknowledged', alert: alertOf() }))),
      ...(await sentFor(bodyOf({ kind: 'again', alert: alertOf({ toldCount: 2 }) }))),
      ...(await sentFor(bodyOf(resolved()))),
    ];
    expect(events.map(({ event_action }) => event_action)).toEqual(['trigger', 'acknowledge', 'trigger', 'resolve']);
    expect(new Set(events.map(({ dedup_key }) => dedup_key))).toEqual(new Set(['HighErrorRate/run-1']));
  });

  it('gets one event for each alert of a message', async () => {
    const events = await sentFor(
      bodyOf(firing(), firing({ id: 'a-2', key: 'ServiceDown/run-1' }, { name: 'ServiceDown' })),
    );
    expect(events.map(({ dedup_key }) => dedup_key)).toEqual(['HighErrorRate/run-1', 'ServiceDown/run-1']);
  });

  it('is sent neither longer keys, longer summaries nor larger events than it takes', async () => {
    const long = 'x'.repeat(600_000);
    const bytes: number[] = [];
    const target = await targetForTest(({ body }) => {
      bytes.push(Buffer.byteLength(body));
      return { status: 202, body: accepted };
    });
    const channel = channelOf({ kind: 'pagerduty', routing_key: 'env:KEY', url: target.url }, { 'env:KEY': KEY });
    await channel.send(messageOf(bodyOf(firing({ key: long, evidence: long }))), neverAborts);
    await channel.send(messageOf(bodyOf(resolved({ key: long }))), neverAborts);
    const [first, second] = target.seen.map(({ body }) => pagerDutyTakes.parse(JSON.parse(body)));
    expect(first?.dedup_key).toBe(second?.dedup_key);
    expect(Math.max(...bytes)).toBeLessThan(512 * 1024);
  });

  it('is asked by a test for an alert that it closes at once', async () => {
    const events = await sentFor(testBody('oncall', null, 'soak-host'));
    expect(events).toMatchObject([
      { event_action: 'trigger', payload: { severity: 'info', source: 'soak-host' } },
      { event_action: 'resolve' },
    ]);
    expect(events[0]?.dedup_key).toBe(events[1]?.dedup_key);
  });

  it.each([
    [400, true],
    [429, false],
    [500, false],
    [200, false],
  ])('answers %i: given up %s', async (status, permanent) => {
    const refused = JSON.stringify({ status: 'invalid event', errors: [`bad routing_key ${KEY}`] });
    const target = await targetForTest(() => ({ status, body: refused }));
    const channel = channelOf({ kind: 'pagerduty', routing_key: 'env:KEY', url: target.url }, { 'env:KEY': KEY });
    const sending = channel.send(messageOf(bodyOf(firing())), neverAborts);
    await expect(sending).rejects.toMatchObject({ permanent });
    await expect(sending).rejects.not.toThrow(KEY);
  });
});
