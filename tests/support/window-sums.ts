/** What the windows of a load process say when they are added up. */
import { expect } from 'vitest';
import type { LoadEngine } from '../../src/load/engine.ts';
import type { LoadProcessRow } from '../../src/model/run.ts';
import type { IterationCounts, LoadWindow, Outcome } from '../../src/model/window.ts';

/** All windows of a process from `offset` on, batch after batch. */
export async function readAllWindows(engine: LoadEngine, row: LoadProcessRow, offset = 0): Promise<LoadWindow[]> {
  const windows: LoadWindow[] = [];
  for (let at = offset; ; ) {
    const batch = await engine.readWindows(row, at);
    expect(batch.corruptRecords).toBe(0);
    windows.push(...batch.windows);
    at = batch.nextOffset;
    if (!batch.more) return windows;
  }
}

/** Iterations of all windows together. */
export function iterationsOf(windows: LoadWindow[]): IterationCounts {
  const sum = { planned: 0, started: 0, finished: 0, interrupted: 0, starved: 0, late: 0, paused: 0 };
  for (const { iterations } of windows) {
    for (const key of Object.keys(sum) as (keyof IterationCounts)[]) sum[key] += iterations[key];
  }
  return sum;
}

/** Requests by name and outcome: `GET /: ok` → 12. */
export function requestsIn(windows: LoadWindow[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { name, outcome, count } of windows.flatMap(({ requests }) => requests)) {
    sums[`${name}: ${outcome}`] = (sums[`${name}: ${outcome}`] ?? 0) + count;
  }
  return sums;
}

/** Every outcome that occurs. */
export const outcomesIn = (windows: LoadWindow[]): Set<Outcome> =>
  new Set(windows.flatMap(({ requests }) => requests.map(({ outcome }) => outcome)));

/** Checks by name. */
export function checksIn(windows: LoadWindow[]): Record<string, { passes: number; fails: number }> {
  const sums: Record<string, { passes: number; fails: number }> = {};
  for (const { name, passes, fails } of windows.flatMap(({ checks }) => checks)) {
    const before = sums[name] ?? { passes: 0, fails: 0 };
    sums[name] = { passes: before.passes + passes, fails: before.fails + fails };
  }
  return sums;
}
