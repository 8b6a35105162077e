import { differenceOf, type Stretch, unionOf } from '../base/stretches.ts';
import type { Clocked } from '../detect/trend/bins.ts';
import type { Question } from '../detect/trend/question.ts';
import type { ArrivalPlan } from '../model/plan.ts';
import { requestsBetween } from '../plan/rate.ts';

export const HOUR_MS = 3_600_000;
/** The load of a detector's bin is read at its busiest ten minutes: two readings make them. */
const LOAD_STEP_MS = 300_000;
/** Shorter stretches that are not judged lose their samples only; longer ones take the whole bins that they touch. */
const SHORT_HOURS = 1 / 6;

/** What tells profile time from real time. */
export type RunClock = Pick<ArrivalPlan, 'startMs' | 'compression'>;

/** Profile time since the start of the run, hours: the clock of the detectors. */
export const profileHours = ({ startMs, compression }: RunClock, atMs: number): number =>
  ((atMs - startMs) * compression) / HOUR_MS;

/** Real time of an hour of the detectors' clock, Unix ms. */
export const atProfileHour = ({ startMs, compression }: RunClock, hour: number): number =>
  Math.round(startMs + (hour * HOUR_MS) / compression);

/**
 * Planned requests a minute of profile time up to `untilMs`, each value standing at the beginning of its stretch. The plan
 * and not what was served, because that reacts to the target. `intervalMs`: distance of samples, real time.
 */
export function plannedLoad(plan: ArrivalPlan, untilMs: number, intervalMs: number): Clocked {
  const intervalOfProfileMs = intervalMs * plan.compression;
  const stepMs = intervalMs / Math.ceil(intervalOfProfileMs / LOAD_STEP_MS);
  const count = Math.max(0, Math.floor((untilMs - plan.startMs) / stepMs));
  const hours = new Float64Array(count);
  const values = new Float64Array(count);
  const minutes = (stepMs * plan.compression) / 60_000;
  for (let at = 0; at < count; at++) {
    const fromMs = plan.startMs + at * stepMs;
    hours[at] = profileHours(plan, fromMs);
    values[at] = requestsBetween(plan, fromMs, fromMs + stepMs) / minutes;
  }
  return { hours, values };
}

/** Of the span, what is not to be looked at, by the detectors' clock. */
export function leftOutHours(
  plan: ArrivalPlan,
  span: Pick<Stretch, 'fromMs' | 'untilMs'>,
  considered: readonly Stretch[],
): Question['leftOut'] {
  return differenceOf(unionOf([span]), considered)
    .map(({ fromMs, untilMs }) => ({ fromHour: profileHours(plan, fromMs), untilHour: profileHours(plan, untilMs) }))
    .filter(({ fromHour, untilHour }) => untilHour - fromHour >= SHORT_HOURS);
}
