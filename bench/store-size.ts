/**
 * Size and speed of the store after 72 hours: 20 request names at 100 requests/s, 50 series a minute.
 * Run: npx node bench/store-size.ts
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/base/clock.ts';
import { seededRandom } from '../src/base/random.ts';
import type { Sample, SeriesInfo } from '../src/model/sample.ts';
import { addToSketch, emptySketch } from '../src/model/sketch.ts';
import type { LoadWindow, RequestCell } from '../src/model/window.ts';
import { openSqliteStore } from '../src/store/sqlite/open.ts';
import { openPruner } from '../src/store/sqlite/pruner.ts';
import { processRow, run } from '../tests/contracts/store.ts';
import { loadWindow } from '../tests/support/load-window.ts';
import { normalNoise } from '../tests/support/noise.ts';

const HOURS = 72;
const NAMES = 20;
const REQUESTS_A_WINDOW = 1000;
const SERIES = 50;
const START_MS = Date.UTC(2026, 10, 21, 12);

const noise = normalNoise(1);
const random = seededRandom(2);

/** Log-normal durations, one request in a thousand fails: 1000 requests over 20 names, by popularity. */
function window(sequence: number): LoadWindow {
  const cells = new Map<string, RequestCell>();
  for (let request = 0; request < REQUESTS_A_WINDOW; request++) {
    const name = Math.floor(random() ** 2 * NAMES);
    const ok = random() > 0.001;
    const key = `${name} ${ok}`;
    let cell = cells.get(key);
    if (cell === undefined) {
      cell = {
        scenario: 'soak',
        name: `GET /api/resource-${name}`,
        outcome: ok ? 'ok' : 'http_error',
        count: 0,
        statuses: {},
        errorCodes: {},
        durationsMs: emptySketch(),
      };
      cells.set(key, cell);
    }
    cell.count++;
    const status = ok ? '2xx' : '5xx';
    cell.statuses[status] = (cell.statuses[status] ?? 0) + 1;
    if (!ok) cell.errorCodes['1500'] = (cell.errorCodes['1500'] ?? 0) + 1;
    addToSketch(cell.durationsMs, 50 * (1 + name) * Math.exp(0.4 * noise()));
  }
  return loadWindow({
    sequence,
    startMs: START_MS + sequence * 10_000,
    iterations: { planned: 400, started: 400, finished: 400, interrupted: 0, starved: 0, late: 0, paused: 0 },
    inFlight: {
      iterations: Math.floor(random() * 300),
      oldestIterationMs: 8000 * random(),
      requests: Math.floor(random() * 60),
      oldestRequestMs: 900 * random(),
    },
    users: { busy: Math.floor(random() * 300), max: 3000 },
    requests: [...cells.values()],
    checks: [{ name: 'status is 2xx', passes: 999, fails: 1 }],
    bytes: { sent: Math.floor(1e6 * random()), received: Math.floor(1e7 * random()) },
    clock: { timerLagMs: random(), stepMs: random() / 10 },
  });
}

const series: SeriesInfo[] = Array.from({ length: SERIES }, (_, at) => ({
  id: `source.series_${at}`,
  source: 'source',
  kind: 'process',
  unit: at % 2 === 0 ? 'bytes' : 'percent',
  role: 'target',
  leakCandidate: true,
  memory: at % 2 === 0,
}));

/** Half of the series are whole bytes, half are fractions; six readings a minute each. */
function samples(minute: number): Sample[] {
  return series.map(({ id, unit }) => {
    const level = unit === 'bytes' ? 4096 * Math.round(50_000 + 500 * noise()) : 30 + 5 * noise();
    const spread = unit === 'bytes' ? 4096 * Math.round(20 + 5 * noise()) : Math.abs(noise());
    const [min, max, last] = [level - spread, level + spread, level + spread / 2];
    return { series: id, atMs: START_MS + minute * 60_000, min, mean: (min + max + last) / 3, max, last, readings: 6 };
  });
}

