import { contains } from '../base/stretches.ts';
import { readingsAtLoad } from '../detect/at-like-load.ts';
import { type AtLoad, loadBin } from '../model/at-load.ts';
import type { RunMeasures } from '../model/baseline.ts';
import type { Run } from '../model/run.ts';
import type { SeriesInfo } from '../model/sample.ts';
import type { Verdict } from '../model/verdict.ts';
import { requestsBetween } from '../plan/rate.ts';
import type { Store } from '../store/store.ts';
import { judgedTime } from '../verdict/judged-time.ts';
import { loadRunRows } from '../verdict/load-rows.ts';
import { durationSlices, durationsAtLoad, type Judged, measuresOf } from '../verdict/measures.ts';
import type { RunRows } from '../verdict/rows.ts';
import { spanOf } from '../verdict/span.ts';

/** A run made small enough that two of them are held against each other in one process. */
export interface MeasuredRun {
  run: Run;
  verdict: Verdict;
  measures: RunMeasures;
  requests: { name: string; demand: number; failed: number; p50: AtLoad | null; p95: AtLoad | null }[];
  series: { id: string; unit: string; role: SeriesInfo['role']; level: AtLoad | null }[];
}

/** Names that k6 keeps apart are bounded; more than this nobody compares. */
const MOST_NAMES = 200;

/** A pure function of rows and verdict. */
export function measureRun(rows: RunRows, verdict: Verdict): MeasuredRun {
  const span = spanOf(rows);
  const { judged } = judgedTime(rows, span);
  const one: Judged = { rows, span, judged };
  return {
    run: rows.run,
    verdict,
    measures: measuresOf(one, verdict.criteria),
    requests: requestsOf(one),
    series: seriesOf(one),
  };
}

/** The measures of stored runs that have a verdict, one after the other: the rows of one are given up before the next are read. Others are left out. */
export async function measureStored(store: Store, runIds: readonly string[]): Promise<RunMeasures[]> {
  const measured: RunMeasures[] = [];
  for (const id of runIds) {
    const verdict = await store.verdict(id);
    if (verdict === null) continue;
    const rows = await loadRunRows(store, id);
    const span = spanOf(rows);
    measured.push(measuresOf({ rows, span, judged: judgedTime(rows, span).judged }, verdict.criteria));
  }
  return measured;
}

function requestsOf(one: Judged): MeasuredRun['requests'] {
  const { windows } = one.rows;
  const counts = new Map<string, { demand: number; failed: number }>();
  for (const { startMs, endMs, requests } of windows) {
    if (!contains(one.judged, (startMs + endMs) / 2)) continue;
    for (const { name, outcome, count } of requests) {
      const own = counts.get(name) ?? { demand: 0, failed: 0 };
      own.demand += count;
      if (outcome !== 'ok') own.failed += count;
      counts.set(name, own);
    }
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b.demand - a.demand)
    .slice(0, MOST_NAMES)
    .map(([name, own]) => {
      const slices = durationSlices(one, name);
      return { name, ...own, p50: durationsAtLoad(slices, 'p50'), p95: durationsAtLoad(slices, 'p95') };
    });
}

/** Means of the samples of judged time; the weight is their number, so that both runs are weighed by the later one's hours. */
function seriesOf({ rows, judged }: Judged): MeasuredRun['series'] {
  const { run, plan, series, samples } = rows;
  const intervalMs = Math.max(1000, run.profile.monitoring.intervalMs / run.compression);
  const bySeries = Map.groupBy(samples, ({ series: id }) => id);
  return series
    .filter(({ role }) => role === 'target' || role === 'dependency')
    .map(({ id, unit, role }) => {
      const readings = (bySeries.get(id) ?? []).flatMap(({ atMs, mean }) => {
        if (mean === null || !contains(judged, atMs)) return [];
        const load = loadBin((requestsBetween(plan, atMs, atMs + intervalMs) / intervalMs) * 60_000);
        return load === null ? [] : [{ load, value: mean, weight: 1 }];
      });
      return { id, unit, role, level: readingsAtLoad(readings) };
    });
}
