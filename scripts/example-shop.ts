/** The example shop as a process of its own, for demo and rehearsals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '..');
const WARM_UP_CHATS = 3000;

export interface ExampleShop {
  readonly url: string;
  readonly process: ChildProcess;
  /** Keeps so many bytes with each request from now on. */
  setLeak(bytes: number): Promise<void>;
}

/** Starts it on a free port and lets it answer until it is warm. The caller kills its process. */
export async function startExampleShop(): Promise<ExampleShop> {
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
  const url = await firstUrl(shop.stdout);
  await warmUp(url);
  return { url, process: shop, setLeak: (bytes) => setLeak(url, bytes) };
}

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
