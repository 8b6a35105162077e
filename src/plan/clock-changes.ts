import { differenceOf, lengthOf, type Stretch } from '../base/stretches.ts';
import { clockText, MINUTE_MS, offsetStretches } from '../base/zone.ts';
import type { ArrivalPlan } from '../model/plan.ts';
import type { Profile } from '../model/profile.ts';
import { profileTimeMs, realTimeMs, requestsBetween } from './rate.ts';

/** The clocks of the profile's zone change during the run. */
export interface ClockChange {
  /** Unix ms, real time. */
  atMs: number;
  /** `Sun 02:00` and `Sun 03:00`: what the clock shows before and after. */
  before: string;
  after: string;
  /** Positive in spring. */
  shiftMinutes: number;
  /** One sentence: what it does to the load. */
  effect: string;
}

/** Every change of the clocks inside the run, in order. */
export function clockChanges(profile: Profile, plan: ArrivalPlan): ClockChange[] {
  const { timezone } = profile.traffic;
  const stretches = offsetStretches(timezone, plan.startMs, profileTimeMs(plan, plan.endMs));
  return stretches.slice(1).map((stretch, index) => {
    const shiftMs = stretch.offsetMs - (stretches[index]?.offsetMs ?? stretch.offsetMs);
    const atMs = realTimeMs(plan, stretch.fromMs);
    const before = clockText(stretch.fromMs + stretch.offsetMs - shiftMs);
    const after = clockText(stretch.fromMs + stretch.offsetMs);
    const again = requestsByClock(plan, {
      fromMs: atMs,
      untilMs: realTimeMs(plan, stretch.fromMs + Math.abs(shiftMs)),
    });
    const byClock = profile.traffic.curve?.clock !== 'run';
    return {
      atMs,
      before,
      after,
      shiftMinutes: shiftMs / MINUTE_MS,
      effect: byClock
        ? effectOf(shiftMs, before, after, again)
        : 'the curve counts from the start, so the load does not change',
    };
  });
}

/** What the hours of the clock offer in a stretch: a calibration window in it does not follow them. */
function requestsByClock(plan: ArrivalPlan, stretch: Stretch): number {
  const rest = differenceOf([stretch], plan.calibration);
  const requests = rest.reduce((sum, { fromMs, untilMs }) => sum + requestsBetween(plan, fromMs, untilMs), 0);
  return rest.length === 0 ? 0 : (requests * lengthOf([stretch])) / lengthOf(rest);
}

function effectOf(shiftMs: number, before: string, after: string, requests: number): string {
  const minutes = Math.abs(shiftMs) / MINUTE_MS;
  return shiftMs > 0
    ? `${before} to ${after} does not exist: the load goes on with that of ${after}, and these ${minutes} min of the day are not offered`
    : `${after} to ${before} comes twice, each time with the load of its hour: about ${Math.round(requests)} requests more than on other days`;
}
