import { emptySketch, mergeSketch, quantileOf } from '../../model/sketch.ts';
import type { SeriesGrowth, Verdict } from '../../model/verdict.ts';
import { requestsBetween } from '../../plan/rate.ts';
import { sliceLengthMs } from '../../verdict/durations.ts';
import { formatInterval, formatValue } from '../../verdict/quantity.ts';
import type { RunRows } from '../../verdict/rows.ts';
import { type DrawnTrend, trendLine } from '../../verdict/trend-line.ts';
import { summaryOfSeries } from '../resources.ts';
import type { Chart, ChartLine } from './chart.ts';
import type { Point } from './extremes.ts';
import type { TimeAxis } from './time-axis.ts';

/** Rates are told by the minute; in a rehearsal, in which hours pass in one, by the window. */
const MINUTE_MS = 60_000;
const WINDOW_MS = 10_000;

/** Every picture of a run, the load first, then the series in the order of the report's table. */
export function chartsOf(rows: RunRows, verdict: Verdict, axis: TimeAxis): Chart[] {
  return [
    rateChart(rows, axis),
    latencyChart(rows, verdict, axis),
    errorChart(rows),
    ...seriesCharts(rows, verdict, axis),
  ];
}

function rateChart({ run, plan, windows }: RunRows, axis: TimeAxis): Chart {
  const stepMs = run.compression > 1 ? WINDOW_MS : MINUTE_MS;
  const served = new Map<number, { count: number; lengthMs: number }>();
  for (const { startMs, endMs, requests } of windows) {
    const atMs = Math.floor((startMs - plan.startMs) / stepMs);
    const bin = served.get(atMs) ?? { count: 0, lengthMs: 0 };
    bin.count += requests.reduce((sum, { count }) => sum + count, 0);
    bin.lengthMs += endMs - startMs;
    served.set(atMs, bin);
  }
  const planned: Point[] = [];
  for (let fromMs = axis.fromMs; fromMs < axis.untilMs; fromMs += stepMs)
    planned.push({
      atMs: fromMs + stepMs / 2,
      value: (requestsBetween(plan, fromMs, fromMs + stepMs) / stepMs) * 60_000,
    });
  const points = [...served]
    .toSorted(([a], [b]) => a - b)
    .map(([at, { count, lengthMs }]) => ({
      atMs: plan.startMs + (at + 0.5) * stepMs,
      value: lengthMs === 0 ? null : (count / lengthMs) * 60_000,
    }));
  return {
    id: 'rate',
    title: 'Requests a minute, planned and served',
    describes: 'Served requests, whatever their outcome, beside the plan with all edits of operators.',
    unit: 'count',
    lines: [
      { name: 'served', style: 'first', points, stepMs },
      { name: 'planned', style: 'plan', points: planned, stepMs },
    ],
    band: [],
    fromZero: true,
  };
}

function latencyChart(rows: RunRows, { drift }: Verdict, axis: TimeAxis): Chart {
  const { run, sketches } = rows;
  const stepMs = sliceLengthMs(run);
  const slices = [
    ...Map.groupBy(
      sketches.filter(({ outcome }) => outcome === 'ok'),
      ({ atMs }) => atMs,
    ),
  ].map(([atMs, own]) => {
    const merged = emptySketch();
    for (const { durationsMs } of own) mergeSketch(merged, durationsMs);
    return { atMs: atMs + stepMs / 2, merged };
  });
  const line = (name: string, style: ChartLine['style'], quantile: number): ChartLine => ({
    ...{ name, style, stepMs },
    points: slices.map(({ atMs, merged }) => ({ atMs, value: quantileOf(merged, quantile) })),
  });
  const [all] = drift;
  const trend = all === undefined ? null : trendOf({ ...all, startLevel: all.startMs }, rows, axis, 'trend of P95');
  return {
    id: 'latency',
    title: 'Response time of successful requests: P50, P95, P99',
    describes: `Quantiles of each ${stepMs / MINUTE_MS >= 1 ? `${stepMs / MINUTE_MS} min` : '10 s'}. ${all?.why ?? ''}`,
    unit: 'milliseconds',
    lines: [
      line('P99', 'third', 0.99),
      line('P95', 'second', 0.95),
      line('P50', 'first', 0.5),
      ...(trend === null ? [] : [trend.line]),
    ],
    band: trend?.band ?? [],
    fromZero: true,
  };
}

