import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { weeklySoak } from '../../tests/support/api-rig.ts';
import { begin, HOUR_MS, SimulatedStaging } from '../../tests/support/simulated-staging.ts';
import { expiredRuns, keepSpoolsShort } from './spool-retention.ts';

describe('spool files', () => {
  it('are no longer needed when their run has been over for the retention', () => {
    const runs = [
      { id: 'live', state: 'running' as const, endedMs: null },
      { id: 'fresh', state: 'passed' as const, endedMs: 900 },
      { id: 'old', state: 'failed' as const, endedMs: 400 },
    ];
    expect(expiredRuns(runs, 1_000, 500)).toEqual(['old']);
  });

  it('are deleted then, and nothing else is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'soakd-spools-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const staging = new SimulatedStaging();
    const soaks = staging.daemon();
    const run = await begin(soaks, weeklySoak);
    const runFolder = join(folder, run.id);
    mkdirSync(runFolder);
    for (const file of ['windows-a.jsonl', 'windows-b.jsonl', 'plan.json', 'report.md'])
      writeFileSync(join(runFolder, file), '');
    const stop = new AbortController();
    const { store, clock } = staging;
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const ports = { store, clock, log, runFolder: (id: string) => join(folder, id) };
    const kept = keepSpoolsShort(ports, () => 24 * HOUR_MS, stop.signal);
    await soaks.act(run.id, { kind: 'stop', who: 'ana' });
    await clock.advance(20 * HOUR_MS);
    expect(readdirSync(runFolder)).toHaveLength(4);
    await clock.advance(8 * HOUR_MS);
    stop.abort();
    await kept;
    expect(readdirSync(runFolder).toSorted()).toEqual(['plan.json', 'report.md']);
  });
});
