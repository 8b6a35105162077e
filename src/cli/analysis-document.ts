import { isoTime } from '../base/iso-time.ts';
import type { Analysis, SeriesAnalysis } from '../detect/columns/analyze.ts';

const HOUR_MS = 3_600_000;
/** ISO 8601 has four digits for a year. */
const LAST_MS = Date.UTC(9999, 11, 31);

/** An hour of the file as ISO 8601; null beyond the year 9999. */
export function instantOf({ startMs }: Pick<Analysis, 'startMs'>, hour: number): string | null {
  const atMs = startMs + Math.round(hour * HOUR_MS);
  return atMs <= LAST_MS ? isoTime(atMs) : null;
}

/** What `analyze --json` prints, its keys in this order (docs/formats.md). */
export function analysisDocument(analysis: Analysis) {
  return { verdict: analysis.verdict, series: analysis.series.map((one) => seriesDocument(analysis, one)) };
}

function seriesDocument(analysis: Analysis, { finding, firstCalledHour, changes, why }: SeriesAnalysis) {
  const { name, kind, verdict, growthPercentPer24h, onsetHour, exhaustion, detectablePercentPer24h } = finding;
  const instant = (hour: number | null): string | null => (hour === null ? null : instantOf(analysis, hour));
  return {
    name,
    kind,
    verdict,
    growthPercentPer24h,
    firstCalledAt: instant(firstCalledHour),
    onset: instant(onsetHour),
    changePoints: changes.map(({ hour, label }) => ({ at: instant(hour), label })),
    exhaustion:
      exhaustion === null || instant(exhaustion.hour) === null
        ? null
        : { at: instant(exhaustion.hour), low: instant(exhaustion.low), high: instant(exhaustion.high) },
    detectablePercentPer24h,
    why,
  };
}
