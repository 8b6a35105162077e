import type { ArrivalPlan, CalibrationWindow, PlanEdit } from '../model/plan.ts';
import type { Profile } from '../model/profile.ts';
import { calibrationSchedule, type DisplacedWindow } from './calibration.ts';
import { profileClock, requestsBetween } from './rate.ts';

/** The calibration windows of a plan, as `soakd plan` shows them. */
export interface CalibrationPreview {
  /** As the profile has them, by its own clock. */
  everyMs: number;
  lengthMs: number;
  requestsPerMinute: number;
  /** In real time. `clock`, `Sat 14:00`, is the profile's at the beginning. */
  windows: (CalibrationWindow & { clock: string; requests: number })[];
  /** Moved or left out because they meet stretches that are not judged. */
  displaced: (DisplacedWindow & { clock: string })[];
  /** Why there is none; null when there are some. */
  whyNone: string | null;
}

/** Null when the profile has no calibration windows. */
export function calibrationPreview(profile: Profile, plan: ArrivalPlan, edits: PlanEdit[]): CalibrationPreview | null {
  if (profile.calibration === null) return null;
  const { displaced, whyNone } = calibrationSchedule(profile, plan, edits);
  return {
    ...profile.calibration,
    windows: plan.calibration.map((window) => ({
      ...window,
      clock: profileClock(profile, plan, window.fromMs),
      requests: requestsBetween(plan, window.fromMs, window.untilMs),
    })),
    displaced: displaced.map((one) => ({ ...one, clock: profileClock(profile, plan, one.fromMs) })),
    whyNone,
  };
}
