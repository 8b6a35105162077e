import { type Noise, NoiseFilter } from '../noise-filter.ts';

/** Whitens columns over bins of which some are not observed: a gap is a longer distance, nothing else. */
export class Whitener {
  /** Number of observed bins: the length of a whitened column. */
  readonly count: number;
  /** Log of the determinant of the noise's covariance. */
  readonly logDeterminant: number;
  readonly #places: Int32Array;
  readonly #filter: NoiseFilter;

  constructor(observed: Uint8Array, noise: Noise) {
    const places = new Int32Array(observed.length);
    let count = 0;
    for (let bin = 0; bin < observed.length; bin++) if (observed[bin] === 1) places[count++] = bin;
    const distances = new Float64Array(count).fill(1);
    for (let at = 0; at + 1 < count; at++) distances[at] = (places[at + 1] ?? 0) - (places[at] ?? 0);
    this.#places = places.subarray(0, count);
    this.#filter = new NoiseFilter(distances, noise);
    this.count = count;
    this.logDeterminant = this.#filter.logDeterminant;
  }

  /** The whitened column: one value for each observed bin. */
  whiten(column: Float64Array): Float64Array {
    // A loop: this is the innermost part of the search for the noise, and `from` with a mapper is slow.
    const observed = new Float64Array(this.count);
    for (let at = 0; at < observed.length; at++) observed[at] = column[this.#places[at] ?? 0] ?? 0;
    return this.#filter.whiten(observed);
  }

  /** Place among the observed bins of the first that is not before `bin`; {@link count} when there is none. */
  firstObservedFrom(bin: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#places[middle] ?? 0) < bin) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Products of a whitened column with the whitened steps that begin at each observed bin. */
  productsWithSteps(white: Float64Array): Float64Array {
    return this.#filter.productsWithSteps(white);
  }

  /** Squared lengths of those steps. */
  squaredLengthsOfSteps(): Float64Array {
    return this.#filter.squaredLengthsOfSteps();
  }
}
