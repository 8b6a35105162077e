import type { LabelledChange, SeriesTrend } from '../model/verdict.ts';
import type { RunClock } from './run-clock.ts';

/** A corner of a fitted line; between two corners it is straight. */
export interface TrendPoint {
  atMs: number;
  /** Unit of the series, at median load. */
  value: number;
  /** Where the line would be by the ends of the growth's 95 % interval; null where that side is open. */
  low: number | null;
  high: number | null;
}

/** What a line is drawn from: a level, and growth relative to it. */
export type DrawnTrend = Pick<SeriesTrend, 'growthPercentPer24h' | 'interval' | 'onsetMs' | 'changePoints'> & {
  startLevel: number | null;
};

const DAY_MS = 86_400_000;

/**
 * The line that a trend says, over [fromMs, untilMs) of real time: level, from its onset on growth, and each change of level
 * that was found. The interval is that of the growth alone: the lines by its two ends, through the middle of the stretch
 * that they were fitted over, where a slope that is wrong costs least. It ends at a restart after that onset, because each
 * life has a level of its own. Empty where no level or growth can be told.
 */
export function trendLine(
  { startLevel, growthPercentPer24h, interval, onsetMs, changePoints }: DrawnTrend,
  { startMs, compression }: RunClock,
  untilMs: number,
): TrendPoint[] {
  if (startLevel === null || growthPercentPer24h === null || untilMs <= startMs) return [];
  const fromMs = onsetMs ?? startMs;
  const restart = changePoints.find(({ atMs, before }) => before === null && atMs > startMs);
  const endMs = Math.min(untilMs, restart?.atMs ?? untilMs);
  const steps = changePoints.filter(({ atMs }) => atMs > startMs && atMs < endMs);
  // A share of the level a day of profile time, from the onset on.
  const days = (atMs: number): number => (Math.max(0, atMs - fromMs) * compression) / DAY_MS;
  const middleDays = days(endMs) / 2;
  const pointAt = (atMs: number, passed: readonly LabelledChange[]): TrendPoint => {
    const level = startLevel + passed.reduce((sum, change) => sum + riseOf(change), 0);
    const by = (percent: number | null | undefined): number | null => {
      if (percent === null || percent === undefined) return null;
      const turned = (percent - growthPercentPer24h) * (days(atMs) - middleDays);
      return level + (startLevel * (growthPercentPer24h * days(atMs) + turned)) / 100;
    };
    const value = by(growthPercentPer24h) ?? level;
    const ends = [by(interval?.low), by(interval?.high)];
    // Before the middle the lower slope is the higher line.
    const known = ends.filter((end) => end !== null);
    return known.length < 2
      ? { atMs, value, low: null, high: null }
      : { atMs, value, low: Math.min(...known), high: Math.max(...known) };
  };
  const corners = new Set([startMs, fromMs, fromMs + (endMs - fromMs) / 2, endMs]);
  const points = [...corners]
    .filter((atMs) => atMs >= startMs && atMs <= endMs)
    .map((atMs) => pointAt(atMs, before(steps, atMs)));
  // Two points at one instant are a step.
  for (const step of steps) {
    const passed = before(steps, step.atMs);
    points.push(pointAt(step.atMs, passed), pointAt(step.atMs, [...passed, step]));
  }
  return points.toSorted((a, b) => a.atMs - b.atMs);
}

const before = (steps: readonly LabelledChange[], atMs: number): LabelledChange[] =>
  steps.filter((step) => step.atMs < atMs);

const riseOf = ({ before: low, after: high }: LabelledChange): number =>
  low === null || high === null ? 0 : high - low;