const folder = mkdtempSync(join(tmpdir(), 'soakd-bench-'));
try {
  const file = join(folder, 'soakd.db');
  const store = await openSqliteStore({ file, clock: systemClock });
  await store.createRun(run('r1'), { atMs: START_MS, from: null, to: 'preparing', reason: '' });
  await store.putLoadProcess('r1', processRow('p1'));
  await store.addSeries('r1', series);

  const writesMs: number[] = [];
  /** Of CPU time, which other work beside it does not lengthen: as long as the event loop is held up for sure. */
  const longestMs = { windows: 0, samples: 0 };
  const timed = async (what: keyof typeof longestMs, write: () => Promise<unknown>): Promise<void> => {
    const startedMs = performance.now();
    const cpuBefore = process.threadCpuUsage();
    await write();
    const { user, system } = process.threadCpuUsage(cpuBefore);
    writesMs.push(performance.now() - startedMs);
    longestMs[what] = Math.max(longestMs[what], (user + system) / 1000);
  };
  for (let minute = 0; minute < HOURS * 60; minute++) {
    for (let sequence = minute * 6; sequence < minute * 6 + 6; sequence++) {
      const commit = { runId: 'r1', processId: 'p1', offset: sequence, windows: [window(sequence)], events: [] };
      await timed('windows', () => store.commitWindows(commit));
    }
    const taken = samples(minute);
    await timed('samples', () => store.addSamples('r1', taken));
  }
  await store.addTransition('r1', { atMs: START_MS + 1, from: 'preparing', to: 'passed', reason: '' });

  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  const windows = await store.windows('r1');
  const windowsMs = performance.now() - startedMs;
  const sketches = await store.sketches('r1');
  const sketchesMs = performance.now() - startedMs - windowsMs;
  const stored = await store.samples('r1');
  const readMs = performance.now() - startedMs;
  const cpu = process.cpuUsage(cpuBefore);
  await store.close();
  const expected = { windows: HOURS * 360, samples: HOURS * 60 * SERIES, requests: HOURS * 360 * REQUESTS_A_WINDOW };
  const requests = sketches.reduce((sum, { durationsMs }) => sum + durationsMs.count, 0);
  if (windows.length !== expected.windows || stored.length !== expected.samples || requests !== expected.requests) {
    throw new Error(`rows are missing: ${windows.length} windows, ${stored.length} samples, ${requests} requests`);
  }

  writesMs.sort((a, b) => a - b);
  const writeMs = (share: number): string => (writesMs[Math.floor(share * (writesMs.length - 1))] ?? 0).toFixed(2);
  const totalMs = writesMs.reduce((sum, ms) => sum + ms, 0);
  console.log(`file              ${(statSync(file).size / 1e6).toFixed(1)} MB   (must be <= 40)`);
  console.log(`read a whole run  ${readMs.toFixed(0)} ms   (must be <= 1000)`);
  console.log(
    `  of which        windows ${windowsMs.toFixed(0)}, sketches ${sketchesMs.toFixed(0)}, samples ${(readMs - windowsMs - sketchesMs).toFixed(0)} ms; CPU ${((cpu.user + cpu.system) / 1000).toFixed(0)} ms`,
  );
  console.log(`write             p50 ${writeMs(0.5)} ms, p99 ${writeMs(0.99)} ms, p99.9 ${writeMs(0.999)} ms`);
  console.log(
    `longest write     of CPU time: windows ${longestMs.windows.toFixed(1)} ms, samples ${longestMs.samples.toFixed(1)} ms`,
  );
  console.log(`write a minute    ${(totalMs / (HOURS * 60)).toFixed(1)} ms`);

  const before = statSync(file).size;
  const pruner = await openPruner({ file, clock: systemClock });
  const slicesMs: Record<string, number[]> = { delete: [], 'give back': [] };
  const slice = (what: string, work: () => boolean): void => {
    for (let more = true; more; ) {
      const sliceStartedMs = performance.now();
      more = work();
      slicesMs[what]?.push(performance.now() - sliceStartedMs);
    }
  };
  slice('delete', () => pruner.removeRows('r1', START_MS));
  slice('give back', () => pruner.giveBack(256));
  pruner.close();
  for (const [what, slices] of Object.entries(slicesMs)) {
    console.log(`${what.padEnd(17)} ${slices.length} slices, longest ${Math.max(...slices).toFixed(1)} ms`);
  }
  console.log(`file              ${(before / 1e6).toFixed(1)} MB, then ${(statSync(file).size / 1e6).toFixed(2)} MB`);
} finally {
  rmSync(folder, { recursive: true });
}
