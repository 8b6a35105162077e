import { systemClock } from '../../src/base/clock.ts';
import type { NotificationBody } from '../../src/model/notification.ts';
import type { Channel, OutgoingMessage } from '../../src/notify/channel.ts';
import { channelSettings, openChannel } from '../../src/notify/registry.ts';

/** Opens a channel as the daemon does; `secrets` stand for the environment, by what names them: `env:HOOK`. */
export const channelOf = (settings: Record<string, unknown>, secrets: Record<string, string> = {}): Channel =>
  openChannel(channelSettings.parse(settings), {
    clock: systemClock,
    host: 'soak-host',
    publicUrl: null,
    secret: (value) => secrets[value] ?? value,
  });

/** A message as the outbox gives it to a channel. */
export const messageOf = (body: NotificationBody, id = 'msg_0123456789abcdef0123456789abcdef'): OutgoingMessage => ({
  id,
  createdMs: Date.parse('2026-11-21T12:00:00Z'),
  body,
});

export const neverAborts = new AbortController().signal;
