import { contains, type Stretch, unionOf } from '../base/stretches.ts';
import type { ArrivalPlan, CalibrationWindow, PlanEdit, RatePoint } from '../model/plan.ts';
import type { Profile } from '../model/profile.ts';
import { calibrationSchedule, shortestWindowMs } from './calibration.ts';
import { addedMs, cutsOf, factorAt, pausedAt } from './edits.ts';
import { type Knot, patternKnots } from './pattern.ts';

export interface PlanStart {
  /** Unix ms, real time. */
  startMs: number;
  /** Profile time passes this much faster than real time; 1 for a real run. */
  compression: number;
}

/**
 * The planned arrival rate of a run: the profile's traffic pattern by the clock on the wall of its
 * zone, ramps included, with all edits applied. Pure: the same arguments give the same plan.
 *
 * The pattern that the offered load is held to is this curve, ramps included. Instants are whole milliseconds.
 * In a rehearsal the instants move together and the rate a real minute stays. `extend` counts in real time.
 *
 * In a calibration window the plan steps to its one rate and back, without ramps, so that the whole window is at that
 * rate and the hours around it keep theirs. An operator's factor above 1 does not reach into it; while one below 1 is in
 * force no window is kept, for who asks for less load gets less.
 */
export function buildPlan(profile: Profile, { startMs, compression }: PlanStart, edits: PlanEdit[]): ArrivalPlan {
  const endMs = Math.round(startMs + profile.durationMs / compression + addedMs(edits));
  const profileEndMs = startMs + (endMs - startMs) * compression;
  const pattern = patternKnots(profile.traffic, startMs, startMs, profileEndMs)
    .map(({ atMs, multiplier }) => ({ atMs: Math.round(startMs + (atMs - startMs) / compression), multiplier }))
    .sort((a, b) => a.atMs - b.atMs);

  const { baseRatePerMinute } = profile.traffic;
  const { windows } = calibrationSchedule(profile, { startMs, compression }, edits);
  const fixedRate = profile.calibration?.requestsPerMinute ?? baseRatePerMinute;

  const inside = [...cutsOf(edits), ...edgesOf(windows)].filter((atMs) => atMs > startMs && atMs < endMs);
  const cuts = [...new Set([startMs, ...inside, endMs])].sort((a, b) => a - b);
  const points: RatePoint[] = [];
  const calibrated: Stretch[] = [];
  cuts.slice(0, -1).forEach((fromMs, index) => {
    const untilMs = cuts[index + 1] ?? endMs;
    const factor = factorAt(edits, fromMs);
    const paused = pausedAt(edits, fromMs);
    if (factor >= 1 && contains(windows, fromMs)) {
      const fixed = { requestsPerMinute: fixedRate, multiplier: fixedRate / baseRatePerMinute, paused };
      points.push({ atMs: fromMs, ...fixed }, { atMs: untilMs, ...fixed });
      if (!paused) calibrated.push({ fromMs, untilMs });
      return;
    }
    for (const { atMs, multiplier } of clip(pattern, fromMs, untilMs)) {
      points.push({
        atMs,
        requestsPerMinute: multiplier * factor * baseRatePerMinute,
        multiplier: multiplier * factor,
        paused,
      });
    }
  });

  return {
    revision: edits.length + 1,
    seed: profile.traffic.seed,
    arrivals: profile.traffic.arrivals,
    startMs,
    endMs,
    compression,
    requestsPerIteration: profile.workload.requestsPerIteration,
    points: simplify(points),
    calibration: longEnough(calibrated, shortestWindowMs(profile, compression), fixedRate),
  };
}

const edgesOf = (stretches: readonly Stretch[]): number[] =>
  stretches.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]);

/** What operators left of the windows, where it is still long enough to measure in. */
const longEnough = (stretches: readonly Stretch[], leastMs: number, requestsPerMinute: number): CalibrationWindow[] =>
  unionOf(stretches)
    .filter(({ fromMs, untilMs }) => untilMs - fromMs >= leastMs)
    .map((stretch) => ({ ...stretch, requestsPerMinute }));

/** The part of a piecewise-linear curve in [fromMs, untilMs], with its values just inside both ends. */
function clip(knots: Knot[], fromMs: number, untilMs: number): Knot[] {
  const first = firstWhere(knots, ({ atMs }) => atMs > fromMs);
  const end = firstWhere(knots, ({ atMs }) => atMs >= untilMs);
  return [
    { atMs: fromMs, multiplier: interpolate(knots[first - 1] ?? knots[0], knots[first], fromMs) },
    ...knots.slice(first, end),
    { atMs: untilMs, multiplier: interpolate(knots[end - 1], knots[end], untilMs) },
  ];
}

/** Index of the first knot that `is` it, where all after it are too; the length when none is. */
function firstWhere(knots: readonly Knot[], is: (knot: Knot) => boolean): number {
  let low = 0;
  let high = knots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const knot = knots[middle];
    if (knot !== undefined && is(knot)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function interpolate(left: Knot | undefined, right: Knot | undefined, atMs: number): number {
  if (left === undefined) return right?.multiplier ?? 0;
  if (right === undefined || right.atMs <= left.atMs) return left.multiplier;
  const share = Math.max(0, (atMs - left.atMs) / (right.atMs - left.atMs));
  return left.multiplier + share * (right.multiplier - left.multiplier);
}

/** The same curve with the fewest points. */
function simplify(points: RatePoint[]): RatePoint[] {
  const kept: RatePoint[] = [];
  for (const point of points) {
    const last = kept.at(-1);
    if (last !== undefined && last.atMs === point.atMs && close(last.multiplier, point.multiplier)) kept.pop();
    while (isNeedless(kept.at(-2), kept.at(-1), point)) kept.pop();
    kept.push(point);
  }
  const end = kept.pop();
  return end === undefined ? kept : [...kept, { ...end, paused: false }];
}

/** True when the curve through `before` and `after` is the same without `point`. */
function isNeedless(before: RatePoint | undefined, point: RatePoint | undefined, after: RatePoint): boolean {
  if (before === undefined || point === undefined) return false;
  if (before.atMs === point.atMs && point.atMs === after.atMs) return true;
  if (before.paused !== point.paused || before.atMs === point.atMs || point.atMs === after.atMs) return false;
  const share = (point.atMs - before.atMs) / (after.atMs - before.atMs);
  return close(point.multiplier, before.multiplier + share * (after.multiplier - before.multiplier));
}

const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
