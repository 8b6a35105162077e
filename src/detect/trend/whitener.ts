/**
 * Noise of a series of bins: a slow part that remembers (first-order autoregression, stationary variance 1) and a white part.
 * A process memory has both: what it holds today it mostly held an hour ago, and each reading errs by itself.
 */
export interface Noise {
  /** Correlation of the slow part from one bin to the next, in [0, 1). */
  phi: number;
  /** Variance of the white part, the slow one's being 1. */
  whiteRatio: number;
}

/**
 * Makes columns white under a {@link Noise}, with gaps: the innovations of the Kalman filter, each over its standard
 * deviation (Harvey, Forecasting, Structural Time Series Models and the Kalman Filter, 1989, §3.4; least squares on them is
 * generalised least squares on the column).
 */
export class Whitener {
  /** Number of observed bins: the length of a whitened column. */
  readonly count: number;
  /** Log of the determinant of the noise's covariance. */
  readonly logDeterminant: number;
  readonly #observed: Uint8Array;
  readonly #phi: number;
  readonly #gain: Float64Array;
  readonly #scale: Float64Array;

  constructor(observed: Uint8Array, { phi, whiteRatio }: Noise) {
    const length = observed.length;
    this.#observed = observed;
    this.#phi = phi;
    this.#gain = new Float64Array(length);
    this.#scale = new Float64Array(length);
    let variance = 1;
    let logDeterminant = 0;
    let count = 0;
    for (let bin = 0; bin < length; bin++) {
      if (observed[bin] === 1) {
        const total = variance + whiteRatio;
        this.#gain[bin] = variance / total;
        this.#scale[bin] = 1 / Math.sqrt(total);
        logDeterminant += Math.log(total);
        variance = (variance * whiteRatio) / total;
        count++;
      }
      variance = phi * phi * variance + 1 - phi * phi;
    }
    this.count = count;
    this.logDeterminant = logDeterminant;
  }

  /** The whitened column: one value for each observed bin. */
  whiten(column: Float64Array): Float64Array {
    const white = new Float64Array(this.count);
    const observed = this.#observed;
    const gain = this.#gain;
    const scale = this.#scale;
    const phi = this.#phi;
    let expected = 0;
    let at = 0;
    for (let bin = 0; bin < observed.length; bin++) {
      if (observed[bin] === 1) {
        const innovation = (column[bin] ?? 0) - expected;
        white[at++] = innovation * (scale[bin] ?? 0);
        expected += (gain[bin] ?? 0) * innovation;
      }
      expected *= phi;
    }
    return white;
  }
}
