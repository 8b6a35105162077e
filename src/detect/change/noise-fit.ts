import { type Noise, NoiseFilter } from '../noise-filter.ts';
import { median } from '../order-statistics.ts';
import { leastSquares } from './least-squares.ts';
import type { Readings } from './readings.ts';

/** From white noise to one that can hardly be told from a random walk over the few hundred points of a run. */
const CORRELATIONS = [0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98];
const WHITE_RATIOS = [0, 0.3, 1.5, 6];
/** Where the search begins beside the given place: much of both parts. */
const MIXED = { row: 7, column: 2 };
const MOST_AT_START = 0.95;

/**
 * Correlation of neighbours, from the medians of differences over one and two points: changes of level touch only few
 * differences, so they do not pass for correlation (Chakar, Lebarbier, Lévy-Leduc, Robin, Bernoulli 23, 2017, eq. 5).
 * Between 0 and 0.95; a line is taken out.
 */
export function correlationBesideSteps(values: Float64Array): number {
  const over = (points: number): number => {
    const differences = values.subarray(points).map((value, at) => value - (values[at] ?? 0));
    const middle = median(differences);
    return median(differences.map((difference) => Math.abs(difference - middle)));
  };
  const one = over(1);
  if (!(one > 0)) return 0;
  return Math.min(MOST_AT_START, Math.max(0, (over(2) / one) ** 2 - 1));
}

type Measured = Pick<Readings, 'distances' | 'values' | 'rounding'>;

interface Cell {
  readonly noise: Noise;
  readonly filter: NoiseFilter;
  readonly values: Float64Array;
  readonly base: readonly Float64Array[];
  /** Sum of squares that is rounding. */
  readonly floor: number;
}

/** The noise of a series beside its base and what else explains it; asked again and again while explanations change. */
export class NoiseGrid {
  readonly #readings: Measured;
  readonly #base: readonly Float64Array[];
  readonly #cells = new Map<number, Cell>();

  constructor(readings: Measured, base: readonly Float64Array[]) {
    this.#readings = readings;
    this.#base = base;
  }

  /**
   * Noise beside the base and the given columns by restricted maximum likelihood (Harville, JASA 72, 1977) on a small grid,
   * downhill from `start` and from a mixture; the better end. `start` where nothing but rounding is left.
   */
  fit(columns: readonly Float64Array[], start: Noise): Noise {
    const { values, rounding } = this.#readings;
    if (leastSquares([...this.#base, ...columns], values).rest <= rounding * values.length) return start;
    const costs = new Map<number, number>();
    const costAt = (row: number, column: number): number => {
      if (!(row in CORRELATIONS) || !(column in WHITE_RATIOS)) return Number.POSITIVE_INFINITY;
      const key = keyOf(row, column);
      const cost = costs.get(key) ?? restrictedCost(this.#cellAt(row, column), columns);
      costs.set(key, cost);
      return cost;
    };
    const downhill = (row: number, column: number): { noise: Noise; cost: number } => {
      const here = costAt(row, column);
      for (const [down, across] of NEIGHBOURS)
        if (costAt(row + down, column + across) < here) return downhill(row + down, column + across);
      return { noise: this.#cellAt(row, column).noise, cost: here };
    };
    const near = downhill(nearest(CORRELATIONS, start.correlation), nearest(WHITE_RATIOS, start.whiteRatio));
    const mixed = downhill(MIXED.row, MIXED.column);
    return mixed.cost < near.cost ? mixed.noise : near.noise;
  }

  #cellAt(row: number, column: number): Cell {
    const key = keyOf(row, column);
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    const noise = { correlation: CORRELATIONS[row] ?? 0, whiteRatio: WHITE_RATIOS[column] ?? 0 };
    const { distances, values, rounding } = this.#readings;
    const filter = new NoiseFilter(distances, noise);
    const made: Cell = {
      noise,
      filter,
      values: filter.whiten(values),
      base: this.#base.map((own) => filter.whiten(own)),
      floor: rounding * filter.energyOfWhiteNoise(),
    };
    this.#cells.set(key, made);
    return made;
  }
}

const keyOf = (row: number, column: number): number => row * WHITE_RATIOS.length + column;

const NEIGHBOURS = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;

function restrictedCost({ filter, values, base, floor }: Cell, columns: readonly Float64Array[]): number {
  const { rest, rank, logInformation } = leastSquares([...base, ...columns.map((own) => filter.whiten(own))], values);
  const degrees = Math.max(1, values.length - rank);
  return filter.logDeterminant + degrees * Math.log(Math.max(floor, rest)) + logInformation;
}

function nearest(values: readonly number[], wanted: number): number {
  let best = 0;
  for (const [at, value] of values.entries())
    if (Math.abs(value - wanted) < Math.abs((values[best] ?? 0) - wanted)) best = at;
  return best;
}
