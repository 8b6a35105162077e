import { emptySketch, mergeSketch, quantileOf, type Sketch } from '../model/sketch.ts';
import { HOUR_MS, MIN_BINS } from './growth.ts';
import type { Interval } from './intervals.ts';
import { type Estimate, robustRegression } from './robust-regression.ts';

export interface DriftInput {
  /** Durations of `ok` requests over stretches of real time, ascending, not overlapping, judged ones only. */
  slices: readonly { fromMs: number; untilMs: number; durationsMs: Sketch }[];
  compression: number;
  /** Which quantile of the durations is followed; 0.95 unless told. */
  quantile?: number;
  /** Planned requests a minute over a stretch of real time: the regressor. */
  meanLoad(fromMs: number, untilMs: number): number;
}

export interface Drift {
  finding: 'degrading' | 'improving' | 'flat' | 'too_early' | 'no_data';
  /** Change of the quantile from the start to the end of what is judged, percent, the load taken out. */
  totalPercent: number | null;
  /** 95 %. */
  interval: Interval | null;
  pValue: number | null;
  /** The smallest total change that would have been seen with 80 % power at 5 %, percent. */
  smallestDetectablePercent: number | null;
  /** Fitted quantile at the start, milliseconds, at mean load. */
  startMs: number | null;
  /** The trend was significant, but the last quarter is not slower than the first. */
  wentAway: boolean;
  requests: number;
  bins: number;
  /** Profile time. */
  spanHours: number;
}

/** Ten requests beyond the quantile: 200 for the p95, 20 for the median. */
export const requestsForQuantile = (quantile: number): number => Math.round(10 / (1 - quantile));
const WANTED_BINS = 144;
const ALPHA = 0.05;
const DETECTABLE_Z = 2.8;
/** A line rises between the middles of first and last quarter by three quarters of its total; half of that must be left. */
const LEFT_AT_END = 0.375;

interface Bin {
  hours: number;
  logLevel: number;
  load: number;
}

/**
 * Degradation of response times: `log quantile ~ 1 + t + load + load²`, fitted robustly; the total is `e^(slope · span) − 1`.
 * Only `ok` durations: a refused connection takes no time and a time-out takes its limit, so both say nothing about speed.
 * Slices are merged until each bin has ten requests beyond the quantile.
 */
export function driftOf(input: DriftInput): Drift {
  const requests = input.slices.reduce((sum, { durationsMs }) => sum + durationsMs.count, 0);
  const bins = binsOf(input);
  const spanHours = (bins.at(-1)?.hours ?? 0) - (bins[0]?.hours ?? 0);
  const none: Drift = {
    finding: requests === 0 ? 'no_data' : 'too_early',
    totalPercent: null,
    interval: null,
    pValue: null,
    smallestDetectablePercent: null,
    startMs: null,
    wentAway: false,
    requests,
    bins: bins.length,
    spanHours,
  };
  const fit = bins.length < MIN_BINS ? null : fitTrend(bins);
  if (fit === null) return none;

  const { trend, startLog, adjusted } = fit;
  const total = (slope: number): number => 100 * Math.expm1(slope * spanHours);
  const measured: Drift = {
    ...none,
    finding: 'flat',
    totalPercent: total(trend.value),
    interval: { low: total(trend.low), high: total(trend.high) },
    pValue: trend.pValue,
    smallestDetectablePercent: total(DETECTABLE_Z * trend.standardError),
    startMs: Math.exp(startLog),
  };
  if (trend.pValue > ALPHA) return measured;
  if (trend.value < 0) return { ...measured, finding: 'improving' };
  const quarter = adjusted.length >> 2;
  const risen = meanOf(adjusted.slice(-quarter)) - meanOf(adjusted.slice(0, quarter));
  if (risen < LEFT_AT_END * trend.value * spanHours) return { ...measured, wentAway: true };
  return { ...measured, finding: 'degrading' };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function binsOf({ slices, compression, meanLoad, quantile = 0.95 }: DriftInput): Bin[] {
  const first = slices[0];
  const last = slices.at(-1);
  if (first === undefined || last === undefined) return [];
  const leastMs = (last.untilMs - first.fromMs) / WANTED_BINS;
  const needed = requestsForQuantile(quantile);
  const bins: Bin[] = [];
  let merged = emptySketch();
  let fromMs = first.fromMs;
  for (const slice of slices) {
    if (merged.count === 0) fromMs = slice.fromMs;
    mergeSketch(merged, slice.durationsMs);
    if (merged.count < needed || slice.untilMs - fromMs < leastMs) continue;
    const level = quantileOf(merged, quantile);
    if (level !== null && level > 0) {
      const middleMs = (fromMs + slice.untilMs) / 2;
      bins.push({
        hours: ((middleMs - first.fromMs) * compression) / HOUR_MS,
        logLevel: Math.log(level),
        load: meanLoad(fromMs, slice.untilMs),
      });
    }
    merged = emptySketch();
  }
  return bins;
}

function fitTrend(bins: readonly Bin[]): { trend: Estimate; startLog: number; adjusted: number[] } | null {
  const origin = bins[0]?.hours ?? 0;
  const ones = bins.map(() => 1);
  const hours = bins.map((bin) => bin.hours - origin);
  const mean = meanOf(bins.map(({ load }) => load));
  const load = bins.map((bin) => bin.load / mean - 1);
  const varies = Math.hypot(...load) > 1e-3 * Math.sqrt(bins.length);
  const square = load.map((value) => value * value);
  const y = bins.map(({ logLevel }) => logLevel);
  // With two rates only, the square of the load says what the load says.
  const fit =
    (varies ? robustRegression(y, [ones, hours, load, square]) : null) ??
    (varies ? robustRegression(y, [ones, hours, load]) : null) ??
    robustRegression(y, [ones, hours]);
  const [level, trend] = fit?.coefficients ?? [];
  if (fit === null || level === undefined || trend === undefined) return null;
  return {
    trend,
    startLog: level.value,
    adjusted: fit.residuals.map((residual, at) => residual + trend.value * (hours[at] ?? 0)),
  };
}
