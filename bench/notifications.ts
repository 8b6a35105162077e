/**
 * 10 000 notifications behind a dead channel and three daemons, two of which are killed: do all arrive, each once by key, and how
 * long does it take? And how soon does a message leave once it is stored? `npx node bench/notifications.ts [COUNT]`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { systemClock } from '../src/base/clock.ts';
import { seededRandom } from '../src/base/random.ts';
import { openChannels, startDelivery } from '../src/duty/deliver/delivery.ts';
import { ringing } from '../src/duty/deliver/ringing-duty-store.ts';
import { notifySchema, resolveNotify } from '../src/notify/config.ts';
import { messagesFor } from '../src/notify/messages.ts';
import { openSqliteDutyStore, openSqliteStore } from '../src/store/sqlite/open.ts';
import { firing, plainNotification } from '../tests/support/alert.ts';
import { freePort } from '../tests/support/server-process.ts';

const COUNT = Number(process.argv[2] ?? 10_000);
const GROUPS = 50;
const folder = mkdtempSync(join(tmpdir(), 'soakd-bench-notifications-'));
const data = join(folder, 'data');
const file = join(data, 'soakd.db');

/** Receives until so many different keys have come. */
class Receiver {
  readonly titles: string[] = [];
  readonly distinct = new Set<string>();
  readonly #server: Server;
  readonly #waiting: { count: number; reached: () => void }[] = [];

  constructor() {
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        const { title }: { title: string } = JSON.parse(body);
        this.titles.push(title);
        this.distinct.add(title);
        response.end();
        for (const { count, reached } of this.#waiting) if (this.distinct.size >= count) reached();
      });
    });
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  reached(count: number): Promise<void> {
    return new Promise((reached) => {
      if (this.distinct.size >= count) reached();
      else this.#waiting.push({ count, reached });
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

interface Running {
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Resolves with the line of the log that holds the text. */
  said(text: string): Promise<void>;
}

async function daemon(config: string): Promise<Running> {
  const child = spawn(process.execPath, [resolve('bin/soakd'), '--data', data, 'daemon', '--config', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SOAKD_TOKEN: undefined },
  });
  const lines: string[] = [];
  const waiting: { text: string; found: () => void }[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line);
    for (const { text, found } of waiting) if (line.includes(text)) found();
  });
  await once(child.stdout, 'data');
  return {
    async kill(signal) {
      child.kill(signal);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
    said: (text) =>
      new Promise((found) => {
        if (lines.some((line) => line.includes(text))) found();
        else waiting.push({ text, found });
      }),
  };
}

async function behindADeadChannel(): Promise<void> {
  const port = await freePort();
  const config = join(folder, 'soakd.yaml');
  const hook = { kind: 'webhook', url: `http://127.0.0.1:${port}/in` };
  writeFileSync(config, JSON.stringify({ listen: '127.0.0.1:0', log_level: 'warn', notify: { channels: { hook } } }));
  const maker = await daemon(config);
  await maker.kill('SIGTERM');

  const duty = await openSqliteDutyStore({ file, clock: systemClock });
  const createdMs = systemClock.now();
  const rows = Array.from({ length: COUNT }, (_, at) =>
    plainNotification(`n${at}`, { group: `run-${at % GROUPS}`, createdMs }),
  );
  for (let at = 0; at < rows.length; at += 100) await duty.enqueue(rows.slice(at, at + 100));

  const first = await daemon(config);
  await first.said('a channel does not deliver');
  await first.kill('SIGKILL');
  const waiting = (await duty.outboxSizes()).hook;

  const receiver = new Receiver();
  await receiver.listen(port);
  const second = await daemon(config);
  const startedMs = performance.now();
  await receiver.reached(Math.floor(COUNT / 2));
  const halfMs = performance.now() - startedMs;
  await second.kill('SIGKILL');

  const third = await daemon(config);
  const againMs = performance.now();
  await receiver.reached(COUNT);
  const restMs = performance.now() - againMs;
  await third.kill('SIGTERM');
  const left = (await duty.outboxSizes()).hook ?? 0;
  await duty.close();
  receiver.close();

  let disorder = 0;
  const last = new Map<number, number>();
  for (const title of receiver.titles) {
    const at = Number(title.slice(1));
    if (at < (last.get(at % GROUPS) ?? -1)) disorder++;
    last.set(at % GROUPS, at);
  }
  console.log(`queued ${COUNT}, ${waiting} wait after the first daemon was killed`);
  console.log(`arrived: ${receiver.distinct.size} by key, ${receiver.titles.length} in all, ${left} left waiting`);
  console.log(
    `sent twice by the kill in the middle: ${receiver.titles.length - receiver.distinct.size}; out of order: ${disorder}`,
  );
  console.log(`first half in ${(halfMs / 1000).toFixed(1)} s, second in ${(restMs / 1000).toFixed(1)} s`);
}

/** From the call that stores alert and message in one transaction to the request at the receiver, in one process. */
async function howSoon(): Promise<void> {
  const port = await freePort();
  const receiver = new Receiver();
  await receiver.listen(port);
  const path = join(folder, 'soon.db');
  await (await openSqliteStore({ file: path, clock: systemClock })).close();
  const { duty, onEnqueued } = ringing(await openSqliteDutyStore({ file: path, clock: systemClock }));
  const config = resolveNotify(
    notifySchema.parse({ channels: { hook: { kind: 'webhook', url: `http://127.0.0.1:${port}/` } } }),
  );
  const ports = { clock: systemClock, host: hostname(), secret: (value: string) => value };
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const delivery = startDelivery(config, openChannels(config, ports), {
    ...{ ...ports, duty, random: seededRandom(1), log: silent },
  });
  onEnqueued(() => delivery.ring());
  const tookMs: number[] = [];
  for (let at = 0; at < 200; at++) {
    const news = firing({ id: `a-${at}` }, { name: `Rule${at}` });
    const startedMs = performance.now();
    await duty.commitAlerts({
      ...{ alerts: [news.alert], transitions: [] },
      notifications: messagesFor([news], config, systemClock.now()),
    });
    await receiver.reached(at + 1);
    tookMs.push(performance.now() - startedMs);
  }
  await delivery.stop();
  await duty.close();
  receiver.close();
  const sorted = tookMs.toSorted((a, b) => a - b);
  const of = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
  console.log(`commit of an alert to its message at the receiver: p50 ${of(0.5)}, p99 ${of(0.99)}, most ${of(1)} ms`);
}

try {
  await behindADeadChannel();
  await howSoon();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
