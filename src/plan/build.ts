import type { ArrivalPlan, PlanEdit, RatePoint } from '../model/plan.ts';
import type { Profile } from '../model/profile.ts';
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
 */
export function buildPlan(profile: Profile, { startMs, compression }: PlanStart, edits: PlanEdit[]): ArrivalPlan {
  const endMs = Math.round(startMs + profile.durationMs / compression + addedMs(edits));
  const profileEndMs = startMs + (endMs - startMs) * compression;
  const pattern = patternKnots(profile.traffic, startMs, startMs, profileEndMs)
    .map(({ atMs, multiplier }) => ({ atMs: Math.round(startMs + (atMs - startMs) / compression), multiplier }))
    .sort((a, b) => a.atMs - b.atMs);

  const cuts = [startMs, ...cutsOf(edits).filter((atMs) => atMs > startMs && atMs < endMs), endMs];
  const points: RatePoint[] = [];
  cuts.slice(0, -1).forEach((fromMs, index) => {
    const untilMs = cuts[index + 1] ?? endMs;
    const factor = factorAt(edits, fromMs);
    const paused = pausedAt(edits, fromMs);
    for (const { atMs, multiplier } of clip(pattern, fromMs, untilMs)) {
      points.push({
        atMs,
        requestsPerMinute: multiplier * factor * profile.traffic.baseRatePerMinute,
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
  };
}

/** The part of a piecewise-linear curve in [fromMs, untilMs], with its values just inside both ends. */
function clip(knots: Knot[], fromMs: number, untilMs: number): Knot[] {
  const inside = knots.filter(({ atMs }) => atMs > fromMs && atMs < untilMs);
  return [
    { atMs: fromMs, multiplier: rightOf(knots, fromMs) },
    ...inside,
    { atMs: untilMs, multiplier: leftOf(knots, untilMs) },
  ];
}

/** Value just after `atMs`. */
function rightOf(knots: Knot[], atMs: number): number {
  const index = knots.findLastIndex((knot) => knot.atMs <= atMs);
  return interpolate(knots[index] ?? knots[0], knots[index + 1], atMs);
}

/** Value just before `atMs`. */
function leftOf(knots: Knot[], atMs: number): number {
  const index = knots.findIndex((knot) => knot.atMs >= atMs);
  return index < 0 ? (knots.at(-1)?.multiplier ?? 0) : interpolate(knots[index - 1], knots[index], atMs);
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
