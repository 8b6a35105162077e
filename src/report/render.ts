import type { Verdict } from '../model/verdict.ts';
import type { RunRows } from '../verdict/rows.ts';
import { type Beside, NOTHING_BESIDE } from './beside.ts';
import { renderHtml } from './html/html.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderSummary } from './summary.ts';

export type ReportFormat = 'summary' | 'md' | 'html' | 'json' | 'junit';

/** Each format with the file it is written to in the run's folder, and its media type. */
export const REPORTS: readonly {
  format: ReportFormat;
  fileName: string;
  mediaType: string;
  render: (rows: RunRows, verdict: Verdict, beside?: Beside) => string;
}[] = [
  { format: 'summary', fileName: 'summary.txt', mediaType: 'text/plain; charset=utf-8', render: renderSummary },
  { format: 'md', fileName: 'report.md', mediaType: 'text/markdown; charset=utf-8', render: renderMarkdown },
  { format: 'html', fileName: 'report.html', mediaType: 'text/html; charset=utf-8', render: renderHtml },
  { format: 'json', fileName: 'report.json', mediaType: 'application/json; charset=utf-8', render: renderJson },
  { format: 'junit', fileName: 'report.junit.xml', mediaType: 'application/xml; charset=utf-8', render: renderJunit },
];

/** The report of a run in one format; pure. */
export function renderReport(
  format: ReportFormat,
  rows: RunRows,
  verdict: Verdict,
  beside: Beside = NOTHING_BESIDE,
): string {
  const report = REPORTS.find((one) => one.format === format);
  if (report === undefined) throw new RangeError(`no report format ${format}`);
  return report.render(rows, verdict, beside);
}
