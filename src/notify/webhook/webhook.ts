/**
 * JSON to any address, signed as Standard Webhooks say (standardwebhooks.com, specification 1.0), so that libraries of many
 * languages can verify it.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { NOTIFICATION_KINDS } from '../../model/notification.ts';
import type { ChannelPlugin } from '../channel.ts';
import { post } from '../post.ts';
import { address, addressFrom, headers, secretName } from '../settings.ts';
import { payloadOf } from './payload.ts';

const settings = z.strictObject({
  kind: z.literal('webhook'),
  url: address('where to post', 'https://hooks.example.org/soakd'),
  secret: secretName('key of the signature; without it messages are not signed').optional(),
  headers: headers('more headers').default({}),
});

export const webhookChannel: ChannelPlugin<typeof settings> = {
  kind: 'webhook',
  settings,
  takes: NOTIFICATION_KINDS,
  forPeople: false,

  open(given, { clock, secret }) {
    const url = addressFrom(secret, given.url);
    const key = given.secret === undefined ? null : keyOf(secret(given.secret));
    const own = Object.fromEntries(Object.entries(given.headers).map(([name, value]) => [name, secret(value)]));
    return {
      async send(message, signal) {
        const body = JSON.stringify(payloadOf(message));
        const { id } = message;
        const seconds = Math.floor(clock.now() / 1000);
        await post({
          ...{ url, body, clock, signal },
          headers: {
            ...own,
            'idempotency-key': id,
            'webhook-id': id,
            'webhook-timestamp': String(seconds),
            ...(key === null ? {} : { 'webhook-signature': signature(key, id, seconds, body) }),
          },
        });
      },
    };
  },
};

/** `v1,` and the HMAC-SHA256 of `id.seconds.body`, base64. `seconds`: when it is sent, since the epoch. */
export const signature = (key: Buffer, id: string, seconds: number, body: string): string =>
  `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;

/** What follows `whsec_` is base64; any other secret is taken as it is. */
export const keyOf = (secret: string): Buffer =>
  secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret, 'utf8');