function errorChart({ run, plan, windows }: RunRows): Chart {
  const stepMs = sliceLengthMs(run);
  const bins = new Map<number, { demand: number; failed: number }>();
  for (const { startMs, requests, iterations } of windows) {
    const at = Math.floor((startMs - plan.startMs) / stepMs);
    const bin = bins.get(at) ?? { demand: 0, failed: 0 };
    const starved = iterations.starved * plan.requestsPerIteration;
    bin.demand += starved + requests.reduce((sum, { count }) => sum + count, 0);
    bin.failed += starved + requests.reduce((sum, { outcome, count }) => sum + (outcome === 'ok' ? 0 : count), 0);
    bins.set(at, bin);
  }
  const points = [...bins]
    .toSorted(([a], [b]) => a - b)
    .map(([at, { demand, failed }]) => ({
      atMs: plan.startMs + (at + 0.5) * stepMs,
      value: demand === 0 ? null : (100 * failed) / demand,
    }));
  return {
    id: 'errors',
    title: 'Failed requests, percent',
    describes: `Share of the requests of each ${stepMs / MINUTE_MS >= 1 ? `${stepMs / MINUTE_MS} min` : '10 s'} that failed or starved.`,
    unit: 'percent',
    lines: [{ name: 'failed or starved', style: 'second', points, stepMs }],
    band: [],
    fromZero: true,
  };
}

/** A chart for each series that ever had a value: the mean of each interval, with the trend where growth was looked for. */
function seriesCharts(rows: RunRows, { growth }: Verdict, axis: TimeAxis): Chart[] {
  const { run } = rows;
  const bySeries = Map.groupBy(rows.samples, ({ series }) => series);
  const stepMs = Math.max(1000, run.profile.monitoring.intervalMs / run.compression);
  return summaryOfSeries(rows)
    .filter(({ samples }) => samples > 0)
    .map(({ series, unit }, at): Chart => {
      const own = bySeries.get(series) ?? [];
      const found = growth.find((one) => one.series === series);
      const trend = found === undefined ? null : trendOf(found, rows, axis, trendName(found));
      return {
        id: `series-${at}`,
        title: series,
        describes: found?.why ?? 'Mean of each interval. No trend is asked of it.',
        unit,
        lines: [
          {
            name: 'mean',
            style: 'first',
            points: own.map(({ atMs, mean }) => ({ atMs: atMs + stepMs / 2, value: mean })),
            stepMs,
          },
          ...(trend === null ? [] : [trend.line]),
        ],
        band: trend?.band ?? [],
        fromZero: unit === 'percent',
      };
    });
}

const trendName = ({ growthPercentPer24h, interval, state }: SeriesGrowth): string =>
  `${state.replaceAll('_', ' ')}: ${formatValue(growthPercentPer24h, 'percent')} per 24 h (${formatInterval(interval, 'percent')})`;

/** The fit as a line with the interval of its growth around it, as the dashboard draws it; null where none was fitted. */
function trendOf(
  drawn: DrawnTrend,
  { plan }: RunRows,
  axis: TimeAxis,
  name: string,
): { line: ChartLine; band: Chart['band'] } | null {
  const corners = trendLine(drawn, plan, axis.untilMs);
  if (corners.length === 0) return null;
  return {
    line: { name, style: 'trend', points: corners, stepMs: null },
    band: corners.flatMap(({ atMs, low, high }) => (low === null || high === null ? [] : [{ atMs, low, high }])),
  };
}
