/** Leaks and drifts: what is added to a healthy series, at exactly the stated rate on average. */
import type { Draw } from './draw.ts';
import type { Moment } from './moment.ts';

/** How fast the fault goes at a moment, relative to its mean. */
export type Pace = (draw: Draw) => (moment: Moment) => number;

export const byTime: Pace = () => () => 1;

export const byRequests: Pace = () => (moment) => moment.load;

/** Only one endpoint leaks, and its share of the traffic has its own time of day. */
export const byEndpoint: Pace = (draw) => {
  const swing = draw.uniform(0.3, 0.9);
  const peak = draw.uniform(0, 24);
  return (moment) => moment.load * (1 + swing * Math.cos((2 * Math.PI * (moment.clockHour - peak)) / 24));
};

/**
 * Only a scheduled job leaks: three to six times a day, and nothing in between. (A leak of one job a night is three steps
 * in 72 h, which nobody can tell from three deployments.)
 */
export const byScheduledJob: Pace = (draw) => {
  const everyHours = draw.pick([4, 6, 8]);
  const at = draw.uniform(0, everyHours);
  const takes = draw.uniform(0.1, 0.4) * everyHours;
  return (moment) => ((moment.clockHour - at + 24) % everyHours < takes ? 1 : 0.02);
};

export interface FaultPlan {
  onsetHour: number;
  pace: Pace;
  /** Let go in lumps about so many hours apart (a table that doubles, a segment that is kept); null: smoothly. */
  lumpHours: number | null;
}

/**
 * What has leaked at each reading, in the unit of `perDay`. A new process begins at nothing. The mean rate from the onset
 * to the end is `perDay` a day.
 */
export function leaked(plan: FaultPlan, perDay: number, moments: readonly Moment[], draw: Draw): Float64Array {
  const rates = ratesOf(plan, moments, draw.part('pace'));
  const lumps = draw.part('lumps');
  let held = 0;
  let pending = 0;
  let nextLumpHour = plan.onsetHour;
  return Float64Array.from(moments, ({ hour, stepHours, fresh }, index) => {
    if (fresh) [held, pending] = [0, 0];
    pending += ((rates[index] ?? 0) * perDay * stepHours) / 24;
    if (plan.lumpHours === null || hour >= nextLumpHour) {
      held += pending;
      pending = 0;
      nextLumpHour = hour + (plan.lumpHours ?? 0) * lumps.uniform(0.5, 1.5);
    }
    return held;
  });
}

/** The same in whole units: the n-th is lost somewhere between n − 1 and n. */
export function leakedWhole(plan: FaultPlan, perDay: number, moments: readonly Moment[], draw: Draw): Float64Array {
  const smooth = leaked(plan, perDay, moments, draw);
  const chance = draw.part('whole');
  let lost = 0;
  let next = chance.uniform(0, 1);
  return smooth.map((expected, index) => {
    if (moments[index]?.fresh) [lost, next] = [0, chance.uniform(0, 1)];
    while (expected >= next) {
      lost += 1;
      next = lost + chance.uniform(0, 1);
    }
    return lost;
  });
}

/** How far the drift has come at each reading: 0 until the onset, 1 at the last one. */
export function drifted(plan: FaultPlan, moments: readonly Moment[], draw: Draw): Float64Array {
  const far = leaked(
    plan,
    1,
    moments.map((moment) => ({ ...moment, fresh: false })),
    draw,
  );
  const end = far.at(-1) || 1;
  return far.map((value) => value / end);
}

/** Relative rates at all readings: 0 before the onset, 1 on average after it. */
function ratesOf(plan: FaultPlan, moments: readonly Moment[], draw: Draw): Float64Array {
  const pace = plan.pace(draw);
  let [sum, hours] = [0, 0];
  const rates = Float64Array.from(moments, (moment) => {
    const rate = pace(moment);
    if (moment.hour < plan.onsetHour) return 0;
    sum += rate * moment.stepHours;
    hours += moment.stepHours;
    return rate;
  });
  return rates.map((rate) => (sum > 0 ? (rate * hours) / sum : 0));
}
