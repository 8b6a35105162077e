import { type Noise, NoiseFilter } from '../noise-filter.ts';
import { addScaled, dot } from '../vectors.ts';
import { columnOf, type Design, type Explanation } from './design.ts';
import { COLLINEAR, leastSquares, type Solution } from './least-squares.ts';
import type { Readings } from './readings.ts';

/** A series under one noise, whitened once: after that every fit is inner products. */
export class Stage {
  readonly noise: Noise;
  readonly count: number;
  readonly values: Float64Array;
  readonly base: readonly Float64Array[];
  readonly bends: readonly Float64Array[];
  readonly squaredStepLengths: Float64Array;
  readonly squaredBendLengths: Float64Array;
  readonly filter: NoiseFilter;
  /** Sum of squares below which nothing is left to explain but rounding. */
  readonly floor: number;
  readonly #design: Design;
  readonly #steps = new Map<number, Float64Array>();

  constructor(readings: Readings, design: Design, noise: Noise) {
    this.noise = noise;
    this.filter = new NoiseFilter(readings.distances, noise);
    this.count = readings.values.length;
    this.values = this.filter.whiten(readings.values);
    this.base = design.base.map((column) => this.filter.whiten(column));
    this.bends = design.bends.map((column) => this.filter.whiten(column));
    this.squaredStepLengths = this.filter.squaredLengthsOfSteps();
    this.squaredBendLengths = Float64Array.from(this.bends, (bend) => dot(bend, bend));
    this.floor = readings.rounding * this.filter.energyOfWhiteNoise();
    this.#design = design;
  }

  /** The whitened column of an explanation. */
  columnOf(explanation: Explanation): Float64Array {
    const known = explanation.kind === 'bend' ? this.bends[explanation.at] : this.#steps.get(explanation.at);
    if (known !== undefined) return known;
    const made = this.filter.whiten(columnOf(this.#design, explanation));
    this.#steps.set(explanation.at, made);
    return made;
  }

  /** Least squares with the base and the given explanations; coefficients and gains are those of the explanations. */
  fit(explanations: readonly Explanation[]): Solution & { level: number } {
    const columns = [...this.base, ...explanations.map((explanation) => this.columnOf(explanation))];
    const { coefficients, gains, ...whole } = leastSquares(columns, this.values);
    const own = this.base.length;
    return {
      ...whole,
      coefficients: coefficients.subarray(own),
      gains: gains.subarray(own),
      level: coefficients[0] ?? 0,
    };
  }
}

/**
 * Least squares over a growing basis that knows at any time what every further step and bend would gain: after each column
 * that joins, their lengths outside of the basis and their products with what is left are brought up to date.
 */
export class GrowingFit {
  /** Every fit of a stage begins with the same columns. */
  static readonly #ofBase = new WeakMap<Stage, GrowingFit>();
  /** Sum of squares that the basis leaves. */
  rest: number;
  readonly #stage: Stage;
  readonly #left: Float64Array;
  readonly #directions: Float64Array[];
  readonly #stepOutside: Float64Array;
  readonly #stepAlong: Float64Array;
  readonly #bendOutside: Float64Array;
  readonly #bendAlong: Float64Array;

  private constructor(stage: Stage, from: GrowingFit | null) {
    this.#stage = stage;
    this.#left = (from === null ? stage.values : from.#left).slice();
    this.#directions = from === null ? [] : [...from.#directions];
    this.#stepOutside = (from === null ? stage.squaredStepLengths : from.#stepOutside).slice();
    this.#stepAlong = from === null ? stage.filter.productsWithSteps(stage.values) : from.#stepAlong.slice();
    this.#bendOutside = (from === null ? stage.squaredBendLengths : from.#bendOutside).slice();
    this.#bendAlong =
      from === null ? Float64Array.from(stage.bends, (bend) => dot(bend, stage.values)) : from.#bendAlong.slice();
    this.rest = from === null ? dot(stage.values, stage.values) : from.rest;
  }

  /** A fit with the base and the given explanations. */
  static of(stage: Stage, explanations: readonly Explanation[]): GrowingFit {
    let base = GrowingFit.#ofBase.get(stage);
    if (base === undefined) {
      base = new GrowingFit(stage, null);
      for (const column of stage.base) base.#join(column);
      GrowingFit.#ofBase.set(stage, base);
    }
    const fit = new GrowingFit(stage, base);
    for (const explanation of explanations) fit.join(explanation);
    return fit;
  }

  /** Sum of squares that a step from the point `at` on would take off the rest. */
  gainOfStep(at: number): number {
    return gain(this.#stepOutside[at] ?? 0, this.#stepAlong[at] ?? 0, this.#stage.squaredStepLengths[at] ?? 0);
  }

  /** Sum of squares that a slow explanation would take off the rest. */
  gainOfBend(at: number): number {
    return gain(this.#bendOutside[at] ?? 0, this.#bendAlong[at] ?? 0, this.#stage.squaredBendLengths[at] ?? 0);
  }

  join(explanation: Explanation): void {
    this.#join(this.#stage.columnOf(explanation));
  }

  #join(column: Float64Array): void {
    const { bends, filter } = this.#stage;
    const direction = column.slice();
    for (const member of this.#directions) addScaled(direction, -dot(direction, member), member);
    const own = dot(direction, direction);
    if (!(own > COLLINEAR * dot(column, column))) return;
    const length = Math.sqrt(own);
    for (let at = 0; at < direction.length; at++) direction[at] = (direction[at] ?? 0) / length;
    const onto = dot(this.#left, direction);
    addScaled(this.#left, -onto, direction);
    this.rest = dot(this.#left, this.#left);
    const steps = filter.productsWithSteps(direction);
    for (let at = 0; at < steps.length; at++) {
      const share = steps[at] ?? 0;
      this.#stepOutside[at] = (this.#stepOutside[at] ?? 0) - share * share;
      this.#stepAlong[at] = (this.#stepAlong[at] ?? 0) - share * onto;
    }
    for (const [at, bend] of bends.entries()) {
      const share = dot(bend, direction);
      this.#bendOutside[at] = (this.#bendOutside[at] ?? 0) - share * share;
      this.#bendAlong[at] = (this.#bendAlong[at] ?? 0) - share * onto;
    }
    this.#directions.push(direction);
  }
}

/** Too little outside of the basis is rounding: it explains nothing. */
const gain = (outside: number, along: number, whole: number): number =>
  outside > 1e-6 * whole ? (along * along) / outside : 0;
