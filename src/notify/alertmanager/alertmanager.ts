/**
 * Prometheus Alertmanager, by its API v2 (api/v2/openapi.yaml). It takes an alert for over at `endsAt`, so firing ones are sent
 * again well before, as Prometheus does: `endsAt` lies four resend intervals ahead.
 */
import { z } from 'zod';
import { duration } from '../../config/value.ts';
import type { ChannelPlugin } from '../channel.ts';
import { post } from '../post.ts';
import { address, addressFrom, headers } from '../settings.ts';
import { postableAlerts } from './alerts.ts';

const settings = z.strictObject({
  kind: z.literal('alertmanager'),
  url: address('base address of the Alertmanager', 'http://127.0.0.1:9093'),
  headers: headers('more headers, such as authorization').default({}),
  resend: duration('firing alerts are sent again so often', {
    minMs: 5_000,
    maxMs: 3_600_000,
    example: '1m',
  }).optional(),
});

const DEFAULT_RESEND_MS = 60_000;

export const alertmanagerChannel: ChannelPlugin<typeof settings> = {
  kind: 'alertmanager',
  settings,
  // Acknowledgements and results are nothing that it knows.
  takes: ['firing', 'resolved', 'test'],
  forPeople: false,
  resendMs: ({ resend }) => resend ?? DEFAULT_RESEND_MS,

  open(given, { clock, secret }) {
    const url = `${addressFrom(secret, given.url).replace(/\/+$/, '')}/api/v2/alerts`;
    const own = Object.fromEntries(Object.entries(given.headers).map(([name, value]) => [name, secret(value)]));
    const lastsMs = 4 * (given.resend ?? DEFAULT_RESEND_MS);
    return {
      async send({ body }, signal) {
        const alerts = postableAlerts(body, clock.now(), lastsMs);
        if (alerts.length > 0) await post({ url, body: JSON.stringify(alerts), headers: own, clock, signal });
      },
    };
  },
};
