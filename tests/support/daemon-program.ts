/** The real program `soakd daemon` as a child process, asked over its HTTP API. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { StartRequest } from '../../src/soak/control.ts';

/** What the stream tells: a state, an event's kind, or how many iterations the load has started. */
export interface Told {
  state?: string;
  event?: string;
  started?: number;
}

const streamed = z.object({
  runId: z.string(),
  state: z.string().optional(),
  event: z.object({ kind: z.string() }).optional(),
  status: z.object({ state: z.string(), iterations: z.object({ started: z.number() }) }).optional(),
});
const summary = z.object({ id: z.string(), state: z.string() });

export class DaemonProgram {
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #url: Promise<string>;
  readonly #leaving = new AbortController();
  #log = '';

  /** Starts a daemon on a free port of loopback; what is unfinished in its data folder goes on. */
  constructor(dataFolder: string) {
    mkdirSync(dataFolder, { recursive: true });
    const config = join(dataFolder, 'soakd.yaml');
    writeFileSync(config, 'listen: 127.0.0.1:0\n');
    const args = ['src/cli/main.ts', '--data', dataFolder, 'daemon', '--config', config];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error('the daemon has no output');
    stderr.on('data', (chunk) => {
      this.#log += chunk;
    });
    const url = Promise.withResolvers<string>();
    url.promise.catch(() => undefined);
    createInterface(stdout).once('line', url.resolve);
    this.#url = url.promise;
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        this.#leaving.abort();
        url.reject(new Error(`the daemon ended with ${code}: ${this.#log}`));
        resolve(code);
      });
    });
  }

  /** What the daemon logged so far. */
  get log(): string {
    return this.#log;
  }

  async start(request: Omit<StartRequest, 'who'>): Promise<string> {
    const response = await fetch(`${await this.#url}/v1/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    if (!response.ok) throw new Error(await response.text());
    return summary.parse(await response.json()).id;
  }

  async state(runId: string): Promise<string> {
    const response = await fetch(`${await this.#url}/v1/runs/${runId}`);
    return summary.parse(await response.json()).state;
  }

  /** Resolves when the stream tells what `test` looks for; rejects when the daemon ends first. */
  async tells(
    test: (told: Told) => boolean,
    subscribed: () => Promise<boolean> = () => Promise.resolve(false),
  ): Promise<void> {
    const stop = new AbortController();
    const response = await fetch(`${await this.#url}/v1/stream`, {
      signal: AbortSignal.any([stop.signal, this.#leaving.signal]),
    });
    if (response.body === null) throw new Error('the stream is empty');
    try {
      // What happened before the stream was open is not told by it.
      if (await subscribed()) return;
      let text = '';
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        const blocks = (text + chunk).split('\n\n');
        text = blocks.pop() ?? '';
        if (blocks.flatMap(toldBy).some(test)) return;
      }
    } catch (thrown) {
      throw new Error(`the stream broke off: ${this.#log}`, { cause: thrown });
    } finally {
      stop.abort();
    }
    throw new Error(`the stream ended: ${this.#log}`);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** Tells it to stop, as a service manager does; its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.ended;
  }
}

function toldBy(block: string): Told[] {
  const data = block.split('\n').find((line) => line.startsWith('data: '));
  if (data === undefined) return [];
  const { event, status, state = status?.state } = streamed.parse(JSON.parse(data.slice('data: '.length)));
  return [
    {
      ...(state === undefined ? {} : { state }),
      ...(event === undefined ? {} : { event: event.kind }),
      ...(status === undefined ? {} : { started: status.iterations.started }),
    },
  ];
}
