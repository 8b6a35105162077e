import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FIRED_MS, firing } from '../../../tests/support/alert.ts';
import { channelOf, messageOf, neverAborts } from '../../../tests/support/channels.ts';
import type { SeenRequest } from '../../../tests/support/http-target.ts';
import { temporaryFolder } from '../../../tests/support/server-process.ts';
import { targetForTest } from '../../../tests/support/target-for-test.ts';
import { notifySchema, resolveNotify } from '../config.ts';
import { messagesFor } from '../messages.ts';
import { keyOf, signature } from './webhook.ts';

const config = resolveNotify(
  notifySchema.parse({ channels: { hook: { kind: 'webhook', url: 'https://hook.example' } } }),
);
const [told] = messagesFor([firing()], config, FIRED_MS);
if (told === undefined) throw new Error('nobody is told');
const message = messageOf(told.body);

/** As a receiver would, from the documentation alone. */
function isGenuine({ headers, body }: SeenRequest, key: Buffer): boolean {
  const [version, given = ''] = String(headers['webhook-signature']).split(',');
  const expected = createHmac('sha256', key).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  return version === 'v1' && timingSafeEqual(Buffer.from(given, 'base64'), expected.digest());
}

describe('a webhook', () => {
  it('gets the whole message as JSON, with a version, and an id that stays the same for each try', async () => {
    const target = await targetForTest();
    const channel = channelOf({ kind: 'webhook', url: `${target.url}/in`, headers: { 'x-team': 'shop' } });
    await channel.send(message, neverAborts);
    await channel.send(message, neverAborts);
    const [first, second] = target.seen;
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      version: 1,
      id: message.id,
      createdMs: message.createdMs,
      kind: 'firing',
      runId: 'run-1',
      alerts: [{ name: 'HighErrorRate', status: 'firing', startedMs: FIRED_MS }],
    });
    expect(first?.headers).toMatchObject({ 'idempotency-key': message.id, 'webhook-id': message.id, 'x-team': 'shop' });
    expect(second?.headers['idempotency-key']).toBe(message.id);
    expect(first?.headers['webhook-signature']).toBeUndefined();
  });

  it.each([
    ['plain-secret-of-the-receiver', Buffer.from('plain-secret-of-the-receiver')],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')],
  ])('is signed, so that the receiver knows who sent it and when: %s', async (secret, key) => {
    const target = await targetForTest();
    const channel = channelOf({ kind: 'webhook', url: target.url, secret: 'env:SECRET' }, { 'env:SECRET': secret });
    await channel.send(message, neverAborts);
    const [request] = target.seen;
    if (request === undefined) throw new Error('nothing came');
    expect(isGenuine(request, key)).toBe(true);
    expect(isGenuine({ ...request, body: `${request.body} ` }, key)).toBe(false);
    expect(isGenuine(request, Buffer.from('another'))).toBe(false);
  });

  it('is signed as the example of Standard Webhooks is', () => {
    // https://github.com/standard-webhooks/standard-webhooks, test vector of its libraries.
    const key = keyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const body = '{"test": 2432232314}';
    expect(signature(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, body)).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });
});

describe('a file', () => {
  it('gets one line of JSON a message, the same as a webhook', async () => {
    const folder = await temporaryFolder('notify');
    onTestFinished(folder.remove);
    const path = join(folder.path, 'soakd.jsonl');
    const channel = channelOf({ kind: 'file', path });
    await channel.send(message, neverAborts);
    await channel.send({ ...message, id: 'msg_2' }, neverAborts);
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).id)).toEqual([message.id, 'msg_2']);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ version: 1, ...message.body });
  });

  it('that cannot be written is tried again', async () => {
    const channel = channelOf({ kind: 'file', path: '/nonexistent/soakd.jsonl' });
    await expect(channel.send(message, neverAborts)).rejects.toMatchObject({ permanent: false });
  });
});
