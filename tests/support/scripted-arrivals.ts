/** Arrivals of a plan as whole numbers: the integral of its rate, counted here independently of src/plan. */
import { seededRandom } from '../../src/base/random.ts';
import type { ArrivalPlan } from '../../src/model/plan.ts';
import type { Generation } from './load-script.ts';

/** The plan that the generator knew by `atMs`. */
export function planAt(process: Generation, atMs: number): ArrivalPlan {
  const known = process.plans.findLast(({ sinceMs }) => sinceMs < atMs) ?? process.plans[0];
  if (known === undefined) throw new Error('a generator without a plan');
  return known.plan;
}

/** Arrivals in [fromMs, untilMs), whole numbers that add up to the integral of the plan's rate. */
export function arrivals(
  plan: ArrivalPlan,
  seed: number,
  fromMs: number,
  untilMs: number,
): { offered: number; paused: number } {
  if (untilMs <= fromMs) return { offered: 0, paused: 0 };
  const phase = seededRandom(seed)();
  const [from, until] = [cumulative(plan, fromMs), cumulative(plan, untilMs)];
  return {
    offered: Math.floor(until.offered + phase) - Math.floor(from.offered + phase),
    paused: Math.floor(until.paused + phase) - Math.floor(from.paused + phase),
  };
}

interface Totals {
  offered: number;
  paused: number;
}

/** Iterations from the plan's start to each of its points; plans are never changed. */
const totalsOfPlans = new WeakMap<ArrivalPlan, Totals[]>();

function totalsOf(plan: ArrivalPlan): Totals[] {
  const known = totalsOfPlans.get(plan);
  if (known) return known;
  const totals: Totals[] = [];
  let sum: Totals = { offered: 0, paused: 0 };
  plan.points.forEach((point, at) => {
    const before = plan.points[at - 1];
    if (before) sum = added(plan, sum, before, point.atMs, point.requestsPerMinute);
    totals.push(sum);
  });
  totalsOfPlans.set(plan, totals);
  return totals;
}

function added(
  plan: ArrivalPlan,
  sum: Totals,
  left: ArrivalPlan['points'][number],
  atMs: number,
  rateThen: number,
): Totals {
  const requests = ((left.requestsPerMinute + rateThen) / 2) * ((atMs - left.atMs) / 60_000);
  const iterations = requests / plan.requestsPerIteration;
  return left.paused
    ? { offered: sum.offered, paused: sum.paused + iterations }
    : { offered: sum.offered + iterations, paused: sum.paused };
}

function cumulative(plan: ArrivalPlan, atMs: number): Totals {
  const totals = totalsOf(plan);
  const clamped = Math.min(atMs, plan.endMs);
  let low = 0;
  let high = plan.points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((plan.points[middle]?.atMs ?? 0) <= clamped) low = middle + 1;
    else high = middle;
  }
  const left = plan.points[low - 1];
  const right = plan.points[low];
  const sum = totals[low - 1];
  if (left === undefined || sum === undefined) return { offered: 0, paused: 0 };
  if (right === undefined) return sum;
  const share = (clamped - left.atMs) / (right.atMs - left.atMs);
  const rateThen = left.requestsPerMinute + share * (right.requestsPerMinute - left.requestsPerMinute);
  return added(plan, sum, left, clamped, rateThen);
}
