import { buildOf } from '../model/build.ts';
import type { Outcome4, Verdict } from '../model/verdict.ts';
import type { Store } from '../store/store.ts';
import { type FinishedRun, finishedRuns } from './finished-runs.ts';
import { type RunOrderTrend, trendOverRuns } from './trend-over-runs.ts';

/** What is followed from run to run. */
export const HISTORY_METRICS = [
  { id: 'growth', name: 'Memory growth', unit: 'percent_per_24h' },
  { id: 'p95', name: 'P95', unit: 'milliseconds' },
  { id: 'errors', name: 'Error rate', unit: 'percent' },
  { id: 'mttr', name: 'MTTR', unit: 'seconds' },
] as const;
export type HistoryMetric = (typeof HISTORY_METRICS)[number]['id'];

export interface HistoryRow {
  runId: string;
  startMs: number;
  build: string | null;
  outcome: Outcome4;
  judgedMs: number;
  /** null: not measured in that run, or nothing of the kind happened. */
  values: Record<HistoryMetric, number | null>;
}

export interface History {
  profile: string;
  /** Oldest first. */
  runs: HistoryRow[];
  /** Over the runs that have a value; higher is worse in all of them. */
  trends: Record<HistoryMetric, RunOrderTrend>;
}

/** The last runs of a profile, rehearsals left out, and where each number goes. Rejects as the store does. */
export async function historyOf(
  store: Pick<Store, 'runs' | 'verdict'>,
  { profile, last }: { profile: string; last: number },
): Promise<History> {
  const rows: HistoryRow[] = [];
  for await (const finished of finishedRuns(store, { profile })) {
    const verdict = await store.verdict(finished.run.id);
    if (verdict !== null) rows.push(rowOf(finished, verdict));
    if (rows.length === last) break;
  }
  const runs = rows.toReversed();
  const trendOf = (metric: HistoryMetric): RunOrderTrend =>
    trendOverRuns(runs.flatMap(({ values }) => values[metric] ?? []));
  return {
    profile,
    runs,
    trends: { growth: trendOf('growth'), p95: trendOf('p95'), errors: trendOf('errors'), mttr: trendOf('mttr') },
  };
}

function rowOf({ run }: FinishedRun, { outcome, criteria, latency, time, requests }: Verdict): HistoryRow {
  const actual = (id: string): number | null => criteria.find((one) => one.id === id)?.actual ?? null;
  const all = latency.find(({ level }) => level === 'all');
  const demand = requests.total + requests.starved;
  const errors = demand === 0 ? null : (100 * (requests.failed + requests.starved)) / demand;
  return {
    runId: run.id,
    startMs: run.startMs,
    build: buildOf(run),
    outcome,
    judgedMs: time.judgedMs,
    values: { growth: actual('memory_leak'), p95: all?.p95Ms ?? null, errors, mttr: actual('mttr') },
  };
}
