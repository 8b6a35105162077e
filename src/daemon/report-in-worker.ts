import { Worker } from 'node:worker_threads';
import { SoakdError } from '../base/errors.ts';
import type { ReportFormat } from '../report/render.ts';

/** Compiled code lies beside this file as JavaScript, the repository runs TypeScript as it is. */
const BODY = new URL(import.meta.url.endsWith('.ts') ? './report-worker.ts' : './report-worker.js', import.meta.url);

export type RenderedReports = Record<ReportFormat, string>;

/**
 * Renders the report of a run that has a verdict, in every format, in a worker thread: the rows of three days take a
 * second to read and write down. Rejects with `report_failed`.
 */
export function renderInWorker(storeFile: string, runId: string): Promise<RenderedReports> {
  const { promise, resolve, reject } = Promise.withResolvers<RenderedReports>();
  const worker = new Worker(BODY, { workerData: { file: storeFile, runId }, stdin: false });
  worker.once('message', resolve);
  worker.once('error', (cause) => reject(failed(runId, cause)));
  worker.once('exit', (code) => reject(failed(runId, new Error(`the thread ended with code ${code} and no report`))));
  return promise;
}

const failed = (runId: string, cause: unknown): SoakdError =>
  new SoakdError(`the report of run ${runId} could not be written`, {
    code: 'report_failed',
    hint: 'the rows are safe: `soakd report` writes it again',
    cause,
  });
