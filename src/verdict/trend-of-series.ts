import { closedGates, type Gate, leastHours } from '../detect/trend/decide.ts';
import { type Finding, type Followed, Trend } from '../detect/trend/finding.ts';
import { whyOf } from '../detect/trend/why.ts';
import type { ArrivalPlan } from '../model/plan.ts';
import type { LabelledChange, SeriesGrowth, SeriesTrend } from '../model/verdict.ts';
import { changesOf } from './changes-of-series.ts';
import type { Looked } from './looked.ts';
import { atProfileHour } from './run-clock.ts';

/** What the detectors say of a series at an hour. Plain data: it goes from process to process. */
export interface AskedSeries {
  finding: Finding;
  /** What keeps a rise from being called. */
  gates: readonly Gate[];
  /** Hours of the run before which growth of this series is not called. */
  leastHours: number;
  firstCalledHour: number | null;
  why: string;
  /** Judged ones before the hour, and where the first and the last of them stand. */
  readings: { count: number; firstHour: number; lastHour: number };
  changePoints: LabelledChange[];
}

/** Asks the detectors of one of `seriesCount` series at the hour that is looked at. */
export const askedSeries = (followed: Followed, seriesCount: number, looked: Looked): AskedSeries =>
  askTrend(new Trend(followed, seriesCount), seriesCount, looked);

/** The same of a trend that may know the hours before. */
export function askTrend(trend: Trend, seriesCount: number, looked: Looked): AskedSeries {
  const { followed } = trend;
  const { hour } = looked;
  const finding = trend.at(hour);
  const { answer } = finding;
  const { hours } = followed.readings;
  return {
    finding,
    gates: answer === null ? [] : closedGates(answer, followed, seriesCount),
    leastHours: leastHours(followed, answer?.collected ?? followed.collected),
    firstCalledHour: isCalled(finding) ? (trend.firstCalledHour(hour) ?? hour) : null,
    why: whyOf(finding, followed, { hour, seriesCount }),
    readings: { count: hours.length, firstHour: hours[0] ?? 0, lastHour: hours.at(-1) ?? 0 },
    changePoints: changesOf(followed, answer, looked),
  };
}

export const isCalled = ({ verdict }: Pick<Finding, 'verdict'>): boolean => verdict === 'leak' || verdict === 'drift';

/** The part of a series' line in the verdict that growth and drift have in common. */
export function trendOf(asked: AskedSeries, plan: ArrivalPlan): SeriesTrend {
  const { finding, firstCalledHour, why, changePoints } = asked;
  const rate = finding.growthPercentPer24h;
  const instant = (hour: number | null): number | null => (hour === null ? null : atProfileHour(plan, hour));
  return {
    state: finding.verdict,
    why,
    growthPercentPer24h: finite(rate?.estimate),
    interval: rate === null ? null : { low: finite(rate.low), high: finite(rate.high) },
    detectablePercentPer24h: finite(finding.detectablePercentPer24h || null),
    onsetMs: instant(finding.onsetHour),
    firstCalledMs: instant(firstCalledHour),
    changePoints,
  };
}

/** Null for what cannot be told: JSON knows no infinity. */
export const finite = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null;

/** No date of JavaScript lies beyond it. */
const LAST_INSTANT_MS = 8.64e15;

/** When the limit is reached, real time; null where none is known or nothing is called. */
export function exhaustionOf({ finding: { exhaustion } }: AskedSeries, plan: ArrivalPlan): SeriesGrowth['exhaustion'] {
  if (exhaustion === null) return null;
  const instant = (hour: number | null): number | null => {
    const atMs = hour === null ? Number.POSITIVE_INFINITY : atProfileHour(plan, hour);
    return atMs <= LAST_INSTANT_MS ? atMs : null;
  };
  const atMs = instant(exhaustion.hour);
  const lowMs = instant(exhaustion.low);
  return atMs === null || lowMs === null ? null : { atMs, lowMs, highMs: instant(exhaustion.high) };
}
