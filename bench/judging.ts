/**
 * What judging a nearly finished run of 72 hours costs the daemon, and the process in which it is done: 20 request names, 50 series, 3000 requests a minute.
 * Run: `npx node bench/judging.ts`
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInChild } from '../src/base/child-task.ts';
import { systemClock } from '../src/base/clock.ts';
import { openSqliteStore } from '../src/store/sqlite/open.ts';
import { begin, HOUR_MS, type ScriptedSeries, SimulatedStaging } from '../tests/support/simulated-staging.ts';

const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'soakd-bench-'));
const file = join(folder, 'soakd.db');
const store = await openSqliteStore({ file, clock: systemClock });
const series = Object.fromEntries(
  Array.from({ length: 50 }, (_, index): [string, ScriptedSeries] => [
    `series_${index}`,
    {
      unit: 'bytes',
      leakCandidate: index < 4,
      memory: index < 4,
      at: (atMs) => 5e8 + ((atMs / 60_000) % (17 + index)) * 1e5,
    },
  ]),
);
const requests = Array.from({ length: 20 }, (_, index) => ({ name: `GET /${index}`, share: 0.05 }));
const staging = new SimulatedStaging({ store, series, load: { requests }, settings: { judgeEveryMs: 1000 * HOUR_MS } });
const profile = readFileSync(new URL('../loadprofiles/soak-72h.yaml', import.meta.url), 'utf8')
  .replace('base_rate: 30', 'base_rate: 3000')
  .replace('  monitoring:\n', '  monitoring:\n    samplers:\n      - kind: scripted\n        name: agent\n');
const soaks = staging.daemon();
const { id } = await staging.clock.runUntil(begin(soaks, profile), HOUR_MS);
await staging.clock.advance(71.9 * HOUR_MS);
await soaks.close();
await store.close();

// Processes that have done nothing else, as a daemon between two judgements has not.
const order = { file, id, nowMs: staging.clock.now() };
console.log('the daemon', await runInChild(new URL('./judging-daemon.ts', import.meta.url), order));
for (let turn = 0; turn < 3; turn++) {
  console.log('the process that judges', await runInChild(new URL('./judging-child.ts', import.meta.url), order));
}
rmSync(folder, { recursive: true });
