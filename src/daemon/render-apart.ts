import { runInChild, siblingModule } from '../base/child-task.ts';
import { SoakdError } from '../base/errors.ts';
import type { ReportFormat } from '../report/render.ts';

const BODY = siblingModule(import.meta.url, 'render-process');

/** What the process is told; no format: all of them. */
interface RenderOrder {
  file: string;
  runId: string;
  format: ReportFormat | null;
}

export type RenderedReports = Record<ReportFormat, string>;

/**
 * Renders the report of a run that has a verdict, in every format, in a process of its own: the rows of three days take
 * a second to read and hundreds of megabytes to hold. Rejects with `report_failed`.
 */
export const renderApart = async (storeFile: string, runId: string): Promise<RenderedReports> =>
  (await ordered({ file: storeFile, runId, format: null })) as RenderedReports;

/** The report in one format, in the same way. */
export async function renderOneApart(storeFile: string, runId: string, format: ReportFormat): Promise<string> {
  const { [format]: text } = await ordered({ file: storeFile, runId, format });
  if (text === undefined) throw new Error(`nothing was rendered as ${format}`);
  return text;
}

async function ordered(order: RenderOrder): Promise<Partial<RenderedReports>> {
  try {
    return (await runInChild(BODY, order)) as Partial<RenderedReports>;
  } catch (cause) {
    throw new SoakdError(`the report of run ${order.runId} could not be written`, {
      code: 'report_failed',
      hint: 'the rows are safe: `soakd report` writes it again',
      cause,
    });
  }
}
