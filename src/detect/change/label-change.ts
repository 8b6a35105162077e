import type { ChangePoint } from './change-points.ts';

/** Something that was done or that befell the target: a restart, a deploy, a fault, another rate. */
export interface Happening {
  readonly atHour: number;
  readonly label: string;
}

/** Label of a change beside which nothing is known to have happened. */
export const UNEXPLAINED = 'unexplained';

/**
 * Label of what happened nearest to the change, within `toleranceHours` of the time in which it lies (from the last point
 * at the old level to the first at the new one); of two that are as near, the earlier one, for it may be the cause.
 */
export function labelChange(
  { earliestAt, at }: Pick<ChangePoint, 'earliestAt' | 'at'>,
  happened: readonly Happening[],
  toleranceHours: number,
): string {
  let best: { label: string; away: number; atHour: number } | null = null;
  for (const { atHour, label } of happened) {
    const away = Math.max(0, earliestAt - atHour, atHour - at);
    if (away > toleranceHours) continue;
    if (best === null || away < best.away || (away === best.away && atHour < best.atHour))
      best = { label, away, atHour };
  }
  return best?.label ?? UNEXPLAINED;
}
