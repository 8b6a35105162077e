/** Traces of real series. Their truth is not known: what is not labelled is written down as healthy. */
import type { SeriesKind, Trace, TraceSeries, Truth } from '../trace.ts';

const unlabelled: Truth = {
  faulty: false,
  percentPer24h: 0,
  totalPercent: null,
  onsetHour: 0,
  level: Number.NaN,
};

export function observedSeries(name: string, kind: SeriesKind, values: Float64Array): TraceSeries {
  return { name, kind, values, truth: unlabelled };
}

export function observedTrace(
  source: string,
  hours: Float64Array,
  loadRpm: Float64Array | null,
  series: TraceSeries[],
): Trace {
  return { family: source, seed: 0, lengthHours: hours.at(-1) ?? 0, hours, loadRpm, series, evidence: null };
}
