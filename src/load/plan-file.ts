/** The arrival plan as k6's executor reads it: `plan.json` (docs/formats.md, "The arrival plan"). */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { isMissing } from '../base/file-errors.ts';
import type { ArrivalPlan } from '../model/plan.ts';

export const planFileOf = (folder: string): string => join(folder, 'plan.json');

interface PlanFile {
  version: 1;
  revision: number;
  seed: number;
  arrivals: ArrivalPlan['arrivals'];
  startMs: number;
  endMs: number;
  points: { atMs: number; iterationsPerSecond: number; paused?: true }[];
}

/** Requests a minute become iterations a second: one iteration makes `requestsPerIteration` requests. */
export function toPlanFile(plan: ArrivalPlan): PlanFile {
  return {
    version: 1,
    revision: plan.revision,
    seed: plan.seed,
    arrivals: plan.arrivals,
    startMs: plan.startMs,
    endMs: plan.endMs,
    points: plan.points.map(({ atMs, requestsPerMinute, paused }) => ({
      atMs,
      iterationsPerSecond: requestsPerMinute / 60 / plan.requestsPerIteration,
      ...(paused ? { paused } : {}),
    })),
  };
}

/** The plan with no arrival from `atMs` on; a plan that had not begun ends before it begins. */
export const endedAt = (plan: ArrivalPlan, atMs: number): ArrivalPlan => ({
  ...plan,
  startMs: Math.min(plan.startMs, atMs - 1),
  endMs: Math.min(plan.endMs, atMs),
});

/**
 * Writes the plan for a running k6 atomically. The executor follows only a revision higher than the one it knows, so
 * the file's revision never falls, whoever wrote it before.
 */
export async function writePlanFile(folder: string, plan: ArrivalPlan): Promise<void> {
  const path = planFileOf(folder);
  const revision = Math.max(plan.revision, (await writtenRevision(path)) + 1);
  await writeFileAtomic(path, `${JSON.stringify({ ...toPlanFile(plan), revision })}\n`);
}

/** -1 when there is no plan yet, or none that can be read. */
async function writtenRevision(path: string): Promise<number> {
  try {
    const written: unknown = JSON.parse(await readFile(path, 'utf8'));
    const revision = typeof written === 'object' && written !== null && 'revision' in written ? written.revision : -1;
    return typeof revision === 'number' && Number.isSafeInteger(revision) ? revision : -1;
  } catch (thrown) {
    if (isMissing(thrown) || thrown instanceof SyntaxError) return -1;
    throw thrown;
  }
}
