/** A series is a sum of components, each with its own reason and its own random source. */
import type { Draw } from './draw.ts';
import type { Moment } from './moment.ts';

export interface Component {
  /**
   * What it adds to the level without a fault: garbage just collected, warm-up over, caches filled. `measured`: its mean
   * over the tenth of the readings whose load is nearest to the median.
   */
  settled: number | 'measured';
  /** Still referenced after a full collection, so also part of a heap that is read after one. */
  live: boolean;
  /** Garbage of a collector: a target that has it can also read its heap after a collection. */
  garbage?: true;
  /** Begins a run; the function is then asked at each reading in turn. */
  start(draw: Draw): (moment: Moment) => number;
}

/** The values of all components together, at each reading. */
export function sumOf(components: readonly Component[], moments: readonly Moment[], draw: Draw): Float64Array {
  const sum = new Float64Array(moments.length);
  for (const [index, component] of components.entries()) {
    const values = valuesOf(component, moments, draw.part(`component ${index}`));
    for (const [reading, value] of values.entries()) sum[reading] = (sum[reading] ?? 0) + value;
  }
  return sum;
}

/** The level that the components settle at; the same draw as for `sumOf`. */
export function settledLevel(components: readonly Component[], moments: readonly Moment[], draw: Draw): number {
  let level = 0;
  const nearest = nearMedianLoad(moments);
  for (const [index, component] of components.entries()) {
    if (component.settled !== 'measured') {
      level += component.settled;
      continue;
    }
    const values = valuesOf(component, moments, draw.part(`component ${index}`));
    const near = nearest.map((reading) => values[reading] ?? 0);
    level += near.reduce((total, value) => total + value, 0) / Math.max(1, near.length);
  }
  return level;
}

function valuesOf(component: Component, moments: readonly Moment[], draw: Draw): Float64Array {
  return Float64Array.from(moments, component.start(draw));
}

/** Readings of the first two hours are left out: what rises with the load has not yet come to rest. */
function nearMedianLoad(moments: readonly Moment[]): number[] {
  return [...moments.entries()]
    .filter(([, moment]) => moment.hour > 2)
    .sort(([, a], [, b]) => Math.abs(a.load - 1) - Math.abs(b.load - 1))
    .slice(0, Math.ceil(moments.length / 10))
    .map(([reading]) => reading);
}
