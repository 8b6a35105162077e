import { contains } from '../base/stretches.ts';
import { emptySketch, mergeSketch, quantileOf, type Sketch } from '../model/sketch.ts';
import { OUTCOMES, type Outcome } from '../model/window.ts';
import { judgedSketches } from '../verdict/durations.ts';
import { judgedTime } from '../verdict/judged-time.ts';
import type { RunRows } from '../verdict/rows.ts';
import { spanOf } from '../verdict/span.ts';

/** One request name over the judged time. */
export interface RequestSummary {
  name: string;
  requests: number;
  failed: number;
  byOutcome: Record<Outcome, number>;
  /** Of successful ones, milliseconds; null without any. */
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

/** Every request name, those with most failures in a hundred first, then the slowest. */
export function summaryOfRequests(rows: RunRows): RequestSummary[] {
  const span = spanOf(rows);
  const { judged } = judgedTime(rows, span);
  const counts = new Map<string, Record<Outcome, number>>();
  for (const { startMs, endMs, requests } of rows.windows) {
    if (!contains(judged, (startMs + endMs) / 2)) continue;
    for (const { name, outcome, count } of requests) {
      const own = counts.get(name) ?? { ok: 0, http_error: 0, timeout: 0, connect: 0 };
      own[outcome] += count;
      counts.set(name, own);
    }
  }
  const durations = new Map<string, Sketch>();
  for (const { name, outcome, durationsMs } of judgedSketches(rows, judged, span)) {
    if (outcome !== 'ok') continue;
    const own = durations.get(name) ?? emptySketch();
    mergeSketch(own, durationsMs);
    durations.set(name, own);
  }
  return [...counts]
    .map(([name, byOutcome]): RequestSummary => {
      const requests = OUTCOMES.reduce((sum, outcome) => sum + byOutcome[outcome], 0);
      const sketch = durations.get(name) ?? emptySketch();
      const at = (quantile: number): number | null => quantileOf(sketch, quantile);
      const failed = requests - byOutcome.ok;
      return { name, requests, failed, byOutcome, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
    })
    .toSorted(
      (a, b) =>
        b.failed / Math.max(1, b.requests) - a.failed / Math.max(1, a.requests) || (b.p95Ms ?? 0) - (a.p95Ms ?? 0),
    );
}
