import { GrowingArray } from '../detect/columns/growing-array.ts';
import type { Clocked } from '../detect/trend/bins.ts';
import { firstFrom } from '../detect/trend/bins.ts';
import { emptySketch, mergeSketch, quantileOf, type Sketch } from '../model/sketch.ts';

/** A quantile, and how many requests one reading of it needs. */
export interface Quantile {
  quantile: number;
  needed: number;
}

/** Durations of a stretch, by the detectors' clock. */
export interface DurationSlice {
  fromHour: number;
  untilHour: number;
  durationsMs: Sketch;
}

/** Readings of a quantile from slices, one after the other: merged until there are requests enough for one. */
export class QuantileReadings {
  /** Of all slices. */
  requests = 0;
  readonly #of: Quantile;
  readonly #hours = new GrowingArray();
  readonly #values = new GrowingArray();
  #waiting: DurationSlice | null = null;

  constructor(of: Quantile) {
    this.#of = of;
  }

  /** In order of time. */
  add(slice: DurationSlice): void {
    if (slice.durationsMs.count === 0) return;
    this.requests += slice.durationsMs.count;
    const merged = this.#waiting === null ? slice : together(this.#waiting, slice);
    if (merged.durationsMs.count < this.#of.needed) {
      // Somebody else's sketch is not to be changed.
      this.#waiting = merged === slice ? together(nothing(slice), slice) : merged;
      return;
    }
    this.#waiting = null;
    const value = quantileOf(merged.durationsMs, this.#of.quantile);
    if (value === null) return;
    // At the middle of what was merged, but in the hour of its last slice: what stands before a whole hour is of before it.
    this.#hours.push(Math.max((merged.fromHour + merged.untilHour) / 2, Math.floor(slice.fromHour + 1e-9)));
    this.#values.push(value);
  }

  /** Those before the hour. */
  before(hour: number): Clocked {
    const hours = this.#hours.values();
    const end = firstFrom(hours, hour - 1e-9);
    return { hours: hours.slice(0, end), values: this.#values.values().slice(0, end) };
  }
}

const nothing = ({ fromHour, untilHour }: DurationSlice): DurationSlice => ({
  fromHour,
  untilHour,
  durationsMs: emptySketch(),
});

/** Adds to the first. */
function together(waiting: DurationSlice, { untilHour, durationsMs }: DurationSlice): DurationSlice {
  mergeSketch(waiting.durationsMs, durationsMs);
  return { ...waiting, untilHour };
}
