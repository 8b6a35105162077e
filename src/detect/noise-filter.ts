/**
 * Noise of a series of bins: a slow part that remembers (first-order autoregression, stationary variance 1) and a white
 * part. The level of a process wanders, and each reading errs by itself.
 */
export interface Noise {
  /** Correlation of the slow part over one typical spacing, in [0, 1). */
  readonly correlation: number;
  /** Variance of the white part, the slow one's being 1. */
  readonly whiteRatio: number;
}

/**
 * Makes columns white under a {@link Noise}: the innovations of the Kalman filter, each over its standard deviation
 * (Harvey, Forecasting, Structural Time Series Models and the Kalman Filter, 1989, §3.4). Least squares on whitened columns
 * is generalised least squares on the columns. A gap is a longer distance, nothing else.
 */
export class NoiseFilter {
  /** Log of the determinant of the noise's covariance. */
  readonly logDeterminant: number;
  readonly #carry: Float64Array;
  readonly #gain: Float64Array;
  readonly #scale: Float64Array;

  /** `distances`: from each point to the next in typical spacings; the last one does not matter. */
  constructor(distances: Float64Array, { correlation, whiteRatio }: Noise) {
    const count = distances.length;
    this.#carry = new Float64Array(count);
    this.#gain = new Float64Array(count);
    this.#scale = new Float64Array(count);
    let variance = 1;
    let logDeterminant = 0;
    for (let at = 0; at < count; at++) {
      const total = variance + whiteRatio;
      const distance = distances[at] ?? 1;
      const carry = distance === 1 ? correlation : correlation ** distance;
      this.#carry[at] = carry;
      this.#gain[at] = variance / total;
      this.#scale[at] = 1 / Math.sqrt(total);
      logDeterminant += Math.log(total);
      variance = (carry * carry * variance * whiteRatio) / total + 1 - carry * carry;
    }
    this.logDeterminant = logDeterminant;
  }

  /** The whitened column. */
  whiten(column: Float64Array): Float64Array {
    const white = new Float64Array(column.length);
    let expected = 0;
    for (let at = 0; at < column.length; at++) {
      const innovation = (column[at] ?? 0) - expected;
      white[at] = innovation * (this.#scale[at] ?? 0);
      expected = (this.#carry[at] ?? 0) * (expected + (this.#gain[at] ?? 0) * innovation);
    }
    return white;
  }

  /**
   * Products of a white column with every whitened step (0 before a point, 1 from it on), by its place. The transposed
   * filter, run backwards, meets each step as a suffix sum: all of them cost as much as one.
   */
  productsWithSteps(white: Float64Array): Float64Array {
    const products = new Float64Array(white.length);
    let later = 0;
    let sum = 0;
    for (let at = white.length - 1; at >= 0; at--) {
      const carry = this.#carry[at] ?? 0;
      const pull = (white[at] ?? 0) * (this.#scale[at] ?? 0) + later * carry * (this.#gain[at] ?? 0);
      later = later * carry - pull;
      sum += pull;
      products[at] = sum;
    }
    return products;
  }

  /**
   * Squared lengths of every whitened step, by its place. What a step adds from a point on is a quadratic
   * `square · m² + linear · m + constant` in the level `m` that the filter expects there; at the step itself it expects 0.
   */
  squaredLengthsOfSteps(): Float64Array {
    const count = this.#scale.length;
    const lengths = new Float64Array(count);
    let square = 0;
    let linear = 0;
    let constant = 0;
    for (let at = count - 1; at >= 0; at--) {
      const precision = (this.#scale[at] ?? 0) ** 2;
      const carry = this.#carry[at] ?? 0;
      const gain = this.#gain[at] ?? 0;
      const kept = carry * (1 - gain);
      const learnt = carry * gain;
      constant += precision + square * learnt * learnt + linear * learnt;
      linear = -2 * precision + 2 * square * kept * learnt + linear * kept;
      square = precision + square * kept * kept;
      lengths[at] = constant;
    }
    return lengths;
  }

  /** Expected sum of squares of white noise of variance 1 after whitening: the trace of the inverse covariance. */
  energyOfWhiteNoise(): number {
    let energy = 0;
    let square = 0;
    for (let at = this.#scale.length - 1; at >= 0; at--) {
      const precision = (this.#scale[at] ?? 0) ** 2;
      const carry = this.#carry[at] ?? 0;
      const gain = this.#gain[at] ?? 0;
      energy += precision + square * (carry * gain) ** 2;
      square = precision + square * (carry * (1 - gain)) ** 2;
    }
    return energy;
  }
}
