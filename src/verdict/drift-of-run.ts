import type { Stretch } from '../base/stretches.ts';
import { type Drift, driftOf } from '../detect/drift.ts';
import { emptySketch, mergeSketch } from '../model/sketch.ts';
import { requestsBetween } from '../plan/rate.ts';
import { judgedSketches } from './durations.ts';
import type { RunRows } from './rows.ts';

/** Drift of the p95 of `ok` requests over what is judged, all request names together. */
export function driftOfRun(rows: RunRows, judged: readonly Stretch[]): Drift {
  const ok = judgedSketches(rows, judged).filter(({ outcome }) => outcome === 'ok');
  const slices = [...Map.groupBy(ok, ({ atMs }) => atMs)]
    .toSorted(([a], [b]) => a - b)
    .map(([atMs, rowsAt]) => {
      const durationsMs = emptySketch();
      for (const row of rowsAt) mergeSketch(durationsMs, row.durationsMs);
      return { fromMs: atMs, untilMs: atMs + (rowsAt[0]?.stepMs ?? 0), durationsMs };
    });
  return driftOf({
    slices,
    compression: rows.run.compression,
    meanLoad: (fromMs, untilMs) => (requestsBetween(rows.plan, fromMs, untilMs) / (untilMs - fromMs)) * 60_000,
  });
}
