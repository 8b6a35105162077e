import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import type { Verdict } from '../model/verdict.ts';
import { loadBeside } from '../report/load-beside.ts';
import { REPORTS } from '../report/render.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { Store } from '../store/store.ts';
import { loadRunRows } from '../verdict/load-rows.ts';
import type { RenderedReports } from './render-apart.ts';

/** Writes the report of a judged run in every format into `folder`. */
export async function writeReportFiles(
  { store, duty }: { store: Store; duty: DutyStore },
  runId: string,
  folder: string,
  verdict: Verdict,
): Promise<void> {
  const rows = await loadRunRows(store, runId);
  const beside = await loadBeside(store, duty, rows.run);
  for (const { fileName, render } of REPORTS)
    await writeFileAtomic(join(folder, fileName), render(rows, verdict, beside));
}

/** Writes reports that were rendered elsewhere. */
export async function writeRenderedReports(reports: RenderedReports, folder: string): Promise<void> {
  for (const { format, fileName } of REPORTS) await writeFileAtomic(join(folder, fileName), reports[format]);
}
