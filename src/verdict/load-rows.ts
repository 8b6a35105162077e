import { SoakdError } from '../base/errors.ts';
import { buildPlan } from '../plan/build.ts';
import type { Store } from '../store/store.ts';
import type { RunRows } from './rows.ts';

/** All rows of a run, and its plan built again from them. Rejects with `run_not_found`, and as the store does. */
export async function loadRunRows(store: Store, runId: string): Promise<RunRows> {
  const run = await store.run(runId);
  if (run === null) {
    throw new SoakdError(`no run ${runId} in this store`, {
      code: 'run_not_found',
      hint: 'list what is there with `soakd runs`',
      httpStatus: 404,
    });
  }
  const [transitions, actions, events, processes, windows, sketches, series, samples] = await Promise.all([
    store.transitions(runId),
    store.actions(runId),
    store.events(runId),
    store.loadProcesses(runId),
    store.windows(runId),
    store.sketches(runId),
    store.series(runId),
    store.samples(runId),
  ]);
  const edits = actions.flatMap(({ edit }) => (edit === null ? [] : [edit]));
  const plan = buildPlan(run.profile, { startMs: run.startMs, compression: run.compression }, edits);
  return { run, plan, transitions, actions, events, processes, windows, sketches, series, samples };
}
