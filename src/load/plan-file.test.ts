import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArrivalPlan } from '../model/plan.ts';
import { endedAt, planFileOf, toPlanFile, writePlanFile } from './plan-file.ts';

const plan: ArrivalPlan = {
  revision: 3,
  seed: 42,
  arrivals: 'poisson',
  startMs: 1_790_000_000_000,
  endMs: 1_790_000_600_000,
  compression: 1,
  requestsPerIteration: 2.5,
  points: [
    { atMs: 1_790_000_000_000, requestsPerMinute: 300, multiplier: 1, paused: false },
    { atMs: 1_790_000_300_000, requestsPerMinute: 300, multiplier: 1, paused: true },
    { atMs: 1_790_000_600_000, requestsPerMinute: 300, multiplier: 1, paused: false },
  ],
  calibration: [],
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'soakd-plan-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const written = (): unknown => JSON.parse(readFileSync(planFileOf(folder), 'utf8'));

describe('the plan file', () => {
  it('turns requests a minute into iterations a second, and marks pauses', () => {
    expect(toPlanFile(plan).points).toEqual([
      { atMs: 1_790_000_000_000, iterationsPerSecond: 2 },
      { atMs: 1_790_000_300_000, iterationsPerSecond: 2, paused: true },
      { atMs: 1_790_000_600_000, iterationsPerSecond: 2 },
    ]);
  });

  it('never falls back to a revision that a running k6 has seen', async () => {
    await writePlanFile(folder, plan);
    expect(written()).toMatchObject({ revision: 3 });
    await writePlanFile(folder, { ...plan, endMs: plan.endMs - 1 });
    expect(written()).toMatchObject({ revision: 4, endMs: plan.endMs - 1 });
    await writePlanFile(folder, { ...plan, revision: 9 });
    expect(written()).toMatchObject({ revision: 9 });
  });

  it('is written anew over one that cannot be read', async () => {
    writeFileSync(planFileOf(folder), '{"revision": 7');
    await writePlanFile(folder, plan);
    expect(written()).toMatchObject({ revision: 3 });
  });

  it('ends at once, also when it had not begun', () => {
    expect(endedAt(plan, plan.startMs + 1000)).toMatchObject({ startMs: plan.startMs, endMs: plan.startMs + 1000 });
    const before = endedAt(plan, plan.startMs - 5000);
    expect(before.endMs).toBe(plan.startMs - 5000);
    expect(before.startMs).toBeLessThan(before.endMs);
    expect(endedAt(plan, plan.endMs + 1000).endMs).toBe(plan.endMs);
  });
});
