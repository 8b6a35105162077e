import { studentQuantile } from '../distributions.ts';
import type { Explanation } from './design.ts';
import { GrowingFit, type Stage } from './stage.ts';

/** What each kind of explanation must take off the cost to be worth it. */
export interface Charges {
  readonly step: number;
  readonly line: number;
  readonly bend: number;
}

export interface Rules {
  readonly charges: Charges;
  /** Points of the shortest level. */
  readonly minimumPoints: number;
  /** False: only slow explanations are tried. */
  readonly steps: boolean;
}

export interface Found {
  readonly explanations: readonly Explanation[];
  /** Minus twice the log likelihood at its best variance, up to a constant, and the charges: lower explains better. */
  readonly cost: number;
}

/** More than these are no changes of level but another kind of series. */
const MOST_EXPLANATIONS = 24;
/** Explanations that may be tried without gain before the search stops: a rise and a fall only explain together. */
const PATIENCE = 2;
const MAX_ROUNDS = 4;

/**
 * Charges such that noise buys an explanation of a kind with probability `significance`: each explanation pays for the
 * choice among its kind (Bonferroni), with Student's t because the variance is estimated. Slow explanations are few and thus
 * cheaper than steps: what a line explains as well is no staircase.
 */
export function chargesOf(
  count: number,
  baseColumns: number,
  steps: number,
  bends: number,
  significance: number,
): Charges {
  const degrees = Math.max(2, count - baseColumns - 2);
  const charge = (candidates: number): number =>
    count * Math.log1p(studentQuantile(1 - significance / (2 * Math.max(1, candidates)), degrees) ** 2 / degrees);
  return { step: charge(steps), line: charge(1), bend: charge(bends) };
}

/**
 * The cheapest explanation that can be reached from `start`: explanations join one by one, each is then moved to its best
 * place or replaced by another kind, and those that are not worth their charge leave; again until nothing improves.
 * Forward selection with look-ahead and backward elimination over level shifts as in Chen and Liu (JASA 88, 1993).
 */
export function search(stage: Stage, start: readonly Explanation[], rules: Rules): Found {
  let best = prune(stage, found(stage, start, rules.charges), rules.charges);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const grown = grow(stage, best, rules);
    if (grown === best && round > 0) break;
    const next = prune(stage, move(stage, grown, rules), rules.charges);
    if (next.cost >= best.cost) break;
    best = next;
  }
  return best;
}

function grow(stage: Stage, from: Found, rules: Rules): Found {
  const fit = GrowingFit.of(stage, from.explanations);
  const explanations = [...from.explanations];
  let best = from;
  for (let misses = 0; misses < PATIENCE && explanations.length < MOST_EXPLANATIONS; ) {
    const next = cheapest(stage, fit, explanations, rules);
    if (next === null) break;
    fit.join(next);
    explanations.push(next);
    const cost = costOf(stage, fit.rest, explanations, rules.charges);
    if (cost < best.cost) {
      best = { explanations: [...explanations], cost };
      misses = 0;
    } else misses++;
  }
  return best;
}

function move(stage: Stage, from: Found, rules: Rules): Found {
  let best = from;
  for (const explanation of from.explanations) {
    if (explanation.kind !== 'step') continue;
    const others = best.explanations.filter((other) => other !== explanation);
    const fit = GrowingFit.of(stage, others);
    const next = cheapest(stage, fit, others, rules);
    if (next === null || (next.kind === explanation.kind && next.at === explanation.at)) continue;
    fit.join(next);
    const cost = costOf(stage, fit.rest, [...others, next], rules.charges);
    if (cost < best.cost) best = { explanations: [...others, next], cost };
  }
  return best;
}

function prune(stage: Stage, from: Found, charges: Charges): Found {
  let best = from;
  while (best.explanations.length > 0) {
    const { rest, gains } = stage.fit(best.explanations);
    const costs = best.explanations.map(
      ({ kind, at }, place) => likelihood(stage, rest + (gains[place] ?? 0)) - chargeOf(kind, at, charges),
    );
    const least = costs.indexOf(Math.min(...costs));
    const without = found(stage, best.explanations.toSpliced(least, 1), charges);
    if (without.cost >= best.cost) break;
    best = without;
  }
  return best;
}

/** The explanation that lowers the cost most, or raises it least; null when none is left that explains anything. */
function cheapest(stage: Stage, fit: GrowingFit, present: readonly Explanation[], rules: Rules): Explanation | null {
  let best: Explanation | null = null;
  let lowest = Number.POSITIVE_INFINITY;
  const consider = (kind: Explanation['kind'], at: number, gained: number): void => {
    if (!(gained > 0)) return;
    const cost = likelihood(stage, fit.rest - gained) + chargeOf(kind, at, rules.charges);
    if (cost < lowest) {
      lowest = cost;
      best = { kind, at };
    }
  };
  const taken = present.filter(({ kind }) => kind === 'step').map(({ at }) => at);
  const { minimumPoints } = rules;
  let place = -1;
  let most = 0;
  for (let at = minimumPoints; rules.steps && at <= stage.count - minimumPoints; at++) {
    const gained = fit.gainOfStep(at);
    if (gained > most && taken.every((other) => Math.abs(other - at) >= minimumPoints)) {
      most = gained;
      place = at;
    }
  }
  consider('step', place, most);
  for (let at = 0; at < stage.bends.length; at++)
    if (!present.some((other) => other.kind === 'bend' && other.at === at)) consider('bend', at, fit.gainOfBend(at));
  return best;
}

const found = (stage: Stage, explanations: readonly Explanation[], charges: Charges): Found => ({
  explanations,
  cost: costOf(stage, stage.fit(explanations).rest, explanations, charges),
});

const costOf = (stage: Stage, rest: number, explanations: readonly Explanation[], charges: Charges): number =>
  explanations.reduce((sum, { kind, at }) => sum + chargeOf(kind, at, charges), likelihood(stage, rest));

const likelihood = (stage: Stage, rest: number): number =>
  stage.count * Math.log(Math.max(stage.floor, rest)) + stage.filter.logDeterminant;

const chargeOf = (kind: Explanation['kind'], at: number, charges: Charges): number =>
  kind === 'step' ? charges.step : at === 0 ? charges.line : charges.bend;
