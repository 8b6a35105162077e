/**
 * The daemon at work for an hour at 2000 requests a second: its CPU and memory, k6's memory, and how fast
 * `GET /v1/status` answers meanwhile. Memory is compared between the two quarters of the second half.
 *
 *     npx node bench/daemon-hour.ts [minutes, default 60] [requests a second, default 2000]
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const [minutes = 60, rate = 2000] = process.argv.slice(2).map(Number);
const root = join(import.meta.dirname, '..');
const withTools = { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) };
const folder = mkdtempSync(join(tmpdir(), 'soakd-hour-'));
const SAMPLE_MS = 5_000;
/** Clock ticks a second in /proc (USER_HZ, proc(5)), and bytes of a page. */
const TICKS = 100;
const PAGE_BYTES = 4096;

const children: ReturnType<typeof spawn>[] = [];
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const target = start([join(root, 'bench', 'target', 'main.ts')]);
const targetUrl = await addressFrom(target.stdout);

writeFileSync(
  join(folder, 'profile.yaml'),
  `soak_test:
  name: "an hour at ${rate} requests a second"
  duration: ${minutes}m
  target: { url: ${targetUrl} }
  traffic_pattern: { base_rate: ${rate * 60}, night_multiplier: 1, warmup: 1m }
  user_simulation: { max_users: 500 }
  workload: { kind: requests, timeout: 10s, requests: [{ name: one, path: / }, { name: two, path: /two }] }
  monitoring: { interval: 60s }
`,
);
writeFileSync(join(folder, 'soakd.yaml'), 'listen: 127.0.0.1:0\nlog_level: info\n');
// As deployed: compiled, with the flags of the unit file and the image.
const built = spawnSync('tsc', ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit', env: withTools });
if (built.status !== 0) throw new Error('soakd does not compile');
const daemon = start([
  ...(process.env.NODE_FLAGS ?? '--max-semi-space-size=4').split(' '),
  join(root, 'dist', 'cli', 'main.js'),
  '--data',
  join(folder, 'data'),
  'daemon',
  '--config',
  join(folder, 'soakd.yaml'),
]);
const url = await addressFrom(daemon.stdout, daemon.stderr);

const started = await fetch(`${url}/v1/runs`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    profileSource: readFileSync(join(folder, 'profile.yaml'), 'utf8'),
    profileName: 'profile.yaml',
  }),
});
if (!started.ok) throw new Error(`the run was not started: ${await started.text()}`);
const { id } = (await started.json()) as { id: string };
console.error(`run ${id} on ${targetUrl}; ${minutes} minutes`);

interface Reading {
  atMs: number;
  daemonRssMb: number;
  daemonCpuS: number;
  k6RssMb: number | null;
}

const readings: Reading[] = [];
const statusMs: number[] = [];
const endMs = Date.now() + minutes * 60_000;
let nextSampleMs = 0;
while (Date.now() < endMs - 5_000) {
  const askedMs = performance.now();
  const answer = await fetch(`${url}/v1/status`);
  await answer.text();
  if (answer.ok) statusMs.push(performance.now() - askedMs);
  if (Date.now() >= nextSampleMs) {
    nextSampleMs = Date.now() + SAMPLE_MS;
    const own = processOf(daemon.pid ?? 0);
    const k6 = k6Of(id);
    if (own !== null)
      readings.push({ atMs: Date.now(), daemonRssMb: own.rssMb, daemonCpuS: own.cpuS, k6RssMb: k6?.rssMb ?? null });
  }
  await pause(100 + Math.random() * 100);
}

const [first, last] = [readings[0], readings.at(-1)];
if (first === undefined || last === undefined) throw new Error('nothing was read');
const half = readings.slice(readings.length >> 1);
const third = half.slice(0, half.length >> 1);
const fourth = half.slice(half.length >> 1);
const growth = (of: (reading: Reading) => number | null): string => {
  const [before, after] = [mean(third.map(of)), mean(fourth.map(of))];
  return `${before.toFixed(1)} → ${after.toFixed(1)} MB (${(((after - before) / before) * 100).toFixed(2)} %)`;
};
statusMs.sort((a, b) => a - b);
const seconds = (last.atMs - first.atMs) / 1000;
console.log(`minutes                              ${minutes}`);
console.log(`daemon, CPU cores                    ${((last.daemonCpuS - first.daemonCpuS) / seconds).toFixed(3)}`);
console.log(
  `daemon, largest RSS                  ${Math.max(...readings.map((reading) => reading.daemonRssMb)).toFixed(0)} MB`,
);
console.log(`daemon, RSS third → fourth quarter   ${growth((reading) => reading.daemonRssMb)}`);
console.log(`k6, RSS third → fourth quarter       ${growth((reading) => reading.k6RssMb)}`);
console.log(
  `/v1/status, p50 and p99              ${quantile(0.5)} ms, ${quantile(0.99)} ms of ${statusMs.length} answers`,
);
const status = (await (await fetch(`${url}/v1/status`)).json()) as Record<string, unknown>;
console.log(`status at the end                    ${JSON.stringify(status).slice(0, 1500)}`);
await fetch(`${url}/v1/runs/${id}/actions`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ kind: 'stop' }),
});
await pause(20_000);
process.exit(0);

function start(args: string[]): ReturnType<typeof spawn> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder });
  children.push(child);
  return child;
}

/** The first loopback address that a child prints; what comes after is read and thrown away. */
async function addressFrom(...streams: (NodeJS.ReadableStream | null)[]): Promise<string> {
  const found = Promise.withResolvers<string>();
  for (const stream of streams) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (address !== undefined) found.resolve(address);
      // The target prints its port alone.
      else if (/^\d+$/.test(line)) found.resolve(`http://127.0.0.1:${line}`);
    });
  }
  const limit = pause(20_000).then(() => Promise.reject(new Error('no address was printed')));
  return Promise.race([found.promise, limit]);
}

function processOf(pid: number): { rssMb: number; cpuS: number } | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return { rssMb: (Number(fields[21]) * PAGE_BYTES) / 1e6, cpuS: (Number(fields[11]) + Number(fields[12])) / TICKS };
  } catch {
    return null;
  }
}

/** k6 is a child of the daemon that started it, and carries the run's id in its command line. */
function k6Of(runId: string): { rssMb: number; cpuS: number } | null {
  const own = daemon.pid ?? 0;
  const pids = readFileSync(`/proc/${own}/task/${own}/children`, 'utf8').trim().split(' ').map(Number);
  const pid = pids.find((child) => child > 0 && readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(runId));
  return pid === undefined ? null : processOf(pid);
}

function mean(values: (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

function quantile(share: number): string {
  return (statusMs[Math.floor(share * (statusMs.length - 1))] ?? Number.NaN).toFixed(2);
}
