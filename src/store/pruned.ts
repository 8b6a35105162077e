import { SoakdError } from '../base/errors.ts';
import type { RunEvent } from '../model/run.ts';

/** The event that says that windows, durations and samples of its run are no longer there. */
export const ROWS_PRUNED = 'rows_pruned';

/** True when windows, durations and samples of the run are gone, or going. */
export const isPruned = (events: readonly Pick<RunEvent, 'kind'>[]): boolean =>
  events.some(({ kind }) => kind === ROWS_PRUNED);

/** Throws `rows_pruned` when the rows of a run are gone: half of them would be judged as if it were all. */
export function refusePruned(runId: string, events: readonly Pick<RunEvent, 'kind'>[]): void {
  if (!isPruned(events)) return;
  throw new SoakdError(`the rows of run ${runId} are past their retention and deleted`, {
    code: 'rows_pruned',
    hint: 'its verdict and report are kept: `soakd report`; a run with the label keep, and a baseline, stay whole',
    httpStatus: 410,
  });
}
