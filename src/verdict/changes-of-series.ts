import { type ChangePoint, changePoints } from '../detect/change/change-points.ts';
import { bandMeans, binHours, binLoad, COUNTS, FLOORS, MIDDLE, readingHoursOf } from '../detect/trend/bins.ts';
import type { Followed } from '../detect/trend/finding.ts';
import type { LabelledChange } from '../model/verdict.ts';
import { labelOf } from './happenings.ts';
import type { Looked } from './looked.ts';
import { atProfileHour } from './run-clock.ts';

/** Smaller steps, of the level before, are no news. */
const LEAST_CHANGE = 0.02;

/** When a series moved to another level, and what happened then. */
export function changesOf(
  { readings, leftOut, kind }: Followed,
  looked: Pick<Looked, 'plan' | 'hour' | 'load' | 'happened'>,
): LabelledChange[] {
  const { plan, hour, happened } = looked;
  const width = binHours(hour, readingHoursOf(readings.hours));
  const count = Math.floor(hour / width + 1e-9);
  if (count < 2) return [];
  const counting = readings.values.every((value) => Number.isInteger(value));
  const values = bandMeans(readings, count, width, kind === 'drift' ? MIDDLE : counting ? COUNTS : FLOORS);
  const hours = values.map((_, bin) => bin * width);
  for (const [bin, at] of hours.entries())
    if (leftOut.some(({ fromHour, untilHour }) => at < untilHour && at + width > fromHour)) values[bin] = Number.NaN;
  const load = binLoad(looked.load, count, width)?.mean ?? null;
  return changePoints({ hours, values, load }, { minimumSize: LEAST_CHANGE }).map(
    (point): LabelledChange => ({
      atMs: atProfileHour(plan, point.at),
      label: labelOf(withinBin(point, width), happened),
      before: point.before,
      after: point.after,
    }),
  );
}

/** A bin stands for all of its time: the change may have happened at its end. */
const withinBin = ({ earliestAt, at }: ChangePoint, width: number): Pick<ChangePoint, 'earliestAt' | 'at'> => ({
  earliestAt,
  at: at + width,
});
