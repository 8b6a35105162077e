/**
 * Time as an argument. Domain code takes a `Clock` and never asks the system, so a run of 72 hours
 * can be played in seconds.
 */
export interface Clock {
  /** Wall-clock time, Unix milliseconds. May jump when the system's clock is stepped. */
  now(): number;
  /** Milliseconds since an arbitrary start; never jumps. */
  monotonicMs(): number;
  /** Resolves after `ms` of monotonic time; rejects with `signal.reason` when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The system's clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      // setTimeout fires at once for more than 2^31-1 ms: sleep in slices.
      const wakeAtMs = performance.now() + ms;
      let timer: NodeJS.Timeout;
      const arm = (): void => {
        const left = wakeAtMs - performance.now();
        if (left > MAX_TIMER_MS) timer = setTimeout(arm, MAX_TIMER_MS);
        else timer = setTimeout(done, Math.max(0, left));
      };
      const done = (): void => {
        signal?.removeEventListener('abort', cancel);
        resolve();
      };
      const cancel = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      arm();
    }),
};

const MAX_TIMER_MS = 2 ** 31 - 1;

/** True after `ms`, false when `signal` aborts first. */
export const sleeps = (clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> =>
  clock.sleep(ms, signal).then(
    () => true,
    () => false,
  );

/** Sleeps until wall-clock time `atMs`; a clock stepped meanwhile is noticed within `maxSliceMs`. */
export async function sleepUntil(clock: Clock, atMs: number, signal?: AbortSignal, maxSliceMs = 1000): Promise<void> {
  for (;;) {
    const left = atMs - clock.now();
    if (left <= 0) return;
    await clock.sleep(Math.min(left, maxSliceMs), signal);
  }
}

/** A signal that aborts after `ms` on this clock, or with `parent`; `clear` frees its timer. */
export function deadline(clock: Clock, ms: number, parent?: AbortSignal): { signal: AbortSignal; clear: () => void } {
  const timeout = new AbortController();
  const cancel = new AbortController();
  clock.sleep(ms, cancel.signal).then(
    () => timeout.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError')),
    () => undefined,
  );
  const signal = parent ? AbortSignal.any([timeout.signal, parent]) : timeout.signal;
  return { signal, clear: () => cancel.abort() };
}
