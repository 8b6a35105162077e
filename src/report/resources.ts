import type { SeriesInfo } from '../model/sample.ts';
import type { RunRows } from '../verdict/rows.ts';

/** One sampled series over the whole run, warm-up and outages included: what was there, judged or not. */
export interface SeriesSummary {
  series: string;
  unit: SeriesInfo['unit'];
  role: SeriesInfo['role'];
  /** Of the intervals' means; null, as the other three, when the series never had a value. */
  mean: number | null;
  lowest: number | null;
  highest: number | null;
  last: number | null;
  /** Intervals with a value, and without one although the source was asked. */
  samples: number;
  missing: number;
}

/** Series that a name under `monitoring.metrics` means; what is not here is no series but in every report. */
const MEANT: Record<string, RegExp> = {
  response_time: /\.response_time/,
  response_times: /\.response_time/,
  error_rate: /\.errors?_/,
  errors_count: /\.errors?_/,
  memory_usage: /(rss|memory|heap|anonymous|resident)/,
  cpu_usage: /\.cpu_percent$/,
  active_connections: /(connections|clients)/,
  cache_hit_rate: /hit_rate/,
  active_sessions: /sessions/,
  requests_processed: /(requests|commands)/,
};

/** Every series: the target's first, within a role those first that the profile's `metrics` name, in their order. */
export function summaryOfSeries({ run, series, samples }: RunRows): SeriesSummary[] {
  const bySeries = Map.groupBy(samples, ({ series: id }) => id);
  const { metrics } = run.profile.monitoring;
  const place = (id: string): number => {
    const at = metrics.findIndex((metric) => MEANT[metric]?.test(id));
    return at < 0 ? metrics.length : at;
  };
  return series
    .toSorted((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || place(a.id) - place(b.id))
    .map(({ id, unit, role }) => {
      const own = bySeries.get(id) ?? [];
      const means = own.flatMap(({ mean }) => mean ?? []);
      return {
        series: id,
        unit,
        role,
        mean: means.length === 0 ? null : means.reduce((sum, value) => sum + value, 0) / means.length,
        lowest: own.reduce<number | null>(
          (least, { min }) => (min === null ? least : Math.min(least ?? min, min)),
          null,
        ),
        highest: own.reduce<number | null>((most, { max }) => (max === null ? most : Math.max(most ?? max, max)), null),
        last: own.findLast(({ last }) => last !== null)?.last ?? null,
        samples: means.length,
        missing: own.length - means.length,
      };
    });
}

const ROLES: SeriesInfo['role'][] = ['target', 'dependency', 'generator', 'self'];
