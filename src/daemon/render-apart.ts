import { runInChild, siblingModule } from '../base/child-task.ts';
import { SoakdError } from '../base/errors.ts';
import type { ReportFormat } from '../report/render.ts';

const BODY = siblingModule(import.meta.url, 'render-process');

export type RenderedReports = Record<ReportFormat, string>;

/**
 * Renders the report of a run that has a verdict, in every format, in a process of its own: the rows of three days take
 * a second to read and hundreds of megabytes to hold. Rejects with `report_failed`.
 */
export async function renderApart(storeFile: string, runId: string): Promise<RenderedReports> {
  try {
    return (await runInChild(BODY, { file: storeFile, runId })) as RenderedReports;
  } catch (cause) {
    throw new SoakdError(`the report of run ${runId} could not be written`, {
      code: 'report_failed',
      hint: 'the rows are safe: `soakd report` writes it again',
      cause,
    });
  }
}
