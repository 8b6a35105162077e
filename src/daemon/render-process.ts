/** Body of the process that renders one run's reports and ends. */
import { z } from 'zod';
import { answerParent } from '../base/child-task.ts';
import { systemClock } from '../base/clock.ts';
import { loadBeside } from '../report/load-beside.ts';
import { REPORTS } from '../report/render.ts';
import { openSqliteDutyStore, openSqliteStore } from '../store/sqlite/open.ts';
import { loadRunRows } from '../verdict/load-rows.ts';
import type { RenderedReports } from './render-apart.ts';

const order = z.strictObject({ file: z.string(), runId: z.string(), format: z.string().nullable() });

await answerParent(async (ordered): Promise<Partial<RenderedReports>> => {
  const { file, runId, format: only } = order.parse(ordered);
  const options = { file, clock: systemClock, readOnly: true };
  const store = await openSqliteStore(options);
  const duty = await openSqliteDutyStore(options);
  try {
    const verdict = await store.verdict(runId);
    if (verdict === null) throw new Error(`run ${runId} has no verdict`);
    const rows = await loadRunRows(store, runId);
    const beside = await loadBeside(store, duty, rows.run);
    const rendered: Partial<RenderedReports> = {};
    for (const { format, render } of REPORTS)
      if (only === null || only === format) rendered[format] = render(rows, verdict, beside);
    return rendered;
  } finally {
    await duty.close();
    await store.close();
  }
});
