/**
 * A k6 that wants more memory than its container has: an own script that keeps 4 MB of every iteration, in the built image, in a
 * control group of 400 MiB. Who is taken, and does soakd live on? Needs what tests/image.test.ts needs, and a hierarchy of
 * control groups that root may write.
 *
 *     npx node bench/container-oom.ts
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { startExampleShop } from '../scripts/example-shop.ts';
import { buildImage, imageCanBeBuilt } from '../tests/support/built-image.ts';
import { Container } from '../tests/support/container.ts';
import { DaemonApi } from '../tests/support/daemon-api.ts';
import { temporaryFolder } from '../tests/support/server-process.ts';

const LIMIT_BYTES = 400 * 1024 ** 2;
const token = 'a-token-for-the-measurement';
const hog = `import http from 'k6/http';
const kept = [];
export default function () {
  http.get(__ENV.SOAKD_TARGET + '/health', { tags: { name: 'health' } });
  kept.push(new Uint8Array(4 * 1024 * 1024).fill(1));
}
`;
const profile = `soak_test:
  name: hog
  duration: 2m
  traffic_pattern: { base_rate: 150, night_multiplier: 1, peak_multiplier: 1 }
  workload: { kind: script, file: hog.js, requests_per_iteration: 1 }
  monitoring:
    samplers: [{ kind: prometheus, path: /metrics, series: { rss_bytes: process_resident_memory_bytes } }]
`;

if (!imageCanBeBuilt()) process.exit(5);
const folder = await temporaryFolder('oom');
const config = join(folder.path, 'etc');
mkdirSync(join(config, 'profiles'), { recursive: true });
writeFileSync(join(config, 'soakd.yaml'), 'data: /var/lib/soakd\nlisten: 127.0.0.1:0\nprofiles: /etc/soakd/profiles\n');
writeFileSync(join(config, 'profiles', 'hog.yaml'), profile);
writeFileSync(join(config, 'profiles', 'hog.js'), hog);

const group = limitedGroup();
const image = await buildImage();
const shop = await startExampleShop();
const container = new Container(image, {
  volume: join(folder.path, 'volume'),
  env: { SOAKD_TOKEN: token },
  files: { '/etc/soakd': config },
  cgroupProcs: join(group, 'cgroup.procs'),
});
try {
  const api = new DaemonApi((await container.until(/http:\S+/))[0], token);
  const daemon = container.processWith('/usr/local/bin/soakd');
  const begun: unknown = JSON.parse(await api.post('/v1/runs', { profile: 'hog', targetUrl: shop.url }));
  const { id } = z.object({ id: z.string() }).parse(begun);
  await api.served(id, 1);
  const k6 = container.processWith('/opt/soakd/k6/bin/k6');
  console.log(`k6: GOMEMLIMIT ${variable(k6, 'GOMEMLIMIT')}, oom_score_adj ${score(k6)}; soakd: ${score(daemon)}`);
  const { data } = await api.tells(id, (told) => told.event === 'event' && told.data.includes('"k6_exited"'));
  console.log(/"message":"([^"]*)"/.exec(data)?.[1]);
  console.log(`soakd lives: ${daemon !== null && container.processWith('/usr/local/bin/soakd') === daemon}`);
  console.log(await api.get('/healthz'));
} finally {
  await container.kill();
  shop.process.kill('SIGKILL');
  await image.remove();
  await folder.remove();
  // The kernel counts the dead for a moment yet.
  await pause(500);
  rmdirSync(group);
}
process.exit();

/** A control group of its own with a limit, version 1 or 2. */
function limitedGroup(): string {
  const first = '/sys/fs/cgroup/memory';
  const [root, file] = existsSync(first) ? [first, 'memory.limit_in_bytes'] : ['/sys/fs/cgroup', 'memory.max'];
  const made = join(root, `soakd-oom-${process.pid}`);
  mkdirSync(made);
  writeFileSync(join(made, file), `${LIMIT_BYTES}`);
  return made;
}

function variable(pid: number | null, name: string): string {
  const entries = pid === null ? [] : readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  return entries.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1) ?? 'not set';
}

function score(pid: number | null): string {
  return pid === null ? 'gone' : readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim();
}
