import type { Noise } from '../noise-filter.ts';
import { type Competition, explainPossibly, type Model } from './compete.ts';
import type { Cause, Explanation } from './explanations.ts';
import { Projection } from './projection.ts';
import { WhitenedColumns } from './whitened-columns.ts';
import { Whitener } from './whitener.ts';

/** Explanations in one list; the fixed ones stand first. */
export interface Cast {
  readonly explanations: readonly Explanation[];
  readonly fixedCount: number;
  readonly growths: readonly number[];
  readonly rivals: readonly number[];
  readonly binHours: number;
  /** Variance of the noise is not believed to be smaller. */
  readonly varianceFloor: number;
}

/** All models under one noise. */
export interface Contest {
  /** The best with growth; null where no growth was worth trying. Its growth is the first of its chosen. */
  readonly growth: Model | null;
  readonly without: Model;
  /** All that were tried. */
  readonly withGrowth: readonly Model[];
  readonly withoutGrowth: readonly Model[];
  readonly variance: number;
  /** Whitened columns of the explanations. */
  readonly white: WhitenedColumns;
  readonly whiteY: Float64Array;
  /** Fixed explanations only. */
  readonly base: Projection;
  readonly whitener: Whitener;
}

const MOST_RIVALS = 6;
/** A deploy or two a day. More would draw any line as a staircase. */
const MOST_STEPS = 4;
/** A greedy choice passes by some sets of explanations, so it is also begun with the best of each of these. */
const BEGIN_WITH: readonly Cause[] = ['saturation', 'step', 'load_history', 'collection'];
/** Sets that explain a rise by one mechanism alone: a staircase, several caches. */
const ALONE: readonly Cause[] = ['step', 'saturation'];

/** Growth that is this much less likely than the rest is not worth a closer look. */
const HOPELESS = -20;

/**
 * Lets models with growth and models without it compete to explain `y`. A `quick` one begins with nothing only: enough to learn
 * the noise, and the answer where growth has no chance.
 */
export function contest(cast: Cast, observed: Uint8Array, y: Float64Array, noise: Noise, quick = false): Contest {
  const { explanations, fixedCount, rivals, varianceFloor } = cast;
  const whitener = new Whitener(observed, noise);
  const white = new WhitenedColumns(explanations, whitener, cast.binHours);
  const whiteY = whitener.whiten(y);
  const base = Projection.of(white, whiteY);
  for (let column = 0; column < fixedCount; column++) base.join(column);
  const varianceOf = (projection: Projection): number =>
    Math.max(varianceFloor, projection.rest / Math.max(1, whitener.count - projection.members.length));
  // Steps into a stretch that nobody saw are all the same; the one at its end stands for them.
  const seen = rivals.filter((at) => {
    const one = explanations[at];
    return one?.cause !== 'step' || observed[Math.round((one.hour ?? 0) / cast.binHours)] === 1;
  });
  const ofCause = (cause: Cause): number[] => seen.filter((at) => explanations[at]?.cause === cause);

  const letCompete = (variance: number, beginnings: readonly number[][], alone: readonly Cause[]): Contest => {
    const competition: Competition = {
      explanations,
      pool: seen,
      variance,
      most: MOST_RIVALS,
      mostSteps: MOST_STEPS,
      stepDistanceHours: Math.max(1.5, 3 * cast.binHours),
    };
    const withoutGrowth = [
      ...beginnings.flatMap((forced) => explainPossibly(base, forced, competition, whiteY) ?? []),
      ...alone.flatMap((cause) => explainPossibly(base, [], { ...competition, pool: ofCause(cause) }, whiteY) ?? []),
    ];
    const withGrowth = worthTrying(base, cast, variance).flatMap((place) =>
      beginnings.flatMap((forced) => explainPossibly(base, [place, ...forced], competition, whiteY) ?? []),
    );
    return {
      growth: withGrowth.length === 0 ? null : bestModel(withGrowth),
      without: bestModel(withoutGrowth),
      withGrowth,
      withoutGrowth,
      variance,
      white,
      whiteY,
      base,
      whitener,
    };
  };

  // The variance comes from the best model, and the best model from the variance: twice is enough.
  const first = letCompete(varianceOf(base), [[]], []);
  const second = letCompete(varianceOf(bestOfContest(first).projection), [[]], []);
  if (quick || second.growth === null || second.growth.evidence - second.without.evidence < HOPELESS) return second;
  const beginnings: number[][] = [
    [],
    ...BEGIN_WITH.flatMap((cause) => {
      const best = bestOf(base, explanations, ofCause(cause));
      return best === null ? [] : [[best]];
    }),
  ];
  return letCompete(varianceOf(bestOfContest(second).projection), beginnings, ALONE);
}

/** The most likely model of all. */
export const bestOfContest = ({ growth, without }: Contest): Model =>
  growth !== null && growth.evidence > without.evidence ? growth : without;

const bestModel = (models: readonly Model[]): Model =>
  models.reduce((best, one) => (one.evidence > best.evidence ? one : best));

/** The best growth of each clock from the start, and the best of each with a later onset. */
function worthTrying(base: Projection, { explanations, growths }: Cast, variance: number): number[] {
  const groups = Map.groupBy(growths, (at) => `${explanations[at]?.clock} ${explanations[at]?.hour === 0}`);
  return [...groups.values()].flatMap((group) => {
    const best = bestOf(base, explanations, group);
    return best !== null && (base.along[best] ?? 0) ** 2 > variance * (base.left[best] ?? 0) ? [best] : [];
  });
}

function bestOf(base: Projection, explanations: readonly Explanation[], places: readonly number[]): number | null {
  let best: number | null = null;
  let most = 0;
  for (const place of places) {
    const along = base.along[place] ?? 0;
    if (base.isCollinear(place) || (explanations[place]?.rising === true && along <= 0)) continue;
    const gain = (along * along) / (base.left[place] ?? 1);
    if (gain > most) {
      most = gain;
      best = place;
    }
  }
  return best;
}

/** Coefficient of a column that joins after others, and its standard error. `columns` are whitened. */
export function lastCoefficient(
  columns: readonly Float64Array[],
  whiteY: Float64Array,
  variance: number,
): { value: number; error: number } | null {
  const projection = Projection.of(columns, whiteY);
  const last = columns.length - 1;
  for (let column = 0; column < last; column++) projection.join(column);
  if (last < 0 || projection.isCollinear(last)) return null;
  return { value: projection.coefficient(last), error: Math.sqrt(variance / (projection.left[last] ?? 1)) };
}
