import type { Clock } from '../base/clock.ts';
import type { Interrupt } from './io.ts';

/** timeout(1) tells a program and its process group, a service manager the parent and its children: all within this. */
const ONE_PRESS_MS = 500;

/**
 * A listener for signals that counts what a person would: signals right after one another are one press. `first` is told
 * once, by any signal; `second` once, by a later SIGINT or SIGTERM. A terminal that closes tells several processes, and
 * often more than once: SIGHUP never kills.
 */
export function presses(
  clock: Pick<Clock, 'monotonicMs'>,
  first: () => void,
  second: () => void,
): (signal: Interrupt) => void {
  let count = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  return (signal) => {
    const nowMs = clock.monotonicMs();
    const samePress = nowMs - lastMs < ONE_PRESS_MS;
    lastMs = nowMs;
    if (samePress || (count > 0 && signal === 'SIGHUP')) return;
    count++;
    if (count === 1) first();
    else if (count === 2) second();
  };
}
