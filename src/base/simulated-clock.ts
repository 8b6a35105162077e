import type { Clock } from './clock.ts';

interface Timer {
  atMs: number;
  order: number;
  wake: () => void;
}

/**
 * A clock that moves only when told. `advance` wakes sleepers in order of time and lets every
 * continuation run before the next one wakes.
 */
export class SimulatedClock implements Clock {
  #monotonicMs = 0;
  #wallOffsetMs: number;
  #order = 0;
  readonly #heap: Timer[] = [];

  constructor(startMs: number) {
    this.#wallOffsetMs = startMs;
  }

  now(): number {
    return this.#wallOffsetMs + this.#monotonicMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** Steps the wall clock, as an administrator or NTP would; monotonic time does not move. */
  step(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const cancel = (): void => {
        timer.wake = () => undefined;
        reject(signal?.reason);
      };
      const timer: Timer = {
        atMs: this.#monotonicMs + Math.max(0, ms),
        order: this.#order++,
        wake: () => {
          signal?.removeEventListener('abort', cancel);
          resolve();
        },
      };
      signal?.addEventListener('abort', cancel, { once: true });
      this.#push(timer);
    });
  }

  /** Moves time forward by `ms`, waking every sleeper on the way. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#monotonicMs + ms;
    await settle();
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > endMs) break;
      this.#pop();
      this.#monotonicMs = Math.max(this.#monotonicMs, next.atMs);
      next.wake();
      // Sleepers of the same instant wake together: one settling serves all.
      for (let same = this.#heap[0]; same !== undefined && same.atMs <= next.atMs; same = this.#heap[0]) {
        this.#pop();
        same.wake();
      }
      await settle();
    }
    this.#monotonicMs = endMs;
  }

  /** Advances until `done` settles, jumping from sleeper to sleeper; fails when nobody sleeps or after `limitMs`. */
  async runUntil<T>(done: Promise<T>, limitMs: number): Promise<T> {
    let finished = false;
    const mark = (): void => {
      finished = true;
    };
    done.then(mark, mark);
    const endMs = this.#monotonicMs + limitMs;
    await settle();
    while (!finished) {
      const next = this.#heap[0];
      if (next === undefined) {
        // Real work (a file, a worker) may still be under way.
        for (let turn = 0; turn < 1000 && !finished && this.#heap.length === 0; turn++) await settle();
        if (finished) break;
        if (this.#heap.length === 0)
          throw new Error('simulated time stands still: nobody sleeps and the work is not done');
        continue;
      }
      if (next.atMs > endMs) throw new Error(`the work is not done after ${limitMs} ms of simulated time`);
      await this.advance(next.atMs - this.#monotonicMs);
    }
    return done;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !before(timer, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      let least = left;
      if (right !== undefined && before(right, left)) {
        least = right;
        child++;
      }
      if (!before(least, last)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
  }
}

const before = (a: Timer, b: Timer): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

/** Lets all pending continuations run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
