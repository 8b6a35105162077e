/**
 * What the executor and the output cost: CPU seconds (user and system) of k6 with both, against bare k6 with its own
 * constant-arrival-rate, same script, 2000 requests a second, in alternating pairs so that a change of the machine meets both.
 *
 *     npx node bench/k6-cost.ts [pairs, default 4] [seconds, default 20]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { k6BinaryPath } from '../src/load/k6-binary.ts';

const RATE = 2000;
const USERS = 200;
const PREPARATION_MS = 2000;
const [pairs = 4, seconds = 20] = process.argv.slice(2).map(Number);

const root = join(import.meta.dirname, '..');
const k6 = k6BinaryPath(process.env, root).path;
const folder = mkdtempSync(join(tmpdir(), 'soakd-k6-cost-'));

interface Cost {
  cpuSeconds: number;
  requests: number;
  rssMb: number;
}

/** Clock ticks a second in /proc (USER_HZ, proc(5)). */
const TICKS = 100;

/** CPU of a child that has ended is gone from /proc: it is read until the end, and the last reading counts. */
async function measure(child: ChildProcess): Promise<{ cpuSeconds: number; rssMb: number }> {
  let ticks = 0;
  let rssMb = 0;
  const read = () => {
    try {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      ticks = Number(fields[11]) + Number(fields[12]);
      rssMb = (Number(fields[21]) * 4096) / 1e6 || rssMb;
    } catch {
      // The process has just ended.
    }
  };
  const reader = setInterval(read, 50);
  const [code] = await once(child, 'exit');
  clearInterval(reader);
  if (code !== 0) throw new Error(`k6 ended with ${code}`);
  return { cpuSeconds: ticks / TICKS, rssMb };
}

const scriptFor = (scenario: string, port: string): string => `
  import http from 'k6/http';
  export const options = { discardResponseBodies: true,
    systemTags: ['status', 'name', 'scenario', 'expected_response', 'error_code', 'check'],
    scenarios: { soak: ${scenario} } };
  export default function () { http.get('http://127.0.0.1:${port}/', { tags: { name: 'GET /' } }); }`;

const FLAGS = ['run', '--quiet', '--summary-mode=disabled', '--no-thresholds', '--no-usage-report', '--address='];

async function run(kind: 'bare' | 'soakd', port: string): Promise<Cost> {
  const script = join(folder, `${kind}.js`);
  const planFile = join(folder, 'plan.json');
  const spool = join(folder, 'windows.jsonl');
  rmSync(spool, { force: true });
  const before = await served(port);
  // k6 prepares its users first; both kinds then offer the same number of requests.
  const startMs = Date.now() + PREPARATION_MS;
  const endMs = startMs + seconds * 1000;
  const points = [startMs, endMs].map((atMs) => ({ atMs, iterationsPerSecond: RATE }));
  writeFileSync(
    planFile,
    JSON.stringify({ version: 1, revision: 1, seed: 1, arrivals: 'poisson', startMs, endMs, points }),
  );
  const scenario =
    kind === 'bare'
      ? `{ executor: 'constant-arrival-rate', rate: ${RATE}, duration: '${seconds}s', preAllocatedVUs: ${USERS} }`
      : `{ executor: 'soakd-arrival', planFile: '${planFile}', maxVUs: ${USERS}, drain: '5s' }`;
  writeFileSync(script, scriptFor(scenario, port));
  const out = kind === 'bare' ? [] : ['--out', `soakd=${spool}?process=bench`];
  const child = spawn(k6, [...FLAGS, ...out, script], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, K6_AUTO_EXTENSION_RESOLUTION: 'false' },
  });
  const cost = await measure(child);
  return { ...cost, requests: (await served(port)) - before };
}

/** Requests that the target has served so far. */
async function served(port: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/served`, { headers: { connection: 'close' } });
  return Number(await answer.text());
}

const target = spawn(process.execPath, [join(root, 'bench', 'target', 'main.ts')], {
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
try {
  if (target.stdout === null) throw new Error('the target has no output');
  const port = String((await once(target.stdout, 'data'))[0]).trim();
  const microseconds: Record<'bare' | 'soakd', number[]> = { bare: [], soakd: [] };
  for (let pair = 0; pair < pairs; pair++) {
    for (const kind of pair % 2 === 0 ? (['bare', 'soakd'] as const) : (['soakd', 'bare'] as const)) {
      const cost = await run(kind, port);
      const each = (cost.cpuSeconds / cost.requests) * 1e6;
      microseconds[kind].push(each);
      console.log(
        `${kind.padEnd(5)} ${cost.cpuSeconds.toFixed(2)} CPU s for ${cost.requests} requests: ${each.toFixed(1)} µs each, ${cost.rssMb.toFixed(0)} MB`,
      );
    }
  }
  // Per request, since a bare run may drop some; the median of the pairs, since the machine may be busy with other things.
  const ratios = microseconds.soakd
    .map((each, pair) => each / (microseconds.bare[pair] ?? Number.NaN))
    .sort((a, b) => a - b);
  const median = ((ratios[Math.floor((pairs - 1) / 2)] ?? 0) + (ratios[Math.ceil((pairs - 1) / 2)] ?? 0)) / 2;
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  console.log(`ratio of each pair: ${ratios.map((ratio) => ratio.toFixed(3)).join(' ')}`);
  console.log(
    `median ${median.toFixed(3)}, all together ${(sum(microseconds.soakd) / sum(microseconds.bare)).toFixed(3)}; must be at most 1.05`,
  );
} finally {
  target.kill();
  rmSync(folder, { recursive: true, force: true });
}
