import { isDeepStrictEqual } from 'node:util';
import { type Delivery, type DeliveryPorts, openChannels, startDelivery } from '../duty/deliver/delivery.ts';
import type { Channel } from '../notify/channel.ts';
import type { NotifyConfig } from '../notify/config.ts';
import type { DaemonConfig } from './config.ts';
import type { Reloadable } from './reload.ts';

/** Channels that are open, and the secrets that they hold. */
interface Opened {
  config: NotifyConfig;
  channels: ReadonlyMap<string, Channel>;
  secrets: readonly string[];
}

export interface NotifyingPorts extends DeliveryPorts {
  /** Told after a reload which channels there are. */
  onChannels?: (names: readonly string[]) => Promise<void>;
}

/** Delivery as the configuration has it now: a reload opens new channels beside the old ones, then swaps. */
export class Notifying implements Reloadable {
  readonly name = 'notify';
  readonly #ports: NotifyingPorts;
  readonly #secret: (value: string) => string;
  #opened: Opened;
  #delivery: Delivery;

  /** Opens the channels and begins to deliver. Throws a SoakdError for a secret that is missing. */
  constructor({ notify }: Pick<DaemonConfig, 'notify'>, ports: NotifyingPorts, secret: (value: string) => string) {
    this.#ports = ports;
    this.#secret = secret;
    this.#opened = this.#open(notify);
    this.#delivery = startDelivery(notify, this.#opened.channels, ports);
  }

  /** Ask again each time: it is another one after a reload. */
  get delivery(): Delivery {
    return this.#delivery;
  }

  async prepare({ notify }: Pick<DaemonConfig, 'notify'>): Promise<(() => Promise<void>) | null> {
    const next = this.#open(notify);
    const { config, secrets } = this.#opened;
    if (isDeepStrictEqual(config, notify) && isDeepStrictEqual(secrets, next.secrets)) return null;
    return async () => {
      // What the old one is about to send must be noted before the new one looks at the outbox.
      await this.#delivery.stop();
      this.#opened = next;
      this.#delivery = startDelivery(notify, next.channels, this.#ports);
      await this.#ports.onChannels?.([...next.channels.keys()]);
    };
  }

  stop(): Promise<void> {
    return this.#delivery.stop();
  }

  #open(config: NotifyConfig): Opened {
    const secrets: string[] = [];
    const { clock, host } = this.#ports;
    const secret = (value: string): string => {
      const found = this.#secret(value);
      secrets.push(found);
      return found;
    };
    return { config, secrets, channels: openChannels(config, { clock, host, secret }) };
  }
}
