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
    const places: number[] = [];
    for (let bin = 0; bin < observed.length; bin++) if (observed[bin] === 1) places.push(bin);
    this.#places = Int32Array.from(places);
    const distances = Float64Array.from(places, (bin, at) => (places[at + 1] ?? bin + 1) - bin);
    this.#filter = new NoiseFilter(distances, noise);
    this.count = places.length;
    this.logDeterminant = this.#filter.logDeterminant;
  }

  /** The whitened column: one value for each observed bin. */
  whiten(column: Float64Array): Float64Array {
    // A loop: this is the innermost part of the search for the noise, and `from` with a mapper is slow.
    const observed = new Float64Array(this.count);
    for (let at = 0; at < observed.length; at++) observed[at] = column[this.#places[at] ?? 0] ?? 0;
    return this.#filter.whiten(observed);
  }
}
