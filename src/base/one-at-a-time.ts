/** Work on one key is done in the order in which it came, one piece after the other; other keys do not wait for it. */
export class OneAtATime {
  readonly #last = new Map<string, Promise<void>>();

  /** What `work` gives or throws; a failure does not keep the next from its turn. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const done = (this.#last.get(key) ?? Promise.resolve()).then(work);
    const over: Promise<void> = done.then(
      () => this.#forget(key, over),
      () => this.#forget(key, over),
    );
    this.#last.set(key, over);
    return done;
  }

  #forget(key: string, over: Promise<void>): void {
    if (this.#last.get(key) === over) this.#last.delete(key);
  }
}
