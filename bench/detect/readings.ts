/** The clock of a trace: when readings are taken, and where there are none. */
import type { Draw } from './draw.ts';

export interface ReadingClock {
  spacingSeconds: number;
  /** Standard deviation of a reading's own delay, as a share of the spacing. */
  jitterShare: number;
  /** Stretches without any reading (the sampler or its host was away), in hours of the run. */
  gaps: { fromHour: number; toHour: number }[];
  /** Share of single values that are missing, drawn for each series alone. */
  missingShare: number;
}

/** A minute, mostly; sometimes the half or five of them; a little jitter. */
export function usualClock(draw: Draw): ReadingClock {
  const spacingSeconds = draw.pick([60, 60, 60, 60, 60, 60, 30, 120, 300]);
  return {
    spacingSeconds,
    jitterShare: draw.pick([0, 0.005, 0.03]),
    gaps: [],
    missingShare: draw.chance(0.3) ? draw.uniform(0, 0.02) : 0,
  };
}

/** One to four outages of the sampler, from minutes to hours, and single values lost. */
export function gappyClock(draw: Draw, lengthHours: number): ReadingClock {
  const gaps = Array.from({ length: draw.integer(1, 4) }, () => {
    const fromHour = draw.uniform(1, lengthHours - 1);
    return { fromHour, toHour: fromHour + draw.logUniform(0.2, lengthHours / 10) };
  });
  return { ...usualClock(draw), gaps, missingShare: draw.uniform(0, 0.1) };
}

/** Hours of all readings, ascending. */
export function readingHours(clock: ReadingClock, lengthHours: number, draw: Draw): Float64Array {
  const spacing = clock.spacingSeconds / 3600;
  const hours: number[] = [];
  for (let slot = 0; slot * spacing < lengthHours; slot += 1) {
    const due = slot * spacing;
    // A reading is never so late that it would overtake the next.
    const late = spacing * Math.min(0.45, Math.abs(clock.jitterShare * draw.normal()));
    if (clock.gaps.some((gap) => due >= gap.fromHour && due < gap.toHour)) continue;
    hours.push(due + late);
  }
  return Float64Array.from(hours);
}

/** Takes single values away, as a source that fails now and then does. */
export function loseSome(values: Float64Array, share: number, draw: Draw): Float64Array {
  return share === 0 ? values : values.map((value) => (draw.chance(share) ? Number.NaN : value));
}
