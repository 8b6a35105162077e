import type { Clock } from './clock.ts';
import { describeError } from './errors.ts';

interface Undo {
  name: string;
  run: () => unknown;
}

export interface UndoFailure {
  name: string;
  reason: string;
}

/**
 * The way back. Every start pushes a named undo; `unwind` runs them last-in first-out, once, each
 * bounded in time, and returns what failed instead of throwing.
 */
export class UndoStack {
  readonly #clock: Clock;
  readonly #undos: Undo[] = [];
  #unwound: Promise<UndoFailure[]> | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  push(name: string, run: () => unknown): void {
    this.#undos.push({ name, run });
  }

  /** Idempotent: concurrent and later callers get the first call's result. */
  unwind(limitMsEach = 10_000): Promise<UndoFailure[]> {
    this.#unwound ??= this.#run(limitMsEach);
    return this.#unwound;
  }

  async #run(limitMsEach: number): Promise<UndoFailure[]> {
    const failures: UndoFailure[] = [];
    for (let undo = this.#undos.pop(); undo !== undefined; undo = this.#undos.pop()) {
      const { name, run } = undo;
      const cancel = new AbortController();
      try {
        const limit = this.#clock.sleep(limitMsEach, cancel.signal).then(
          () => Promise.reject(new Error(`not done after ${limitMsEach} ms`)),
          () => undefined,
        );
        await Promise.race([Promise.resolve().then(run), limit]);
      } catch (thrown) {
        failures.push({ name, reason: describeError(thrown) });
      } finally {
        cancel.abort();
      }
    }
    return failures;
  }
}
