import type { TimeRange } from '../store.ts';

export const HOUR_MS = 3_600_000;

/** Start of the hour (UTC) that holds the instant. */
export const hourOf = (atMs: number): number => Math.floor(atMs / HOUR_MS) * HOUR_MS;

/** An hour is packed in parts of this length, one with each write: the whole would hold up the event loop for too long. */
export const PACK_MS = HOUR_MS / 4;

/** From, inclusive, and until, exclusive; integers, as the columns are. */
export type Limits = [fromMs: number, untilMs: number];

/** Both ends of a range; where it is open, the end of what an integer can say. */
export const limitsOf = (range: TimeRange | undefined): Limits => [
  range?.fromMs ?? Number.MIN_SAFE_INTEGER,
  range?.untilMs ?? Number.MAX_SAFE_INTEGER,
];
