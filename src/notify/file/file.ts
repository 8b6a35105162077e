/** JSON lines in a file on this machine: for a log shipper, and to try things out. */
import { appendFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { describeError } from '../../base/errors.ts';
import { NOTIFICATION_KINDS } from '../../model/notification.ts';
import { type ChannelPlugin, DeliveryFailure } from '../channel.ts';
import { payloadOf } from '../webhook/payload.ts';

const settings = z.strictObject({
  kind: z.literal('file'),
  path: z
    .string()
    .describe('absolute path of the file; it is made when it is missing, never cut: see logrotate(8), copytruncate')
    .refine(isAbsolute, { message: 'is not an absolute path', params: { hint: 'write it from the root: /var/log/…' } }),
});

export const fileChannel: ChannelPlugin<typeof settings> = {
  kind: 'file',
  settings,
  takes: NOTIFICATION_KINDS,
  forPeople: false,

  open: ({ path }) => ({
    async send(message) {
      try {
        // One write with O_APPEND: lines of two processes do not mix (open(2)).
        await appendFile(path, `${JSON.stringify(payloadOf(message))}\n`, { mode: 0o640 });
      } catch (thrown) {
        throw new DeliveryFailure(describeError(thrown));
      }
    },
  }),
};
