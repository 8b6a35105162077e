/** The daemon's side of bench/judging.ts: judges four times and tells its own peak of memory. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { answerParent } from '../src/base/child-task.ts';
import { judgeApart } from '../src/soak/judge-apart.ts';

await answerParent(async (ordered) => {
  const { file, id, nowMs } = z.strictObject({ file: z.string(), id: z.string(), nowMs: z.number() }).parse(ordered);
  const judge = judgeApart(file);
  const peakMb = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1000;
  const beforeMb = peakMb();
  const tookMs: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    const beganMs = performance.now();
    await judge.judge(id, nowMs, new AbortController().signal);
    tookMs.push(Math.round(performance.now() - beganMs));
  }
  return { peakMbBefore: beforeMb, peakMbAfter: peakMb(), tookMs };
});
