/** Body of the process that renders one run's reports and ends. */
import { z } from 'zod';
import { answerParent } from '../base/child-task.ts';
import { systemClock } from '../base/clock.ts';
import { renderReport } from '../report/render.ts';
import { openSqliteStore } from '../store/sqlite/open.ts';
import { loadRunRows } from '../verdict/load-rows.ts';
import type { RenderedReports } from './render-apart.ts';

const order = z.strictObject({ file: z.string(), runId: z.string() });

await answerParent(async (ordered): Promise<RenderedReports> => {
  const { file, runId } = order.parse(ordered);
  const store = await openSqliteStore({ file, clock: systemClock, readOnly: true });
  try {
    const verdict = await store.verdict(runId);
    if (verdict === null) throw new Error(`run ${runId} has no verdict`);
    const rows = await loadRunRows(store, runId);
    return {
      md: renderReport('md', rows, verdict),
      json: renderReport('json', rows, verdict),
      junit: renderReport('junit', rows, verdict),
    };
  } finally {
    await store.close();
  }
});
