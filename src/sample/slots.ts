/** When a source is read: at a phase of its own within each period of the wall clock. */
export interface Slots {
  periodMs: number;
  /** 0 ≤ phase < period. */
  phaseMs: number;
}

/** A cheap source is read this often an interval, so that a peak between two samples is seen. */
export const READINGS_PER_INTERVAL = 6;

/** No source is read more often, however short the interval of a rehearsal. */
const SHORTEST_PERIOD_MS = 1000;

/**
 * Slots of one source; `random` gives the phase, so that sources do not all ask at the full minute. The last tenth of
 * a period is left free: a reading then seldom ends in the next interval.
 */
export function slotsOf(intervalMs: number, cheap: boolean, random: () => number): Slots {
  const readings = cheap ? Math.min(READINGS_PER_INTERVAL, Math.floor(intervalMs / SHORTEST_PERIOD_MS)) : 1;
  // Whole milliseconds: a slot then never rounds to the instant from which the next one is sought.
  const periodMs = Math.floor(intervalMs / Math.max(1, readings));
  return { periodMs, phaseMs: Math.floor(random() * 0.9 * periodMs) };
}

/** The first slot after `nowMs`. */
export const slotAfter = ({ periodMs, phaseMs }: Slots, nowMs: number): number =>
  (Math.floor((nowMs - phaseMs) / periodMs) + 1) * periodMs + phaseMs;

/** Start of the interval that holds an instant. */
export const intervalStart = (atMs: number, intervalMs: number): number => Math.floor(atMs / intervalMs) * intervalMs;
