import type { Sample } from '../model/sample.ts';

/** What the readings of one series within one interval add up to. A null reading counts for nothing. */
export class Aggregate {
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #sum = 0;
  #last: number | null = null;
  #readings = 0;

  /** A value that is not finite is no value. */
  add(value: number | null): void {
    if (value === null || !Number.isFinite(value)) return;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    this.#sum += value;
    this.#last = value;
    this.#readings++;
  }

  /** `last` is the last value there was: a later reading without one does not erase it. */
  sample(series: string, atMs: number): Sample {
    const readings = this.#readings;
    if (readings === 0) return { series, atMs, min: null, mean: null, max: null, last: null, readings };
    // A sum of large values may round past its own extremes.
    const mean = Math.min(this.#max, Math.max(this.#min, this.#sum / readings));
    return { series, atMs, min: this.#min, mean, max: this.#max, last: this.#last, readings };
  }
}
