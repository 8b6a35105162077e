/** Body of the worker thread that judges one run and ends: its memory goes with it. */
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { systemClock } from '../base/clock.ts';
import { openSqliteStore } from '../store/sqlite/open.ts';
import { judgeStored } from './judge-here.ts';

const order = z.strictObject({ file: z.string(), runId: z.string(), nowMs: z.number().nullable() });

const { file, runId, nowMs } = order.parse(workerData);
const store = await openSqliteStore({ file, clock: systemClock, readOnly: true });
try {
  parentPort?.postMessage(await judgeStored(store, runId, nowMs));
} finally {
  await store.close();
}
