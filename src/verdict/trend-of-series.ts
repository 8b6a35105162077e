import { closedGates, type Gate } from '../detect/trend/decide.ts';
import { type Finding, type Followed, Trend } from '../detect/trend/finding.ts';
import { whyOf } from '../detect/trend/why.ts';
import type { SeriesGrowth, SeriesTrend } from '../model/verdict.ts';
import { changesOf } from './changes-of-series.ts';
import type { Looked } from './looked.ts';
import { atProfileHour } from './run-clock.ts';

/** A series, and what the detectors say of it at the hour of {@link Looked}. */
export interface AskedSeries {
  followed: Followed;
  finding: Finding;
  /** What keeps a rise from being called. */
  gates: readonly Gate[];
  firstCalledHour: number | null;
  why: string;
}

/** Asks the detectors of one of `seriesCount` series at an hour of the run. */
export function askedSeries(followed: Followed, seriesCount: number, hour: number): AskedSeries {
  const trend = new Trend(followed, seriesCount);
  const finding = trend.at(hour);
  const { answer, verdict } = finding;
  const isCalled = verdict === 'leak' || verdict === 'drift';
  return {
    followed,
    finding,
    gates: answer === null ? [] : closedGates(answer, followed, seriesCount),
    firstCalledHour: isCalled ? (trend.firstCalledHour(hour) ?? hour) : null,
    why: whyOf(finding, followed, { hour, seriesCount }),
  };
}

/** The part of a series' line in the verdict that growth and drift have in common. */
export function trendOf({ followed, finding, firstCalledHour, why }: AskedSeries, looked: Looked): SeriesTrend {
  const rate = finding.growthPercentPer24h;
  const instant = (hour: number | null): number | null => (hour === null ? null : atProfileHour(looked.plan, hour));
  return {
    state: finding.verdict,
    why,
    growthPercentPer24h: finite(rate?.estimate),
    interval: rate === null ? null : { low: finite(rate.low), high: finite(rate.high) },
    detectablePercentPer24h: finite(finding.detectablePercentPer24h || null),
    onsetMs: instant(finding.onsetHour),
    firstCalledMs: instant(firstCalledHour),
    changePoints: changesOf(followed, looked),
  };
}

/** Null for what cannot be told: JSON knows no infinity. */
export const finite = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null;

/** No date of JavaScript lies beyond it. */
const LAST_INSTANT_MS = 8.64e15;

/** When the limit is reached, real time; null where none is known or nothing is called. */
export function exhaustionOf({ finding: { exhaustion } }: AskedSeries, { plan }: Looked): SeriesGrowth['exhaustion'] {
  if (exhaustion === null) return null;
  const instant = (hour: number | null): number | null => {
    const atMs = hour === null ? Number.POSITIVE_INFINITY : atProfileHour(plan, hour);
    return atMs <= LAST_INSTANT_MS ? atMs : null;
  };
  const atMs = instant(exhaustion.hour);
  const lowMs = instant(exhaustion.low);
  return atMs === null || lowMs === null ? null : { atMs, lowMs, highMs: instant(exhaustion.high) };
}
