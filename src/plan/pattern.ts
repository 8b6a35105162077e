import { DAY_MS, HOUR_MS, type OffsetStretch, offsetStretches, timeOfDayMs, weekdayOf } from '../base/zone.ts';
import type { RecordedCurve, Traffic } from '../model/profile.ts';

/** A point of the traffic pattern in profile time; two at one instant are a step, linear between. */
export interface Knot {
  atMs: number;
  multiplier: number;
}

/** Hours outside the asked range that may reach into it: a ramp is an hour at most, a DST change makes short hours. */
const PADDING_MS = 3 * HOUR_MS;

/**
 * The traffic pattern over at least [fromMs, untilMs], in profile time. `startMs` is the start of the
 * run, from which a curve of kind `run` counts.
 */
export function patternKnots(traffic: Traffic, startMs: number, fromMs: number, untilMs: number): Knot[] {
  if (traffic.curve !== null && traffic.curve.clock === 'run') {
    return runCurveKnots(traffic.curve, traffic.baseRatePerMinute, startMs, untilMs);
  }
  const stretches = offsetStretches(traffic.timezone, fromMs - PADDING_MS, untilMs + PADDING_MS);
  return traffic.curve === null
    ? withRamps(hourSteps(traffic, stretches), traffic.rampMs)
    : dayCurveKnots(traffic, traffic.curve, stretches);
}

interface Step {
  fromMs: number;
  untilMs: number;
  multiplier: number;
}

/**
 * The multiplier of each local hour. In spring the missing hour has no step; in autumn the repeated
 * hour has two, so the load follows the clock on the wall both times.
 */
function hourSteps(traffic: Traffic, stretches: OffsetStretch[]): Step[] {
  const steps: Step[] = [];
  for (const { fromMs, untilMs, offsetMs } of stretches) {
    for (let atMs = fromMs; atMs < untilMs; ) {
      const localMs = atMs + offsetMs;
      const nextHourMs = (Math.floor(localMs / HOUR_MS) + 1) * HOUR_MS - offsetMs;
      const endsMs = Math.min(untilMs, nextHourMs);
      const hour = Math.floor(timeOfDayMs(localMs) / HOUR_MS);
      const multiplier = (traffic.hourlyMultipliers[hour] ?? 1) * (traffic.weekdayMultipliers[weekdayOf(localMs)] ?? 1);
      const before = steps.at(-1);
      if (before !== undefined && before.multiplier === multiplier) before.untilMs = endsMs;
      else steps.push({ fromMs: atMs, untilMs: endsMs, multiplier });
      atMs = endsMs;
    }
  }
  return steps;
}

/**
 * Linear transitions of `rampMs`, centred on each change, so what one hour loses the next one gains.
 * Half a ramp never takes more than half of a stretch.
 */
function withRamps(steps: Step[], rampMs: number): Knot[] {
  const knots: Knot[] = [];
  steps.forEach((step, index) => {
    const next = steps[index + 1];
    if (index === 0) knots.push({ atMs: step.fromMs, multiplier: step.multiplier });
    if (next === undefined) {
      knots.push({ atMs: step.untilMs, multiplier: step.multiplier });
      return;
    }
    const half = Math.min(rampMs, step.untilMs - step.fromMs, next.untilMs - next.fromMs) / 2;
    knots.push({ atMs: step.untilMs - half, multiplier: step.multiplier });
    knots.push({ atMs: step.untilMs + half, multiplier: next.multiplier });
  });
  return knots;
}

/** A curve by the clock on the wall, repeated daily: interpolated across midnight, a step where the clocks change. */
function dayCurveKnots(traffic: Traffic, curve: RecordedCurve, stretches: OffsetStretch[]): Knot[] {
  const knots: Knot[] = [];
  const push = (atMs: number, dayMs: number, rate: number): void => {
    const weekday = traffic.weekdayMultipliers[weekdayOf(dayMs)] ?? 1;
    knots.push({ atMs, multiplier: (rate / traffic.baseRatePerMinute) * weekday });
  };
  for (const { fromMs, untilMs, offsetMs } of stretches) {
    const localFrom = fromMs + offsetMs;
    const localUntil = untilMs + offsetMs;
    for (let dayMs = Math.floor(localFrom / DAY_MS) * DAY_MS; dayMs < localUntil; dayMs += DAY_MS) {
      const begins = Math.max(localFrom, dayMs);
      const ends = Math.min(localUntil, dayMs + DAY_MS);
      push(begins - offsetMs, dayMs, rateOfDay(curve, begins - dayMs));
      for (const { offsetMs: sinceMidnight, ratePerMinute } of curve.points) {
        const localMs = dayMs + sinceMidnight;
        if (localMs > begins && localMs < ends) push(localMs - offsetMs, dayMs, ratePerMinute);
      }
      push(ends - offsetMs, dayMs, rateOfDay(curve, ends - dayMs));
    }
  }
  return knots;
}

/** Requests a minute at a time of day, [0, 24 h]. The last point of one day leads to the first of the next. */
function rateOfDay(curve: RecordedCurve, sinceMidnightMs: number): number {
  const first = curve.points[0];
  const last = curve.points.at(-1);
  if (first === undefined || last === undefined) return 0;
  const around = [
    { offsetMs: last.offsetMs - DAY_MS, ratePerMinute: last.ratePerMinute },
    ...curve.points,
    { offsetMs: first.offsetMs + DAY_MS, ratePerMinute: first.ratePerMinute },
  ];
  const after = around.findIndex(({ offsetMs }) => offsetMs >= sinceMidnightMs);
  const right = around[after];
  const left = around[after - 1];
  if (right === undefined) return last.ratePerMinute;
  if (left === undefined || right.offsetMs === left.offsetMs) return right.ratePerMinute;
  const share = (sinceMidnightMs - left.offsetMs) / (right.offsetMs - left.offsetMs);
  return left.ratePerMinute + share * (right.ratePerMinute - left.ratePerMinute);
}

/** A curve from the run's start: level before its first and after its last point. */
function runCurveKnots(curve: RecordedCurve, baseRate: number, startMs: number, untilMs: number): Knot[] {
  const knots = curve.points.map(({ offsetMs, ratePerMinute }) => ({
    atMs: startMs + offsetMs,
    multiplier: ratePerMinute / baseRate,
  }));
  const first = knots[0];
  const last = knots.at(-1);
  if (first === undefined || last === undefined) return [];
  if (first.atMs > startMs) knots.unshift({ atMs: startMs, multiplier: first.multiplier });
  if (last.atMs < untilMs) knots.push({ atMs: untilMs, multiplier: last.multiplier });
  return knots;
}
