/** The judging process of bench/judging.ts, as src/soak/judge-process.ts, but it tells its own peak of memory and its time. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { answerParent } from '../src/base/child-task.ts';
import { systemClock } from '../src/base/clock.ts';
import { openSqliteStore } from '../src/store/sqlite/open.ts';
import { judge } from '../src/verdict/judge.ts';
import { loadRunRows } from '../src/verdict/load-rows.ts';

await answerParent(async (ordered) => {
  const { file, id, nowMs } = z.strictObject({ file: z.string(), id: z.string(), nowMs: z.number() }).parse(ordered);
  const peakMb = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1000;
  const peakMbEmpty = peakMb();
  const store = await openSqliteStore({ file, clock: systemClock, readOnly: true });
  const beganMs = performance.now();
  const rows = await loadRunRows(store, id);
  const loadedMs = performance.now();
  const peakMbLoaded = peakMb();
  judge(rows, { nowMs });
  const judgedMs = performance.now();
  await store.close();
  const tookMs = { load: Math.round(loadedMs - beganMs), judge: Math.round(judgedMs - loadedMs) };
  return { peakMbEmpty, peakMbLoaded, peakMbJudged: peakMb(), tookMs };
});
