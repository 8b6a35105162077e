import type { Stretch } from '../base/stretches.ts';
import { REQUESTS_FOR_QUANTILE } from '../model/least-evidence.ts';
import { emptySketch, mergeSketch, type Sketch } from '../model/sketch.ts';
import { type Quantile, QuantileReadings } from './quantile-readings.ts';
import type { RunClock } from './run-clock.ts';

export const P95: Quantile = { quantile: 0.95, needed: REQUESTS_FOR_QUANTILE.p95 };
export const MEDIAN: Quantile = { quantile: 0.5, needed: REQUESTS_FOR_QUANTILE.p50 };

/** A quantile of the durations of `ok` requests: of all together, and of each name. */
export class LatencyReadings {
  readonly all: QuantileReadings;
  readonly byName = new Map<string, QuantileReadings>();
  readonly #of: Quantile;
  readonly #clock: RunClock;

  constructor(of: Quantile, clock: RunClock) {
    this.#of = of;
    this.#clock = clock;
    this.all = new QuantileReadings(of, clock);
  }

  /** The durations of one judged slice, by name. Slices come in order of time. */
  add({ fromMs, untilMs }: Stretch, durations: ReadonlyMap<string, Sketch>): void {
    const durationsMs = emptySketch();
    for (const [name, own] of durations) {
      mergeSketch(durationsMs, own);
      let readings = this.byName.get(name);
      if (readings === undefined) {
        readings = new QuantileReadings(this.#of, this.#clock);
        this.byName.set(name, readings);
      }
      readings.add({ fromMs, untilMs, durationsMs: own });
    }
    this.all.add({ fromMs, untilMs, durationsMs });
  }
}
