import type { Stretch } from '../base/stretches.ts';
import { GrowingArray } from '../detect/columns/growing-array.ts';
import type { Clocked } from '../detect/trend/bins.ts';
import { firstFrom } from '../detect/trend/bins.ts';
import { emptySketch, mergeSketch, quantileOf, type Sketch } from '../model/sketch.ts';
import { profileHours, type RunClock } from './run-clock.ts';

/** A quantile, and how many requests one reading of it needs. */
export interface Quantile {
  quantile: number;
  needed: number;
}

/** Durations of a stretch of real time. */
export interface DurationSlice extends Stretch {
  durationsMs: Sketch;
}

/** Readings of a quantile from slices, one after the other: merged until there are requests enough for one. */
export class QuantileReadings {
  /** Of all slices. */
  requests = 0;
  readonly #of: Quantile;
  readonly #clock: RunClock;
  readonly #hours = new GrowingArray();
  readonly #values = new GrowingArray();
  #waiting: DurationSlice | null = null;

  constructor(of: Quantile, clock: RunClock) {
    this.#of = of;
    this.#clock = clock;
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
    const middleHour = profileHours(this.#clock, (merged.fromMs + merged.untilMs) / 2);
    this.#hours.push(Math.max(middleHour, Math.floor(profileHours(this.#clock, slice.fromMs) + 1e-9)));
    this.#values.push(value);
  }

  /** Those before the hour. */
  before(hour: number): Clocked {
    const hours = this.#hours.values();
    const end = firstFrom(hours, hour - 1e-9);
    return { hours: hours.slice(0, end), values: this.#values.values().slice(0, end) };
  }
}

const nothing = ({ fromMs, untilMs }: DurationSlice): DurationSlice => ({
  fromMs,
  untilMs,
  durationsMs: emptySketch(),
});

/** Adds to the first. */
function together(waiting: DurationSlice, { untilMs, durationsMs }: DurationSlice): DurationSlice {
  mergeSketch(waiting.durationsMs, durationsMs);
  return { ...waiting, untilMs };
}
