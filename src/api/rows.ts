/** Long reads in slices of an hour, as the store packs them, so that a request for three days holds nobody up. */
import { giveOthersATurn } from '../base/turn.ts';
import type { TimeRange } from '../store/store.ts';

const HOUR_MS = 3_600_000;

/** Calls `read` for each hour of [fromMs, untilMs) in order. */
export async function eachHour(
  fromMs: number,
  untilMs: number,
  read: (range: TimeRange) => Promise<void>,
): Promise<void> {
  for (let atMs = fromMs; atMs < untilMs; ) {
    const nextMs = Math.min(untilMs, (Math.floor(atMs / HOUR_MS) + 1) * HOUR_MS);
    await read({ fromMs: atMs, untilMs: nextMs });
    atMs = nextMs;
    await giveOthersATurn();
  }
}
