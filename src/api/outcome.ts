import { isFinal, type Run, type RunState } from '../model/run.ts';
import type { Outcome4 } from '../model/verdict.ts';
import type { Store } from '../store/store.ts';

/** How a run came out, a rehearsal as what it would have been; null while it is not over. Rejects as the store does. */
export async function outcomeOf(store: Pick<Store, 'verdict'>, { id }: Run, state: RunState): Promise<Outcome4 | null> {
  if (!isFinal(state)) return null;
  if (state === 'passed' || state === 'failed' || state === 'inconclusive' || state === 'aborted') return state;
  return (await store.verdict(id))?.outcome ?? null;
}
