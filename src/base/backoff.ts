import type { Random } from './random.ts';

export interface Backoff {
  baseMs: number;
  maxMs: number;
}

/** Exponential back-off with equal jitter: between half and all of `baseMs · 2^attempt`, capped. `attempt` starts at 0. */
export function backoffMs({ baseMs, maxMs }: Backoff, attempt: number, random: Random): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return ceiling / 2 + (ceiling / 2) * random();
}
