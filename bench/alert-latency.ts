/**
 * How long after the end of the window that decides it an alert arrives: a real daemon, the real k6, and a webhook receiver on
 * loopback. The target fails for twenty seconds of each three minutes; each time one alert fires and is resolved.
 *
 *     npx node bench/alert-latency.ts [times, default 5] [requests a second, default 20]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

const [times = 5, rate = 20] = process.argv.slice(2).map(Number);
const CYCLE_MS = 180_000;
const FAILING_MS = 20_000;
const WARM_UP_MS = 30_000;
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'soakd-alert-'));
const startedMs = Date.now();

const target = await listening((_request, response) => {
  const sinceMs = Date.now() - startedMs - WARM_UP_MS;
  const fails = sinceMs > 0 && sinceMs % CYCLE_MS > CYCLE_MS - FAILING_MS;
  response.writeHead(fails ? 500 : 200).end('ok');
});

interface Told {
  kind: string;
  alerts: { startedMs: number; resolvedMs: number | null }[];
}
const firing: number[] = [];
const resolved: number[] = [];
const receiver = await listening(async (request, response) => {
  const arrivedMs = Date.now();
  response.writeHead(204).end();
  const told: Told = JSON.parse(await text(request));
  for (const { startedMs: firedMs, resolvedMs } of told.alerts) {
    if (told.kind === 'firing') firing.push(arrivedMs - firedMs);
    else if (resolvedMs !== null) resolved.push(arrivedMs - resolvedMs);
  }
});

writeFileSync(
  join(folder, 'alerts.yaml'),
  `alerts: [{ name: Failing, condition: error_rate > 20% over 1m, severity: critical }]\n`,
);
writeFileSync(
  join(folder, 'soakd.yaml'),
  `listen: 127.0.0.1:0
alerts: { file: alerts.yaml }
notify: { channels: { hook: { kind: webhook, url: "${addressOf(receiver)}" } } }
`,
);
// The last alert is resolved before the plan ends.
const minutes = Math.ceil((WARM_UP_MS + times * CYCLE_MS) / 60_000) + 3;
const profile = `soak_test:
  name: alerts in time
  duration: ${minutes}m
  target: { url: "${addressOf(target)}" }
  traffic_pattern: { base_rate: ${rate * 60}, night_multiplier: 1, warmup: 10s }
  workload: { kind: requests, timeout: 5s, requests: [{ name: one, path: / }] }
  calibration: off
  monitoring: { interval: 10s, samplers: [] }
`;

const daemon = spawn(
  process.execPath,
  [
    join(root, 'src', 'cli', 'main.ts'),
    '--data',
    join(folder, 'data'),
    'daemon',
    '--config',
    join(folder, 'soakd.yaml'),
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
try {
  const url = await new Promise<string>((resolve) => createInterface({ input: daemon.stdout }).once('line', resolve));
  const answer = await fetch(`${url}/v1/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ profileSource: profile, profileName: 'alerts.yaml' }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  const { id }: { id: string } = JSON.parse(await answer.text());
  const limitMs = Date.now() + minutes * 60_000;
  while (resolved.length < times && Date.now() < limitMs) await pause(1_000);
  await fetch(`${url}/v1/runs/${id}/actions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'stop' }),
  });
  await pause(8_000);
} finally {
  daemon.kill('SIGTERM');
  await new Promise((resolve) => daemon.once('exit', resolve));
  target.close();
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`firing, after the end of its window      ${summary(firing)}`);
console.log(`resolved, after the end of its window    ${summary(resolved)}`);

function summary(delaysMs: number[]): string {
  const sorted = delaysMs.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    `${Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN)} ms`;
  return `least ${at(0)}, median ${at(0.5)}, most ${at(1)} of ${sorted.length}`;
}

async function listening(handler: Parameters<typeof createServer>[1]): Promise<Server> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
