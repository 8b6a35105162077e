import { Worker } from 'node:worker_threads';
import { SoakdError } from '../base/errors.ts';
import type { Verdict } from '../model/verdict.ts';
import type { RunJudge } from './context.ts';

/** Compiled code lies beside this file as JavaScript, the repository runs TypeScript as it is. */
const BODY = new URL(import.meta.url.endsWith('.ts') ? './judge-worker.ts' : './judge-worker.js', import.meta.url);

/**
 * Judges in a worker thread with a read-only connection to the store, one thread a judgement: the event loop stays
 * free, and the rows of 72 hours are in memory only as long as they are needed. Rejects with `judge_failed`.
 */
export function judgeInWorker(storeFile: string): RunJudge {
  return {
    judge(runId, nowMs, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<Verdict>();
      if (signal.aborted) return Promise.reject(signal.reason);
      const worker = new Worker(BODY, { workerData: { file: storeFile, runId, nowMs }, stdin: false });
      const cancel = (): void => {
        reject(signal.reason);
        worker.terminate().catch(() => undefined);
      };
      signal.addEventListener('abort', cancel, { once: true });
      worker.once('message', resolve);
      worker.once('error', (cause) => reject(failed(runId, cause)));
      worker.once('exit', (code) => {
        signal.removeEventListener('abort', cancel);
        reject(failed(runId, new Error(`the thread ended with code ${code} and no verdict`)));
      });
      return promise;
    },
  };
}

const failed = (runId: string, cause: unknown): SoakdError =>
  new SoakdError(`run ${runId} could not be judged`, {
    code: 'judge_failed',
    hint: 'the rows are safe: `soakd replay` judges them again',
    cause,
  });
