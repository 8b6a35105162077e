import { EXIT, SoakdError } from '../base/errors.ts';
import type { RunComparison } from '../model/comparison.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Store } from '../store/store.ts';
import { loadRunRows } from '../verdict/load-rows.ts';
import { compareRuns } from './compare.ts';
import { type MeasuredRun, measureRun } from './measure-run.ts';

/**
 * How the run `after` did against `before`, both over. The rows of the one are given up before those of the other are read: 72 h take
 * some hundred megabytes. Rejects with `run_unknown` or `verdict_pending`, and as the store does.
 */
export async function compareStored(store: Store, before: string, after: string): Promise<RunComparison> {
  await requireVerdict(store, before);
  await requireVerdict(store, after);
  return compareRuns(await measured(store, before), await measured(store, after));
}

async function measured(store: Store, runId: string): Promise<MeasuredRun> {
  const verdict = await requireVerdict(store, runId);
  return measureRun(await loadRunRows(store, runId), verdict);
}

/** Rejects with `run_unknown` or `verdict_pending`. */
export async function requireVerdict(store: Pick<Store, 'run' | 'verdict'>, runId: string): Promise<Verdict> {
  const known = (await store.run(runId)) !== null;
  const verdict = known ? await store.verdict(runId) : null;
  if (verdict !== null) return verdict;
  throw new SoakdError(known ? `run ${runId} has no verdict yet` : `there is no run ${runId}`, {
    code: known ? 'verdict_pending' : 'run_unknown',
    hint: known ? 'it comes when the run ends' : '`soakd runs` lists them',
    ...{ exitCode: EXIT.badInput, httpStatus: 404 },
  });
}
