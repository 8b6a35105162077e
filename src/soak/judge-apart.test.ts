import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MEMORY, runRows } from '../../tests/support/run-rows.ts';
import { begin, SimulatedStaging } from '../../tests/support/simulated-staging.ts';
import { systemClock } from '../base/clock.ts';
import { openSqliteStore } from '../store/sqlite/open.ts';
import type { Store } from '../store/store.ts';
import { gatherEvidence } from '../verdict/evidence.ts';
import { seriesGrowth } from '../verdict/growth-of-run.ts';
import { loadRunRows } from '../verdict/load-rows.ts';
import type { TrendsOfRun } from '../verdict/trends-of-run.ts';
import { judgeApart } from './judge-apart.ts';
import { judgeHere } from './judge-here.ts';

const HOUR_MS = 3_600_000;
const profile = `
soak_test:
  name: "two hours"
  duration: 2h
  traffic_pattern: { base_rate: 60 }
`;

describe('a judge in a process of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'soakd-judge-'));
  const file = join(folder, 'soakd.db');
  const calm = new AbortController().signal;
  let store: Store;
  let runId: string;

  beforeAll(async () => {
    store = await openSqliteStore({ file, clock: systemClock });
    const staging = new SimulatedStaging({ store });
    const soaks = staging.daemon();
    runId = (await staging.clock.runUntil(begin(soaks, profile), HOUR_MS)).id;
    await staging.play(soaks, runId);
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it('says what a judge here says, about the end and about an instant before, while the store is open', async () => {
    const apart = judgeApart(file);
    const here = judgeHere(store);
    expect(await apart.judge(runId, null, calm)).toEqual(await here.judge(runId, null, calm));
    const nowMs = ((await store.run(runId))?.startMs ?? 0) + HOUR_MS;
    expect(await apart.judge(runId, nowMs, calm)).toEqual(await here.judge(runId, nowMs, calm));
  });

  it('takes growth and drift as they are given, and gives them back', async () => {
    const rows = await loadRunRows(store, runId);
    const [series] = gatherEvidence(runRows({ hours: 12, series: { 'agent.rss_bytes': MEMORY } })).trends.growth;
    if (series === undefined) throw new Error('a series');
    const trends: TrendsOfRun = { growth: [series], drift: [], typical: null };
    const verdict = await judgeApart(file).judge(runId, rows.run.startMs + HOUR_MS, calm, trends);
    expect(verdict.growth).toEqual([seriesGrowth(series, rows.plan)]);
  });

  it('fails with a hint for a run that is not there, and with the reason when it is called off', async () => {
    const apart = judgeApart(file);
    await expect(apart.judge('nobody', null, calm)).rejects.toMatchObject({ code: 'judge_failed' });
    const called = new AbortController();
    const judging = apart.judge(runId, null, called.signal);
    called.abort(new Error('not any more'));
    await expect(judging).rejects.toThrow('not any more');
    await expect(apart.judge(runId, null, called.signal)).rejects.toThrow('not any more');
  });
});
