import { isDeepStrictEqual } from 'node:util';
import { Heartbeat, type HeartbeatPorts } from '../duty/heartbeat.ts';
import type { HeartbeatConfig } from '../duty/heartbeat-config.ts';
import { addressFrom } from '../notify/settings.ts';
import type { DaemonConfig } from './config.ts';
import type { Reloadable } from './reload.ts';

/** The heartbeat as the configuration has it now. */
export class Beating implements Reloadable {
  readonly name = 'heartbeat';
  readonly heartbeat: Heartbeat;
  readonly #secret: (value: string) => string;
  #config: HeartbeatConfig | null;

  /** Throws a SoakdError for a secret that is missing or holds no address. */
  constructor(
    { heartbeat }: Pick<DaemonConfig, 'heartbeat'>,
    ports: Omit<HeartbeatPorts, 'config'>,
    secret: (value: string) => string,
  ) {
    this.#secret = secret;
    this.#config = this.#resolved(heartbeat);
    this.heartbeat = new Heartbeat({ ...ports, config: () => this.#config });
  }

  async prepare({ heartbeat }: Pick<DaemonConfig, 'heartbeat'>): Promise<(() => Promise<void>) | null> {
    const next = this.#resolved(heartbeat);
    if (isDeepStrictEqual(next, this.#config)) return null;
    return async () => {
      this.#config = next;
      this.heartbeat.ring();
    };
  }

  #resolved(given: HeartbeatConfig | null): HeartbeatConfig | null {
    if (given === null) return null;
    return { ...given, url: addressFrom(this.#secret, given.url) };
  }
}
