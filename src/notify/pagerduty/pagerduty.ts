/** PagerDuty, by its Events API v2: one event an alert, one alert there for each `dedup_key`. */
import { z } from 'zod';
import { type ChannelPlugin, DeliveryFailure } from '../channel.ts';
import { post } from '../post.ts';
import { address, addressFrom, secretName } from '../settings.ts';
import { eventsFor } from './events.ts';

const settings = z.strictObject({
  kind: z.literal('pagerduty'),
  routing_key: secretName('integration key of a service with an Events API v2 integration'),
  url: address(
    'where events go; accounts in the EU have https://events.eu.pagerduty.com/v2/enqueue',
    'https://events.pagerduty.com/v2/enqueue',
  ).default('https://events.pagerduty.com/v2/enqueue'),
});

/** Larger ones are refused (Events API v2 overview, Size Limits). */
const MAX_BYTES = 512 * 1024;

export const pagerdutyChannel: ChannelPlugin<typeof settings> = {
  kind: 'pagerduty',
  settings,
  // A result is no incident.
  takes: ['firing', 'acknowledged', 'resolved', 'test'],
  forPeople: false,

  open(given, { clock, secret, host }) {
    const url = addressFrom(secret, given.url);
    const routingKey = secret(given.routing_key);
    return {
      async send(message, signal) {
        // Should one fail, all are sent again: each changes nothing the second time.
        for (const event of eventsFor(message, host)) {
          let body = JSON.stringify({ routing_key: routingKey, ...event });
          if (Buffer.byteLength(body) > MAX_BYTES && event.payload !== undefined) {
            const { custom_details: _tooLong, ...payload } = event.payload;
            body = JSON.stringify({ routing_key: routingKey, ...event, payload });
          }
          const { status } = await post({ url, body, secrets: [routingKey], clock, signal });
          if (status !== 202) throw new DeliveryFailure(`${new URL(url).host} answers ${status} instead of 202`);
        }
      },
    };
  },
};
