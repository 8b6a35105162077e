/** Body of the worker thread that renders one run's reports and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { systemClock } from '../base/clock.ts';
import { renderReport } from '../report/render.ts';
import { openSqliteStore } from '../store/sqlite/open.ts';
import { loadRunRows } from '../verdict/load-rows.ts';
import type { RenderedReports } from './report-in-worker.ts';

const { file, runId } = z.strictObject({ file: z.string(), runId: z.string() }).parse(workerData);
const store = await openSqliteStore({ file, clock: systemClock, readOnly: true });
try {
  const verdict = await store.verdict(runId);
  if (verdict === null) throw new Error(`run ${runId} has no verdict`);
  const rows = await loadRunRows(store, runId);
  const reports: RenderedReports = {
    md: renderReport('md', rows, verdict),
    json: renderReport('json', rows, verdict),
    junit: renderReport('junit', rows, verdict),
  };
  parentPort?.postMessage(reports);
} finally {
  await store.close();
}
