import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import type { Verdict } from '../model/verdict.ts';
import { REPORTS } from '../report/render.ts';
import type { Store } from '../store/store.ts';
import { loadRunRows } from '../verdict/load-rows.ts';
import type { RenderedReports } from './render-apart.ts';

/** Writes the report of a judged run in every format into `folder`. */
export async function writeReportFiles(store: Store, runId: string, folder: string, verdict: Verdict): Promise<void> {
  const rows = await loadRunRows(store, runId);
  for (const { fileName, render } of REPORTS) await writeFileAtomic(join(folder, fileName), render(rows, verdict));
}

/** Writes reports that were rendered elsewhere. */
export async function writeRenderedReports(reports: RenderedReports, folder: string): Promise<void> {
  for (const { format, fileName } of REPORTS) await writeFileAtomic(join(folder, fileName), reports[format]);
}
