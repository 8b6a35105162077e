/** Wakes whoever waits: a ring between two waits is not lost. */
export class Bell {
  #rung = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves with the next ring, at once when it rang since the last wait, and when `signal` aborts. One waiter at a time. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.#wake = null;
        this.#rung = false;
        resolve();
      };
      if (this.#rung || signal.aborted) {
        done();
        return;
      }
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
