import { type Backoff, backoffMs } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';

interface Failure {
  attempts: number;
  /** Not again before; monotonic. */
  dueMs: number;
  reason: string;
}

/** What failed is tried again, later and later, and told when it fails for another reason than before. */
export class SecondTries {
  readonly #failures = new Map<string, Failure>();
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #random: Random;
  readonly #backoff: Backoff;

  constructor(clock: Pick<Clock, 'monotonicMs'>, random: Random, backoff: Backoff) {
    this.#clock = clock;
    this.#random = random;
    this.#backoff = backoff;
  }

  isDue(what: string): boolean {
    return this.#clock.monotonicMs() >= (this.#failures.get(what)?.dueMs ?? Number.NEGATIVE_INFINITY);
  }

  /** True when the reason is news. */
  failed(what: string, reason: string): boolean {
    const before = this.#failures.get(what);
    const attempts = before?.attempts ?? 0;
    const dueMs = this.#clock.monotonicMs() + backoffMs(this.#backoff, attempts, this.#random);
    this.#failures.set(what, { attempts: attempts + 1, dueMs, reason });
    return reason !== before?.reason;
  }

  worked(what: string): void {
    this.#failures.delete(what);
  }
}
