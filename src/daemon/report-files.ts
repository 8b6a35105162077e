import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { SoakdError } from '../base/errors.ts';
import { isMissing, systemCode } from '../base/file-errors.ts';
import type { Verdict } from '../model/verdict.ts';
import { loadBeside } from '../report/load-beside.ts';
import { REPORTS, type ReportFormat } from '../report/render.ts';
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

/** The report as it was written at the run's end: all there is of one whose rows are gone. Rejects with `report_missing`. */
export async function readReportFile(folder: string, format: ReportFormat): Promise<string> {
  const { fileName = '' } = REPORTS.find((one) => one.format === format) ?? {};
  try {
    return await readFile(join(folder, fileName), 'utf8');
  } catch (cause) {
    // The system's own words name the folder, and a reader has no business with that: its code says as much.
    const why = isMissing(cause) ? '' : ` (${systemCode(cause)})`;
    throw new SoakdError(`the rows of this run are gone, and so is its ${fileName}${why}`, {
      code: 'report_missing',
      hint: 'a backup may have it; the verdict is in the store',
      httpStatus: 410,
    });
  }
}
