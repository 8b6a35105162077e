/** Slack, by an incoming webhook. Its address is the credential, so it is only named, never written. */
import { z } from 'zod';
import { NOTIFICATION_KINDS } from '../../model/notification.ts';
import type { ChannelPlugin } from '../channel.ts';
import { post } from '../post.ts';
import { addressFrom, secretName } from '../settings.ts';
import { slackMessage } from './message.ts';

const settings = z.strictObject({
  kind: z.literal('slack'),
  url: secretName('address of the incoming webhook'),
});

export const slackChannel: ChannelPlugin<typeof settings> = {
  kind: 'slack',
  settings,
  takes: NOTIFICATION_KINDS,
  forPeople: true,

  open(given, { clock, secret }) {
    const url = addressFrom(secret, given.url);
    return {
      async send({ body }, signal) {
        await post({ url, body: JSON.stringify(slackMessage(body)), clock, signal });
      },
    };
  },
};
