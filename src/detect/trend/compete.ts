import type { Explanation } from './explanations.ts';
import type { Projection } from './projection.ts';

/** A set of explanations and how well it does. */
export interface Model {
  /** Places in the list of explanations, in the order in which they joined; the fixed ones are not named. */
  readonly chosen: readonly number[];
  /**
   * Twice the log of its evidence, up to a constant of all models of one series: fit, less the price of each
   * explanation (Kass and Raftery, Bayes Factors, JASA 90, 1995; with normal priors on the sizes the price is
   * ln(1 + information), Occam's factor of MacKay, Neural Computation 4, 1992, §3).
   */
  readonly evidence: number;
  /** Its own projection: fixed and chosen columns joined. */
  readonly projection: Projection;
}

/**
 * What a column adds to twice the log evidence; negative infinity for one that is a combination of the others, or that cannot
 * add more than `least`.
 */
function gainOf(
  projection: Projection,
  explanation: Explanation,
  column: number,
  variance: number,
  least = Number.NEGATIVE_INFINITY,
): number {
  if (projection.isCollinear(column)) return Number.NEGATIVE_INFINITY;
  const along = projection.along[column] ?? 0;
  const left = projection.left[column] ?? 0;
  const prior = explanation.usualSize ** 2;
  const fit = (along * along) / (variance * (left + variance / prior));
  // Most of a pool is worth nothing: two logarithms less for each of it.
  if (fit <= least) return Number.NEGATIVE_INFINITY;
  return fit - Math.log1p((prior * left) / variance) - 2 * Math.log(explanation.alternatives);
}

export interface Competition {
  readonly explanations: readonly Explanation[];
  /** Places of those that may be chosen. */
  readonly pool: readonly number[];
  /** Of the whitened noise. */
  readonly variance: number;
  readonly most: number;
  /** More steps than this explain anything. */
  readonly mostSteps: number;
  /** Hours that a step keeps from another. */
  readonly stepDistanceHours: number;
}

/**
 * Joins the `forced` columns, then, one after another, the explanation of the pool that is worth most, until none is worth its
 * price. `start` is not changed.
 */
export function explain(start: Projection, forced: readonly number[], competition: Competition): Model {
  const { explanations, pool, variance, most } = competition;
  const projection = start.fork();
  const chosen: number[] = [];
  let price = 0;
  const take = (column: number): boolean => {
    const explanation = explanations[column];
    if (explanation === undefined) return false;
    const gained = gainOf(projection, explanation, column, variance);
    const before = projection.rest;
    if (!projection.join(column)) return false;
    // The fit is counted by what is left in the end, so that only the price is kept here.
    price += (before - projection.rest) / variance - gained;
    chosen.push(column);
    return true;
  };
  for (const column of forced) take(column);
  for (let round = 0; round < most; round++) {
    let best = -1;
    let bestGain = 0;
    for (const column of pool) {
      const explanation = explanations[column];
      if (explanation === undefined || chosen.includes(column)) continue;
      if (explanation.rising && (projection.along[column] ?? 0) <= 0) continue;
      const gained = gainOf(projection, explanation, column, variance, bestGain);
      if (gained > bestGain && mayJoin(column, chosen, competition)) {
        bestGain = gained;
        best = column;
      }
    }
    if (best < 0 || !take(best)) break;
  }
  return { chosen, evidence: -projection.rest / variance - price, projection };
}

/**
 * As {@link explain}, of what is possible: where something that can only rise would have to fall, the search is made again
 * without it. Null when a forced column itself would have to fall.
 */
export function explainPossibly(
  start: Projection,
  forced: readonly number[],
  competition: Competition,
  y: Float64Array,
): Model | null {
  const { explanations } = competition;
  let { pool } = competition;
  for (;;) {
    const model = explain(start, forced, { ...competition, pool });
    const { chosen, projection } = model;
    const coefficients = projection.coefficients(y);
    const falls = chosen.filter(
      (at) => explanations[at]?.rising === true && !((coefficients[projection.members.indexOf(at)] ?? 0) > 0),
    );
    if (falls.length === 0) return model;
    if (falls.some((at) => forced.includes(at))) return null;
    pool = pool.filter((at) => !falls.includes(at));
  }
}

function mayJoin(column: number, chosen: readonly number[], competition: Competition): boolean {
  const { explanations, mostSteps, stepDistanceHours } = competition;
  const own = explanations[column];
  if (own?.cause !== 'step') return true;
  const others = chosen.flatMap((at) => (explanations[at]?.cause === 'step' ? [explanations[at].hour ?? 0] : []));
  return others.length < mostSteps && others.every((hour) => Math.abs(hour - (own.hour ?? 0)) >= stepDistanceHours);
}
