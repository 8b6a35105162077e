/** What leaking and drifting families share. */
import type { Draw } from '../draw.ts';
import type { FaultPlan, Pace } from '../fault.ts';
import type { GrowthPlan, RunShape } from '../plan.ts';
import { counts, memory } from './ordinary.ts';

/** From the start, smoothly. */
export function leaking(pace: Pace, onsetHour = 0, lumpHours: number | null = null): FaultPlan {
  return { pace, onsetHour, lumpHours };
}

/** The leaking series first, two healthy ones beside it. */
export function beside(draw: Draw, faulty: GrowthPlan): GrowthPlan[] {
  return [
    faulty,
    memory(draw.part('healthy'), 'container_memory_bytes', [], { collects: false }),
    counts(draw.part('counts')),
  ];
}

/** So many units that at least nine of them leak in the run: below that a rate a day has no meaning. */
export function fewestUnits({ percent, lengthHours }: RunShape): number {
  return percent === 0 ? 3 : Math.max(3, (9 * 24 * 100) / (percent * lengthHours));
}
