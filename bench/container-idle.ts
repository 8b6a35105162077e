/**
 * Memory of an idle container: the built image, root read-only, with alerts, schedule, notifications and dashboard on,
 * after some minutes in which the page was read once and Prometheus scraped. Needs what tests/image.test.ts needs.
 *
 *     npx node bench/container-idle.ts [minutes, default 5]
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { buildImage, imageCanBeBuilt } from '../tests/support/built-image.ts';
import { Container } from '../tests/support/container.ts';
import { temporaryFolder } from '../tests/support/server-process.ts';

/** Bytes of what /proc calls kB. */
const KB = 1024;

const minutes = Number(process.argv[2] ?? 5);
const token = 'a-token-for-the-measurement';
if (!imageCanBeBuilt()) process.exit(5);
const folder = await temporaryFolder('idle');
const image = await buildImage();
const config = join(folder.path, 'soakd.yaml');
writeFileSync(
  config,
  `data: /var/lib/soakd
listen: 127.0.0.1:0
profiles: /etc/soakd/profiles
schedule: { file: /opt/soakd/config/schedule.yaml, target: "http://127.0.0.1:9" }
notify: { channels: { log: { kind: file, path: /var/lib/soakd/notifications.jsonl } } }
`,
);
const files = { '/etc/soakd/soakd.yaml': config };
const container = new Container(image, { volume: join(folder.path, 'volume'), env: { SOAKD_TOKEN: token }, files });
try {
  const [url] = await container.until(/http:\S+/);
  const ask = async (path: string): Promise<void> => {
    const answer = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
  };
  await pause(10_000);
  tell('after 10 s');
  for (const path of ['/', '/v1/status', '/v1/runs', '/v1/alerts', '/v1/schedule']) await ask(path);
  for (let scrape = 0; scrape < minutes * 4; scrape++) {
    await ask('/metrics');
    await ask('/healthz');
    await pause(15_000);
  }
  tell(`after ${minutes} minutes, scraped every 15 s`);
} finally {
  await container.kill();
  await image.remove();
  rmSync(folder.path, { recursive: true, force: true });
}

/** RSS counts pages that are shared twice, PSS shares them out (proc_pid_smaps_rollup). */
function tell(when: string): void {
  for (const pid of container.processes) {
    const name = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const of = (key: string): string =>
      ((Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]) * KB) / 1e6).toFixed(1);
    console.log(`${when}: RSS ${of('Rss')} MB, PSS ${of('Pss')} MB, ${of('Pss_Anon')} MB of it anonymous: ${name}`);
  }
}
