import { SoakdError } from '../base/errors.ts';
import { durationsOriginMs, stepStart } from '../model/duration-grid.ts';
import type { Run } from '../model/run.ts';
import { emptySketch, mergeSketch } from '../model/sketch.ts';
import { buildPlan } from '../plan/build.ts';
import { refusePruned } from '../store/pruned.ts';
import { rangesOver } from '../store/ranges.ts';
import type { SketchRow, Store } from '../store/store.ts';
import { sliceLengthMs } from './durations.ts';
import type { DurationRow, RunRows } from './rows.ts';
import { SharedCounts } from './shared-counts.ts';

/** What is read at once, in full, before it is made small. */
const READ_MS = 3_600_000;

/**
 * All rows of a run, and its plan built again from them. Windows, durations and samples are read an hour at a time and
 * kept as small as a verdict needs them: counts that are alike once, durations by slice and name. Rejects with
 * `run_not_found`, `rows_pruned`, and as the store does.
 */
export async function loadRunRows(store: Store, runId: string): Promise<RunRows> {
  const run = await store.run(runId);
  if (run === null) {
    throw new SoakdError(`no run ${runId} in this store`, {
      code: 'run_not_found',
      hint: 'list what is there with `soakd runs`',
      httpStatus: 404,
    });
  }
  const [transitions, actions, events, processes, series] = await Promise.all([
    store.transitions(runId),
    store.actions(runId),
    store.events(runId),
    store.loadProcesses(runId),
    store.series(runId),
  ]);
  refusePruned(runId, events);
  const edits = actions.flatMap(({ edit }) => (edit === null ? [] : [edit]));
  const plan = buildPlan(run.profile, { startMs: run.startMs, compression: run.compression }, edits);
  const rows: RunRows = {
    run,
    plan,
    transitions,
    actions,
    events,
    processes,
    windows: [],
    sketches: [],
    series,
    samples: [],
  };
  const counts = new SharedCounts();
  // From a boundary of slices on: one that is packed between two readings of a live run falls into the same range as its parts.
  const firstMs = stepStart(Math.min(run.createdMs, run.startMs), READ_MS, durationsOriginMs(run));
  for (const range of rangesOver(firstMs, plan.endMs, READ_MS)) {
    for (const window of await store.windows(runId, range)) rows.windows.push(counts.share(window));
    rows.sketches.push(...bySlice(await store.sketches(runId, range), run));
    for (const sample of await store.samples(runId, range)) rows.samples.push(sample);
  }
  return rows;
}

/** One row for each slice, name and outcome, in order of time: the verdict looks at nothing finer. */
function bySlice(rows: readonly SketchRow[], run: Run): DurationRow[] {
  const stepMs = sliceLengthMs(run);
  const originMs = durationsOriginMs(run);
  const pooled = new Map<string, DurationRow>();
  for (const { atMs: rowMs, name, outcome, durationsMs } of rows) {
    const atMs = stepStart(rowMs, stepMs, originMs);
    const key = `${atMs} ${outcome} ${name}`;
    let row = pooled.get(key);
    if (row === undefined) {
      row = { atMs, stepMs, name, outcome, durationsMs: emptySketch() };
      pooled.set(key, row);
    }
    mergeSketch(row.durationsMs, durationsMs);
  }
  return [...pooled.values()];
}
