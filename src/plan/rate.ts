import { overlapOf, type Stretch, unionOf } from '../base/stretches.ts';
import { clockText, MINUTE_MS, offsetAt } from '../base/zone.ts';
import type { ArrivalPlan, LoadLevel, RatePoint } from '../model/plan.ts';
import type { Profile } from '../model/profile.ts';

/** Planned requests a minute at `atMs`: 0 outside the run and while paused; at a step the value after it. */
export function requestsPerMinuteAt(plan: ArrivalPlan, atMs: number): number {
  const left = pointBefore(plan, atMs);
  if (left === null || left.paused || atMs >= plan.endMs) return 0;
  return valueAt(plan, atMs, 'requestsPerMinute');
}

/** Load relative to the base rate at `atMs`, live factor included; the pause does not count. 0 outside the run. */
export function multiplierAt(plan: ArrivalPlan, atMs: number): number {
  if (atMs < plan.startMs || atMs >= plan.endMs) return 0;
  return valueAt(plan, atMs, 'multiplier');
}

/**
 * Exact number of planned requests in [fromMs, untilMs): the integral of the rate, paused stretches
 * left out. A binary search a call.
 */
export function requestsBetween(plan: ArrivalPlan, fromMs: number, untilMs: number): number {
  return untilMs <= fromMs ? 0 : requestsUntil(plan, untilMs) - requestsUntil(plan, fromMs);
}

/** Milliseconds of [fromMs, untilMs) in which the operator had paused the load. */
export const pausedMsBetween = (plan: ArrivalPlan, fromMs: number, untilMs: number): number =>
  overlapOf({ fromMs, untilMs }, pausedStretches(plan));

/** Where the operator had paused the load, in order and apart. */
export const pausedStretches = (plan: ArrivalPlan): readonly Stretch[] => sumsOf(plan).paused;

/** Where the plan offers nothing at all, by itself and not by a pause, in order and apart. */
export const idleStretches = (plan: ArrivalPlan): readonly Stretch[] => sumsOf(plan).idle;

/**
 * The load level at `atMs`, as the plan means it: normal up to the base rate, peak up to the profile's
 * peak multiplier, stress above. For a window ask at its middle.
 */
export function levelAt(plan: ArrivalPlan, profile: Profile, atMs: number): LoadLevel {
  return levelOf(multiplierAt(plan, atMs), profile);
}

/** The load level of a multiplier. */
export function levelOf(multiplier: number, profile: Profile): LoadLevel {
  // A product of multipliers may miss the limit by a rounding error.
  const tolerance = 1e-9;
  if (multiplier <= 1 + tolerance) return 'normal';
  return multiplier <= profile.traffic.peakMultiplier + tolerance ? 'peak' : 'stress';
}

/** What turns real time into the time of the profile and back. */
export type PlanClock = Pick<ArrivalPlan, 'startMs' | 'compression'>;

/** What the clock of the profile shows at real time `atMs`: it runs `compression` times as fast from the start. */
export const profileTimeMs = (plan: PlanClock, atMs: number): number =>
  plan.startMs + (atMs - plan.startMs) * plan.compression;

/** The real time at which the profile's clock shows `profileMs`. */
export const realTimeMs = (plan: PlanClock, profileMs: number): number =>
  plan.startMs + (profileMs - plan.startMs) / plan.compression;

/** The profile's clock in its own zone, as the load sees it: `Sat 14:05`. */
export function profileClock(profile: Profile, plan: PlanClock, atMs: number): string {
  const profileMs = profileTimeMs(plan, atMs);
  return clockText(profileMs + offsetAt(profile.traffic.timezone, profileMs));
}

/** What follows from a plan and is asked for again and again. */
interface PlanSums {
  /** Planned requests from the start to each point. */
  requests: Float64Array;
  paused: Stretch[];
  idle: Stretch[];
}

/** Plans are never changed, so this is computed once for each. */
const known = new WeakMap<ArrivalPlan, PlanSums>();

function sumsOf(plan: ArrivalPlan): PlanSums {
  const before = known.get(plan);
  if (before !== undefined) return before;
  const requests = new Float64Array(plan.points.length);
  const paused: Stretch[] = [];
  const idle: Stretch[] = [];
  plan.points.forEach((right, index) => {
    const left = plan.points[index - 1];
    if (left === undefined) return;
    const mean = left.paused ? 0 : (left.requestsPerMinute + right.requestsPerMinute) / 2;
    requests[index] = (requests[index - 1] ?? 0) + (mean * (right.atMs - left.atMs)) / MINUTE_MS;
    const stretch = { fromMs: left.atMs, untilMs: right.atMs };
    if (left.paused) paused.push(stretch);
    else if (left.requestsPerMinute === 0 && right.requestsPerMinute === 0) idle.push(stretch);
  });
  const sums = { requests, paused: unionOf(paused), idle: unionOf(idle) };
  known.set(plan, sums);
  return sums;
}

function requestsUntil(plan: ArrivalPlan, atMs: number): number {
  const sums = sumsOf(plan).requests;
  const index = indexBefore(plan.points, atMs);
  const left = plan.points[index];
  if (left === undefined) return 0;
  const before = sums[index] ?? 0;
  if (left.paused || index === plan.points.length - 1) return before;
  const mean = (left.requestsPerMinute + valueAt(plan, atMs, 'requestsPerMinute')) / 2;
  return before + (mean * (atMs - left.atMs)) / MINUTE_MS;
}

function valueAt(plan: ArrivalPlan, atMs: number, key: 'requestsPerMinute' | 'multiplier'): number {
  const index = indexBefore(plan.points, atMs);
  const left = plan.points[index];
  const right = plan.points[index + 1];
  if (left === undefined) return 0;
  if (right === undefined || right.atMs === left.atMs) return left[key];
  return left[key] + ((atMs - left.atMs) / (right.atMs - left.atMs)) * (right[key] - left[key]);
}

const pointBefore = (plan: ArrivalPlan, atMs: number): RatePoint | null =>
  plan.points[indexBefore(plan.points, atMs)] ?? null;

/** Index of the last point at or before `atMs`; -1 when there is none. */
function indexBefore(points: RatePoint[], atMs: number): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
