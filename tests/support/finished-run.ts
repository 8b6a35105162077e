/** A soak that has ended, in a data folder as a daemon leaves it; played in simulated time over the real SQLite store. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { runFolderIn, storeFileIn } from '../../src/daemon/wire.ts';
import type { Run } from '../../src/model/run.ts';
import { REPORTS } from '../../src/report/render.ts';
import type { StartRequest } from '../../src/soak/control.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { weeklySoak } from './api-rig.ts';
import { begin, HOUR_MS, type ScriptedSeries, SimulatedStaging, START_MS } from './simulated-staging.ts';

const MEMORY: ScriptedSeries = {
  unit: 'bytes',
  leakCandidate: true,
  memory: true,
  at: (atMs) => 2e8 + 1e6 * Math.sin(atMs / HOUR_MS),
};

/** Its profile. */
export const threeHours = weeklySoak.replace('duration: 24h', 'duration: 3h').replace('warmup: 2h', 'warmup: 30m');

export interface FinishedRun {
  run: Run;
  endedMs: number;
}

/** Plays three hours from `startMs` on and closes the store; spool and reports are files of a few bytes. */
export async function finishRun(
  dataFolder: string,
  { startMs = START_MS, ...changes }: Partial<StartRequest> & { startMs?: number } = {},
): Promise<FinishedRun> {
  const store = await openSqliteStore({ file: storeFileIn(dataFolder), clock: systemClock });
  const staging = new SimulatedStaging({ series: { rss_bytes: MEMORY }, store, startMs });
  const soaks = staging.daemon();
  const run = await begin(soaks, threeHours, changes);
  await staging.play(soaks, run.id);
  await store.close();
  const folder = runFolderIn(dataFolder, run.id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'windows-p1.jsonl'), '{}\n'.repeat(1_000));
  writeFileSync(join(folder, 'plan.json'), '{}\n');
  for (const { format, fileName } of REPORTS) writeFileSync(join(folder, fileName), `${format} report of ${run.id}\n`);
  return { run, endedMs: staging.clock.now() };
}
