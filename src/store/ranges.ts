import type { TimeRange } from './store.ts';

/**
 * Ranges of `stepMs` from `fromMs` to `untilMs`, one after the other; the first and the last are open to the outside,
 * because a clock may have been stepped. Reading three days at once takes hundreds of megabytes.
 */
export function* rangesOver(fromMs: number, untilMs: number, stepMs: number): Generator<TimeRange> {
  for (let atMs = fromMs; ; atMs += stepMs) {
    const last = atMs + stepMs >= untilMs;
    yield { ...(atMs === fromMs ? {} : { fromMs: atMs }), ...(last ? {} : { untilMs: atMs + stepMs }) };
    if (last) return;
  }
}
