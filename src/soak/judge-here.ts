import type { Verdict } from '../model/verdict.ts';
import type { Store } from '../store/store.ts';
import { judge } from '../verdict/judge.ts';
import { loadRunRows } from '../verdict/load-rows.ts';
import type { TrendsOfRun } from '../verdict/trends-of-run.ts';
import type { RunJudge } from './context.ts';

/** Judges on the caller's own thread: for `replay`, and for soaks that are played. */
export const judgeHere = (store: Store): RunJudge => ({
  judge: async (runId, nowMs, _signal, trends) => judgeStored(store, runId, nowMs, trends),
});

/** The verdict over the stored rows of a run; with `nowMs` as it stands at that instant. */
export async function judgeStored(
  store: Store,
  runId: string,
  nowMs: number | null,
  trends?: TrendsOfRun,
): Promise<Verdict> {
  const rows = await loadRunRows(store, runId);
  return judge(rows, { ...(nowMs === null ? {} : { nowMs }), ...(trends === undefined ? {} : { trends }) });
}
