import type { RunBaseline, RunMeasures } from '../model/baseline.ts';
import type { Run } from '../model/run.ts';
import { chooseBaseline, type Stores } from './baselines.ts';

/**
 * The baselines that the criteria of a run name, measured by `measure`, as they are when it starts. One that there is none of is left
 * out: its criterion says so. Rejects as the stores and `measure` do.
 */
export async function baselinesOf(
  { name: profileName, profile }: Run,
  stores: Stores,
  measure: (runIds: string[]) => Promise<RunMeasures[]>,
): Promise<RunBaseline[]> {
  const names = [...new Set((profile.againstBaseline ?? []).map(({ baseline }) => baseline))];
  const found: RunBaseline[] = [];
  for (const name of names) {
    const chosen = await chooseBaseline(stores, profileName, name);
    if (chosen !== null) found.push({ name, kind: chosen.kind, runs: await measure(chosen.runIds) });
  }
  return found;
}
