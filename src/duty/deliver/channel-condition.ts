import { type Backoff, backoffMs } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { DeliveryFailure } from '../../notify/channel.ts';

export interface DeliveryLog {
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}

export interface ChannelHealth {
  channel: string;
  /** Since when nothing arrives; null: all is well. */
  failingSinceMs: number | null;
  /** Since when it refuses what it is sent for good, and takes nothing; null: it does not. */
  refusedSinceMs: number | null;
  lastError: string | null;
  /** Messages since the start. */
  delivered: number;
  retried: number;
  givenUp: number;
}

export interface ConditionPorts {
  name: string;
  clock: Clock;
  random: Random;
  log: DeliveryLog;
  /** Told of the first success, and of each change for the worse or the better. */
  onHealth: (health: ChannelHealth) => void;
}

/** Between tries, of a channel and of one message: a page is at most a minute late once its receiver is back. */
export const TRY_BACKOFF: Backoff = { baseMs: 1_000, maxMs: 60_000 };
/** A receiver may ask for an hour of rest, not for a year. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

/** How long the receiver asked to be left alone, within limits, milliseconds. */
export const askedMs = ({ retryAfterMs }: DeliveryFailure): number => Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);

/** How a channel does, and how long it is left alone. */
export class ChannelCondition {
  readonly #ports: ConditionPorts;
  readonly #health: ChannelHealth;
  #failures = 0;
  /** Monotonic: a clock that is stepped must not silence a channel. */
  #openAtMs = 0;

  constructor(ports: ConditionPorts) {
    this.#ports = ports;
    this.#health = {
      ...{ channel: ports.name, failingSinceMs: null, refusedSinceMs: null, lastError: null },
      ...{ delivered: 0, retried: 0, givenUp: 0 },
    };
  }

  get health(): ChannelHealth {
    return { ...this.#health };
  }

  /** It failed last: one message is enough to find out whether it is back. */
  get isIll(): boolean {
    return this.#failures > 0;
  }

  /** Nothing is sent for so long, milliseconds; 0: it may be. */
  get closedForMs(): number {
    return Math.max(0, this.#openAtMs - this.#ports.clock.monotonicMs());
  }

  /** What the receiver asked for before a restart still holds. */
  recall(waitMs: number): void {
    if (this.#failures > 0) return;
    this.#failures = 1;
    this.#close(Math.min(waitMs, MAX_RETRY_AFTER_MS));
  }

  /** So many messages arrived; none: it was only told again what it knew. */
  delivered(messages: number): void {
    const health = this.#health;
    const isFirst = health.delivered === 0 && messages > 0;
    const { failingSinceMs, refusedSinceMs, channel } = health;
    health.delivered += messages;
    this.#failures = 0;
    this.#openAtMs = 0;
    if (failingSinceMs === null && refusedSinceMs === null && !isFirst) return;
    if (failingSinceMs !== null) this.#ports.log.info({ channel }, 'a channel delivers again');
    Object.assign(health, { failingSinceMs: null, refusedSinceMs: null, lastError: null });
    this.#ports.onHealth(this.health);
  }

  /** So many messages were given up. A receiver that refuses is there, and may take the next one. */
  gaveUp(messages: number, { permanent, message }: DeliveryFailure): void {
    this.#health.givenUp += messages;
    if (!permanent) return;
    this.#health.refusedSinceMs ??= this.#ports.clock.now();
    this.#health.lastError = message;
    this.#ports.onHealth(this.health);
  }

  /** So many messages must be tried again. */
  failed(messages: number, failure: DeliveryFailure): void {
    const { random, log, clock, onHealth } = this.#ports;
    const health = this.#health;
    health.retried += messages;
    // Several that were under way together fail as one.
    const isKnown = this.isIll && this.closedForMs > 0;
    if (!isKnown) this.#failures++;
    this.#close(Math.max(askedMs(failure), isKnown ? 0 : backoffMs(TRY_BACKOFF, this.#failures - 1, random)));
    if (health.failingSinceMs === null)
      log.warn(
        { channel: health.channel, reason: failure.message },
        'a channel does not deliver; its notifications wait',
      );
    health.failingSinceMs ??= clock.now();
    health.lastError = failure.message;
    onHealth(this.health);
  }

  #close(ms: number): void {
    this.#openAtMs = Math.max(this.#openAtMs, this.#ports.clock.monotonicMs() + ms);
  }
}
