/** Every kind of channel that the configuration may name. A new one is a folder here and a line in both lists. */
import { z } from 'zod';
import { alertmanagerChannel } from './alertmanager/alertmanager.ts';
import type { Channel, ChannelContext, ChannelPlugin } from './channel.ts';
import { commitStatusChannel } from './commit-status/commit-status.ts';
import { emailChannel } from './email/email.ts';
import { fileChannel } from './file/file.ts';
import { pagerdutyChannel } from './pagerduty/pagerduty.ts';
import { slackChannel } from './slack/slack.ts';
import { webhookChannel } from './webhook/webhook.ts';

/** What the configuration says of one channel: `kind`, and the settings of that kind. */
export const channelSettings = z.discriminatedUnion('kind', [
  slackChannel.settings,
  pagerdutyChannel.settings,
  alertmanagerChannel.settings,
  webhookChannel.settings,
  emailChannel.settings,
  commitStatusChannel.settings,
  fileChannel.settings,
]);
export type ChannelSettings = z.output<typeof channelSettings>;

export const channelPlugins: readonly ChannelPlugin[] = [
  slackChannel,
  pagerdutyChannel,
  alertmanagerChannel,
  webhookChannel,
  emailChannel,
  commitStatusChannel,
  fileChannel,
];

/** The plug-in of a kind. Kinds come from `channelSettings`, so one that is unknown is a fault of ours. */
export function pluginOf(kind: string): ChannelPlugin {
  const found = channelPlugins.find((plugin) => plugin.kind === kind);
  if (found === undefined) throw new Error(`no channel plug-in ${kind}`);
  return found;
}

/** Opens a channel. Throws a SoakdError for a secret that is missing. */
export const openChannel = (settings: ChannelSettings, context: ChannelContext): Channel =>
  pluginOf(settings.kind).open(settings, context);
