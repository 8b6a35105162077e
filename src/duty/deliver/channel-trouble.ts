import type { Clock } from '../../base/clock.ts';
import type { OwnAlertBook } from '../own-alerts.ts';
import type { ChannelHealth } from './channel-condition.ts';

/** A receiver that is restarted is no news. */
const LASTING_MS = 300_000;

/** Name of the alert about a channel. */
export const CHANNEL_FAILS = 'ChannelFails';

/**
 * Raises an alert about a channel that has delivered nothing for five minutes, or that refuses what it is sent, and resolves it
 * with the next message that arrives. It goes by the other channels, and waits for this one.
 */
export class ChannelTrouble {
  readonly #own: OwnAlertBook;
  readonly #clock: Clock;
  readonly #failed: (thrown: unknown) => void;
  /** By channel: is the alert raised? Of one that is not in here a daemon before us may have raised it. */
  readonly #raised = new Map<string, boolean>();

  /** `failed` is told when the alert itself cannot be kept. */
  constructor(own: OwnAlertBook, clock: Clock, failed: (thrown: unknown) => void) {
    this.#own = own;
    this.#clock = clock;
    this.#failed = failed;
  }

  /** The health of a channel changed. */
  hear({ channel, failingSinceMs, refusedSinceMs, lastError }: ChannelHealth): void {
    const lasts = failingSinceMs !== null && this.#clock.now() - failingSinceMs >= LASTING_MS;
    const labels = { channel };
    if (lasts || refusedSinceMs !== null) {
      this.#raised.set(channel, true);
      const what = refusedSinceMs === null ? 'delivers nothing' : 'refuses a notification for good';
      const evidence = `the channel ${channel} ${what}: ${lastError ?? 'nobody knows why'}`;
      this.#own.raise({ name: CHANNEL_FAILS, labels, evidence }).catch(this.#failed);
    } else if (failingSinceMs === null && this.#raised.get(channel) !== false) {
      this.#raised.set(channel, false);
      this.#own.resolve(CHANNEL_FAILS, labels, 'it delivers again').catch(this.#failed);
    }
  }

  /** The channels that there are now. Of another one nobody will ever hear that it delivers again. */
  async keep(channels: readonly string[]): Promise<void> {
    for (const channel of this.#raised.keys()) if (!channels.includes(channel)) this.#raised.delete(channel);
    try {
      for (const labels of await this.#own.raised(CHANNEL_FAILS)) {
        if (labels.channel === undefined || channels.includes(labels.channel)) continue;
        await this.#own.resolve(CHANNEL_FAILS, labels, 'the channel is no longer configured');
      }
    } catch (thrown) {
      this.#failed(thrown);
    }
  }
}
