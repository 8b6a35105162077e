/** Body of the process that judges one run and ends: its memory goes with it. */
import { z } from 'zod';
import { answerParent } from '../base/child-task.ts';
import { systemClock } from '../base/clock.ts';
import { openSqliteStore } from '../store/sqlite/open.ts';
import type { TrendsOfRun } from '../verdict/trends-of-run.ts';
import { judgeStored } from './judge-here.ts';

const order = z.strictObject({
  file: z.string(),
  runId: z.string(),
  nowMs: z.number().nullable(),
  // Made by our own parent a moment ago.
  trends: z.custom<TrendsOfRun>().optional(),
});

await answerParent(async (ordered) => {
  const { file, runId, nowMs, trends } = order.parse(ordered);
  const store = await openSqliteStore({ file, clock: systemClock, readOnly: true });
  try {
    return await judgeStored(store, runId, nowMs, trends);
  } finally {
    await store.close();
  }
});
