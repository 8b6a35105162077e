import { dot } from '../vectors.ts';
import type { Explanation } from './explanations.ts';
import type { ColumnSet } from './projection.ts';
import type { Whitener } from './whitener.ts';

/**
 * The columns of all explanations, whitened. Two thirds of them are steps, whose products and lengths the whitener knows
 * without their columns; these are made for the few that are chosen.
 */
export class WhitenedColumns implements ColumnSet {
  readonly count: number;
  readonly lengths: Float64Array;
  readonly #explanations: readonly Explanation[];
  readonly #whitener: Whitener;
  readonly #white: (Float64Array | undefined)[];
  /** Place of the first observed bin of each step; -1 for what is no step. */
  readonly #stepAt: Int32Array;

  constructor(explanations: readonly Explanation[], whitener: Whitener, binHours: number) {
    this.count = explanations.length;
    this.#explanations = explanations;
    this.#whitener = whitener;
    this.#stepAt = new Int32Array(this.count).fill(-1);
    this.#white = explanations.map((one, at) => {
      if (one.cause !== 'step') return whitener.whiten(one.column);
      this.#stepAt[at] = whitener.firstObservedFrom(Math.round((one.hour ?? 0) / binHours));
      return undefined;
    });
    const lengthsOfSteps = whitener.squaredLengthsOfSteps();
    this.lengths = new Float64Array(this.count);
    for (let at = 0; at < this.count; at++) {
      const own = this.#white[at];
      this.lengths[at] = own === undefined ? (lengthsOfSteps[this.#stepAt[at] ?? 0] ?? 0) : dot(own, own);
    }
  }

  column(at: number): Float64Array | undefined {
    const one = this.#explanations[at];
    if (one === undefined) return undefined;
    this.#white[at] ??= this.#whitener.whiten(one.column);
    return this.#white[at];
  }

  products(vector: Float64Array): Float64Array {
    const withSteps = this.#whitener.productsWithSteps(vector);
    const products = new Float64Array(this.count);
    for (let at = 0; at < this.count; at++) {
      const step = this.#stepAt[at] ?? -1;
      const own = this.#white[at];
      products[at] = step >= 0 ? (withSteps[step] ?? 0) : own === undefined ? 0 : dot(own, vector);
    }
    return products;
  }
}
