import { runInChild, siblingModule } from '../base/child-task.ts';
import { SoakdError } from '../base/errors.ts';
import type { Verdict } from '../model/verdict.ts';
import type { RunJudge } from './context.ts';

const BODY = siblingModule(import.meta.url, 'judge-process');

/**
 * Judges in a process of its own with a read-only connection to the store: the event loop stays free, and the rows of
 * 72 hours (a quarter of a gigabyte with 20 request names and 50 series) never become ours. Rejects with `judge_failed`, or with
 * the reason of `signal`.
 */
export const judgeApart = (storeFile: string): RunJudge => ({
  async judge(runId, nowMs, signal, trends) {
    try {
      // What comes back is what `judgeStored` returned, structurally cloned.
      return (await runInChild(BODY, { file: storeFile, runId, nowMs, trends }, signal)) as Verdict;
    } catch (cause) {
      signal.throwIfAborted();
      throw new SoakdError(`run ${runId} could not be judged`, {
        code: 'judge_failed',
        hint: 'the rows are safe: `soakd replay` judges them again',
        cause,
      });
    }
  },
});
