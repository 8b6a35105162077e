import type { LoadWindow } from './window.ts';

/** k6 measures with the wall clock: a step of this size falsifies durations; NTP slews by far less in one window. */
export const CLOCK_STEP_MS = 250;
/** With more of its arrivals late than this, a window was not offered as planned, and its durations are suspect too. */
const LATE_SHARE = 0.1;

/** Why a window itself does not count as offered, the generator's own doing; null: it counts. Verdict and alerts ask the same. */
export function notOfferedBecause({
  clock,
  iterations,
}: Pick<LoadWindow, 'clock' | 'iterations'>): 'clock stepped' | 'generator late' | null {
  if (Math.abs(clock.stepMs) >= CLOCK_STEP_MS) return 'clock stepped';
  const due = iterations.started + iterations.starved + iterations.late;
  return iterations.late > LATE_SHARE * due ? 'generator late' : null;
}
