/** Loops that must live as long as the daemon does; whoever watches it asks which ended too early. */
export class WatchedLoops {
  readonly #signal: AbortSignal;
  readonly #ended = new Set<string>();
  readonly #loops: Promise<unknown>[] = [];

  /** They end when `signal` aborts. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Starts a loop; `failed` is told what ended it before its time. */
  start(name: string, loop: (signal: AbortSignal) => Promise<unknown>, failed: (thrown: unknown) => void): void {
    const ends = (thrown: unknown): void => {
      if (this.#signal.aborted) return;
      this.#ended.add(name);
      failed(thrown);
    };
    this.#loops.push(loop(this.#signal).then(() => ends(new Error('it ended by itself')), ends));
  }

  /** Those that ended although nobody told them to. */
  ended(): string[] {
    return [...this.#ended];
  }

  /** Resolves when all have ended. */
  async over(): Promise<void> {
    await Promise.all(this.#loops);
  }
}
