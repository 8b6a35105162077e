/**
 * Soaks the example shop with loadprofiles/demo.yaml: the 72 hours of the seed in four minutes. With its leak on the
 * shop must come out as "would fail", with `--healthy` as "would pass"; anything else is a failure of the demo.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    healthy: { type: 'boolean', default: false },
    rehearse: { type: 'string', default: '4m' },
    'leak-bytes': { type: 'string', default: '50000' },
  },
});

const root = join(import.meta.dirname, '..');
const EXIT_PASSED = 0;
const EXIT_FAILED = 1;
const WARM_UP_CHATS = 3000;

const shop = spawn(
  process.execPath,
  [
    // A small young generation is full within seconds; the default one would still be filling when four minutes are over.
    '--max-semi-space-size=1',
    join(root, 'examples', 'shop-agent', 'main.ts'),
    '--port',
    '0',
  ],
  // Its own group: Ctrl-C must reach soakd first, which stops the load before the shop goes.
  { stdio: ['ignore', 'pipe', 'inherit'], detached: true },
);
process.on('exit', () => shop.kill());
process.on('SIGINT', () => undefined);

const url = await firstUrl(shop.stdout);
await warmUp(url);
if (!values.healthy) await setLeak(url, Number(values['leak-bytes']));
console.error(
  `the example shop listens on ${url}, ${values.healthy ? 'healthy' : `leaking ${values['leak-bytes']} bytes a request`}`,
);

const soakd = spawn(
  process.execPath,
  [
    join(root, 'bin', 'soakd'),
    'run',
    join(root, 'loadprofiles', 'demo.yaml'),
    '--target',
    url,
    '--rehearse',
    values.rehearse,
  ],
  { stdio: 'inherit' },
);
const [code] = (await once(soakd, 'exit')) as [number | null];

const expected = values.healthy ? EXIT_PASSED : EXIT_FAILED;
if (code === expected) {
  console.error(`as expected: soakd exits ${code} ${values.healthy ? 'for a healthy shop' : 'for a leaking shop'}`);
} else {
  console.error(`expected exit code ${expected}, got ${code ?? 'a signal'}`);
}
process.exit(code === expected ? 0 : (code ?? 1));

/** What soaks in staging has been up for a while: a process that has just started grows by itself for a minute. */
async function warmUp(url: string): Promise<void> {
  for (let chat = 0; chat < WARM_UP_CHATS; chat++) {
    const body = JSON.stringify({ message: 'Show me blue dresses' });
    await (await fetch(`${url}/api/chat`, { method: 'POST', body })).arrayBuffer();
  }
}

async function setLeak(url: string, leak_bytes: number): Promise<void> {
  const answer = await fetch(`${url}/switches`, { method: 'PATCH', body: JSON.stringify({ leak_bytes }) });
  if (!answer.ok) throw new Error(`the shop refused its leak: ${await answer.text()}`);
}

async function firstUrl(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (found !== undefined) return found;
  }
  throw new Error('the example shop did not start');
}
