import type { NotificationBody } from '../../model/notification.ts';
import type { OutgoingMessage } from '../channel.ts';

/** What a webhook and a line of the file channel hold. Fields are added only; a change of meaning raises `version`. */
export interface WebhookPayload extends NotificationBody {
  version: 1;
  /** The same for every try. */
  id: string;
  /** Unix ms. */
  createdMs: number;
}

export const payloadOf = ({ id, createdMs, body }: OutgoingMessage): WebhookPayload => ({
  version: 1,
  id,
  createdMs,
  ...body,
});
