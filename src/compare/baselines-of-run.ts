import { describeError } from '../base/errors.ts';
import type { RunBaseline, RunMeasures } from '../model/baseline.ts';
import type { Run } from '../model/run.ts';
import { chooseBaseline, type Stores } from './baselines.ts';

/**
 * The baselines that the criteria of a run name, measured by `measure`, as they are when it starts. One that there is none of is left
 * out, and one that cannot be read holds no runs: its criterion says so, and the soak begins all the same. Rejects as the stores do.
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
    if (chosen === null) continue;
    const { kind, runIds } = chosen;
    try {
      found.push({ name, kind, runs: await measure(runIds) });
    } catch (thrown) {
      found.push({ name, kind, runs: [], unread: `${runIds.join(', ')}: ${describeError(thrown)}` });
    }
  }
  return found;
}
