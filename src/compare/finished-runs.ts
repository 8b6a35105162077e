import { isFinal, type Run, type RunState } from '../model/run.ts';
import type { Store } from '../store/store.ts';

/** A run that is over, as it stands in the list of runs. */
export interface FinishedRun {
  run: Run;
  state: RunState;
  endedMs: number;
}

const PAGE = 100;
/** Years of nightly runs of a few profiles. */
const MOST_PAGES = 40;

/**
 * Runs of a profile that are over, newest first; rehearsals or real ones. `beforeId`: only those begun before that run. Looks
 * back over the last 4000 runs of any profile. Rejects as the store does.
 */
export async function* finishedRuns(
  store: Pick<Store, 'runs'>,
  { profile, rehearsal = false, beforeId }: { profile: string; rehearsal?: boolean; beforeId?: string },
): AsyncGenerator<FinishedRun> {
  let before = beforeId;
  for (let page = 0; page < MOST_PAGES; page++) {
    const runs = await store.runs({ limit: PAGE, ...(before === undefined ? {} : { beforeId: before }) });
    for (const { state, endedMs, ...run } of runs) {
      if (run.name === profile && run.rehearsal === rehearsal && isFinal(state) && endedMs !== null)
        yield { run, state, endedMs };
    }
    before = runs.at(-1)?.id;
    if (before === undefined || runs.length < PAGE) return;
  }
}
