/** Counters only grow; what is worth a sample is how fast. One for each counter of a source. */
export class CounterRate {
  #before: { value: number; monotonicMs: number } | null = null;

  /**
   * Growth per second since the reading before. Null for the first reading, without a value, and when the counter went
   * back: its owner was restarted and counts from zero (PromQL's `rate` would guess; here the gap stays).
   */
  next(value: number | null, monotonicMs: number): number | null {
    const before = this.#before;
    this.#before = value === null ? null : { value, monotonicMs };
    if (value === null || before === null || value < before.value || monotonicMs <= before.monotonicMs) return null;
    return ((value - before.value) * 1000) / (monotonicMs - before.monotonicMs);
  }

  /** The owner is known to be another: a small counter need not have gone back for that. */
  reset(): void {
    this.#before = null;
  }
}

/**
 * Share of `part` in `whole`, in percent, of what both counters grew by since the reading before; null for the first
 * reading, when nothing happened, and after a restart.
 */
export class CounterShare {
  #before: { part: number; whole: number } | null = null;

  next(part: number | null, whole: number | null): number | null {
    const before = this.#before;
    this.#before = part === null || whole === null ? null : { part, whole };
    if (part === null || whole === null || before === null || part < before.part) return null;
    const grown = whole - before.whole;
    return grown <= 0 ? null : (100 * (part - before.part)) / grown;
  }

  reset(): void {
    this.#before = null;
  }
}

/** Counters of one owner: when its identity changes, all of them begin anew. */
export class CounterOwner {
  #identity: string | null = null;
  readonly #counters: { reset(): void }[] = [];

  add<Counter extends { reset(): void }>(counter: Counter): Counter {
    this.#counters.push(counter);
    return counter;
  }

  /** To be told before the counters of a reading are. */
  is(identity: string | null): void {
    if (identity === this.#identity) return;
    this.#identity = identity;
    for (const counter of this.#counters) counter.reset();
  }
}
