/**
 * How long a whole soak of 72 hours takes under the simulated clock: the seed's profile, twenty series a minute, the
 * real SQLite store, criteria judged every twelve hours, the verdict at the end. The store lies in memory (/dev/shm) where
 * there is one: its 8700 transactions would else mostly measure the disk's fsync, which 72 real hours do not notice.
 * Run: `npx node bench/simulated-72h.ts`
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/base/clock.ts';
import { openSqliteStore } from '../src/store/sqlite/open.ts';
import { begin, HOUR_MS, type ScriptedSeries, SimulatedStaging, START_MS } from '../tests/support/simulated-staging.ts';

const RUNS = 5;
const SERIES = 20;
const profile = readFileSync(new URL('../loadprofiles/soak-72h.yaml', import.meta.url), 'utf8').replace(
  '  monitoring:\n',
  '  monitoring:\n    samplers:\n      - kind: scripted\n        name: agent\n',
);

const series = Object.fromEntries(
  Array.from({ length: SERIES }, (_, index): [string, ScriptedSeries] => [
    `series_${index}`,
    {
      unit: 'bytes',
      leakCandidate: index < 4,
      memory: index < 4,
      at: (atMs) => 500e6 + 12e6 * (((atMs / 60_000) % (17 + index)) / 17) + ((atMs - START_MS) / HOUR_MS) * 1e3,
    },
  ]),
);

const times: number[] = [];
for (let round = 0; round < RUNS; round++) {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'soakd-bench-'));
  const file = join(folder, 'soakd.db');
  const store = await openSqliteStore({ file, clock: systemClock });
  const staging = new SimulatedStaging({ store, series });
  const soaks = staging.daemon();
  const beganMs = systemClock.monotonicMs();
  const cpuBefore = process.cpuUsage();
  const run = await staging.clock.runUntil(begin(soaks, profile), HOUR_MS);
  await staging.play(soaks, run.id);
  const tookMs = systemClock.monotonicMs() - beganMs;
  const cpu = process.cpuUsage(cpuBefore);
  const { headline } = await staging.verdict(run.id);
  const windows = await store.windows(run.id);
  await store.close();
  const megabytes = statSync(file).size / 1e6;
  rmSync(folder, { recursive: true });
  times.push(tookMs);
  console.log(
    `${(tookMs / 1000).toFixed(2)} s (${((cpu.user + cpu.system) / 1e6).toFixed(2)} s CPU), ` +
      `${windows.length} windows, ${megabytes.toFixed(1)} MB: ${headline}`,
  );
}
times.sort((a, b) => a - b);
console.log(`median of ${RUNS}: ${((times[Math.floor(RUNS / 2)] ?? 0) / 1000).toFixed(2)} s`);
