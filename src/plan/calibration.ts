import { formatDuration } from '../base/duration.ts';
import type { Stretch } from '../base/stretches.ts';
import type { PlanEdit } from '../model/plan.ts';
import type { Profile } from '../model/profile.ts';
import { WINDOW_MS } from '../model/window.ts';
import { addedMs } from './edits.ts';
import { type ExcludedStretch, excludedStretches } from './exclusions.ts';
import { type PlanClock, realTimeMs } from './rate.ts';
import { sampleIntervalMs } from './sample-interval.ts';

/** The calibration windows of a profile in real time, before any pause or factor of an operator. */
export interface CalibrationSchedule {
  /** In order and apart. */
  windows: Stretch[];
  displaced: DisplacedWindow[];
  /** Half a sentence: why there is no window although the profile has some; null otherwise. */
  whyNone: string | null;
}

/** A window that met a stretch which is not judged. */
export interface DisplacedWindow {
  /** Where it should have begun, real time. */
  fromMs: number;
  /** Where it begins instead; null: it is left out. */
  movedToMs: number | null;
  /** The reason of the exclusion. */
  reason: string;
}

/**
 * Where the profile's calibration windows lie: the first behind the warm-up, the others at a fixed distance of elapsed
 * time from it, so that a change of the clocks does not move them and their hours of the day differ. One that meets a
 * stretch which is not judged begins behind it, or is left out when that is more than half the distance away. Only
 * whole windows are scheduled, and none that would have begun before the run was extended to hold it: a plan that is
 * rebuilt never changes what has passed.
 */
export function calibrationSchedule(profile: Profile, clock: PlanClock, edits: PlanEdit[]): CalibrationSchedule {
  // Runs that were stored before there were windows have no such key.
  const settings = profile.calibration ?? null;
  if (settings === null) return { windows: [], displaced: [], whyNone: null };
  const { startMs, compression } = clock;
  const lengthMs = Math.round(settings.lengthMs / compression);
  const leastMs = shortestWindowMs(profile, compression);
  if (lengthMs < leastMs) {
    const whyNone = `a window would last ${formatDuration(lengthMs)}, and ${formatDuration(leastMs)} are the least that hold a count of requests and a sample`;
    return { windows: [], displaced: [], whyNone };
  }

  const endKnownAt = (atMs?: number): number =>
    Math.round(startMs + profile.durationMs / compression + addedMs(edits, atMs));
  const endMs = endKnownAt();
  const excluded = excludedStretches(profile, { ...clock, endMs });
  const windows: Stretch[] = [];
  const displaced: DisplacedWindow[] = [];
  for (let index = 0; ; index++) {
    const elapsedMs = profile.traffic.warmupMs + index * settings.everyMs;
    const plannedMs = Math.round(realTimeMs(clock, startMs + elapsedMs));
    if (plannedMs + lengthMs > endMs) break;
    const { fromMs, reason } = firstFree(plannedMs, lengthMs, excluded);
    const near = fromMs - plannedMs <= settings.everyMs / 2 / compression;
    const fits = near && fromMs + lengthMs <= endKnownAt(fromMs);
    if (fits) windows.push({ fromMs, untilMs: fromMs + lengthMs });
    if (reason !== null) displaced.push({ fromMs: plannedMs, movedToMs: fits ? fromMs : null, reason });
  }
  return { windows, displaced, whyNone: windows.length > 0 ? null : whyNone(settings.lengthMs, displaced) };
}

/** The least real time of a window that holds a whole window of the load's counters and a sample of each series. */
export const shortestWindowMs = ({ monitoring }: Profile, compression: number): number =>
  Math.max(WINDOW_MS, sampleIntervalMs(monitoring.intervalMs, compression));

/** Where a stretch can begin, from `plannedMs` on, so that nothing of it is excluded; the last exclusion in its way. */
function firstFree(
  plannedMs: number,
  lengthMs: number,
  excluded: readonly ExcludedStretch[],
): { fromMs: number; reason: string | null } {
  let fromMs = plannedMs;
  let reason: string | null = null;
  for (const cut of excluded) {
    if (cut.untilMs <= fromMs) continue;
    if (cut.fromMs >= fromMs + lengthMs) break;
    fromMs = cut.untilMs;
    reason = cut.reason;
  }
  return { fromMs, reason };
}

const whyNone = (lengthMs: number, displaced: readonly DisplacedWindow[]): string =>
  displaced.length > 0
    ? 'each of them meets hours that are not judged'
    : `no window of ${formatDuration(lengthMs)} fits between the warm-up and the end`;
