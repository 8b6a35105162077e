import type { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import type { NotificationBody, NotificationKind } from '../model/notification.ts';

/** One message as a channel sends it. */
export interface OutgoingMessage {
  /** The same for every try: `msg_` and a digest. What a receiver knows already it may drop. */
  id: string;
  /** When the first of what it tells was put into the outbox, Unix ms. */
  createdMs: number;
  body: NotificationBody;
}

/** A channel at work. */
export interface Channel {
  /** Resolves when the receiver has taken the message. Rejects with a `DeliveryFailure`. Must respect `signal`. */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<void>;
  /** Frees what is kept open. */
  close?(): Promise<void> | void;
}

export interface ChannelContext {
  clock: Clock;
  /** Resolves `env:NAME` and `file:PATH`; throws a SoakdError when there is no such thing. Other text is given back. */
  secret: (value: string) => string;
  /** Base address of the dashboard, without a slash at its end; null when none is configured. */
  publicUrl: string | null;
  /** Name of this machine, for receivers that ask who sends. */
  host: string;
}

/** A kind of channel: one folder, and one line in the registry. */
export interface ChannelPlugin<Settings extends z.ZodObject = z.ZodObject> {
  readonly kind: string;
  /** Strict; holds `kind` itself. */
  readonly settings: Settings;
  /** What it can tell; nothing else is put into its outbox. */
  readonly takes: readonly NotificationKind[];
  /** People read it: what comes within the group interval is gathered into one message. Programs get each message alone. */
  readonly forPeople: boolean;
  /** The receiver forgets what is not told again: firing alerts are sent once more each so many milliseconds. */
  resendMs?(settings: z.output<Settings>): number;
  /** Opens nothing yet. Throws a SoakdError for a secret that is missing. */
  open(settings: z.output<Settings>, context: ChannelContext): Channel;
}

/** The message did not arrive. */
export class DeliveryFailure extends Error {
  /** The receiver will never take it: another try is of no use. */
  readonly permanent: boolean;
  /** The receiver asks to be left alone for so long; null when it does not say. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    { permanent = false, retryAfterMs = null }: { permanent?: boolean; retryAfterMs?: number | null } = {},
  ) {
    super(message);
    this.name = 'DeliveryFailure';
    this.permanent = permanent;
    this.retryAfterMs = retryAfterMs;
  }
}
