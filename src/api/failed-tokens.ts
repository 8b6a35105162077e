/**
 * Wrong tokens, counted by address: a bucket that holds a few and refills slowly (token bucket, as in RFC 2697, §2). It
 * keeps guesses from filling the log and the processor; that they find nothing is the length of the token's business. A
 * right token is never asked about here, so nobody can lock out another who shares an address.
 */
import { isIPv4, isIPv6 } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { SoakdError } from '../base/errors.ts';

export interface FailedTokensSettings {
  /** So many at once are answered as usual. */
  burst: number;
  /** One more is allowed each so many milliseconds. */
  refillMs: number;
  /** Addresses that are remembered; the one that failed longest ago is forgotten first. */
  maxAddresses: number;
}

export const failedTokensSettings: FailedTokensSettings = { burst: 10, refillMs: 6_000, maxAddresses: 1_024 };

export class FailedTokens {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #settings: FailedTokensSettings;
  /** By address, the moment at which its bucket is full again; oldest failure first. */
  readonly #fullAtMs = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonicMs'>, settings: FailedTokensSettings = failedTokensSettings) {
    this.#clock = clock;
    this.#settings = settings;
  }

  /** Counts a wrong token; how many milliseconds its sender should wait, 0 within the limit. */
  add(address: string): number {
    const { burst, refillMs, maxAddresses } = this.#settings;
    const network = networkOf(address);
    const nowMs = this.#clock.monotonicMs();
    const fullAtMs = Math.max(nowMs, this.#fullAtMs.get(network) ?? 0);
    const waitMs = Math.max(0, fullAtMs + refillMs - nowMs - burst * refillMs);
    // Beyond the limit nothing is added: who stops is let in again after one refill, however long it went on.
    this.#fullAtMs.delete(network);
    this.#fullAtMs.set(network, waitMs > 0 ? fullAtMs : fullAtMs + refillMs);
    for (const oldest of this.#fullAtMs.keys()) {
      if (this.#fullAtMs.size <= maxAddresses) break;
      this.#fullAtMs.delete(oldest);
    }
    return waitMs;
  }

  /** How many are remembered now. */
  get addresses(): number {
    return this.#fullAtMs.size;
  }
}

/** One caller may have all addresses of a /64 (RFC 6177): they count as one. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined && isIPv4(mapped)) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? [] : new Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const groups = [...before, ...gap, ...after].map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** Told instead of 401 once the limit is passed. */
export class TooManyFailedTokens extends SoakdError {
  readonly retryAfterSeconds: number;

  constructor(waitMs: number) {
    const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
    super('too many wrong tokens came from this address', {
      code: 'too_many_failed_tokens',
      hint: `wait ${seconds} s, and look at the token; a right one is let in at any time`,
      httpStatus: 429,
    });
    this.retryAfterSeconds = seconds;
  }
}
