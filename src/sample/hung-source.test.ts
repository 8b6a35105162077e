import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { samplerContext } from '../../tests/support/one-sampler.ts';
import { systemClock } from '../base/clock.ts';
import { seededRandom } from '../base/random.ts';
import { SimulatedClock } from '../base/simulated-clock.ts';
import type { SamplerSpec } from '../model/profile.ts';
import type { NewEvent } from '../model/run.ts';
import type { Sample } from '../model/sample.ts';
import { runSampling } from './loop.ts';
import { samplerPlugins } from './registry.ts';
import type { SamplerContext } from './sampler.ts';
import type { SampledSource } from './source-reader.ts';
import { startSampler } from './start-sampler.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const listen = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
};

/** Accepts every connection, reads what comes, and never says a word. */
async function startHungServer(): Promise<{ port: number; accepted: () => number }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket.resume());
  });
  const port = await listen(server);
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { port, accepted: () => sockets.length };
}

async function startHealthyServer(): Promise<{ port: number }> {
  const server = createHttpServer((_, response) => response.end('shop_heap_bytes 7\n'));
  closing.push(() => server.closeAllConnections());
  return { port: await listen(server) };
}

const startAll = (specs: readonly SamplerSpec[], context: SamplerContext): Promise<SampledSource[]> =>
  Promise.all(
    specs.map(async (spec) => ({
      name: spec.name,
      kind: spec.kind,
      role: 'target' as const,
      sampler: await startSampler(spec, samplerPlugins, context),
    })),
  );

describe('servers that accept and never answer, beside one that does', () => {
  const kinds = (hung: number): SamplerSpec[] => [
    {
      kind: 'prometheus',
      name: 'hung-page',
      settings: { url: `http://127.0.0.1:${hung}/`, series: { heap: 'h_bytes' } },
    },
    {
      kind: 'prometheus_query',
      name: 'hung-query',
      settings: { url: `http://127.0.0.1:${hung}`, queries: { up: 'up' } },
    },
    { kind: 'http', name: 'hung-health', settings: { url: `http://127.0.0.1:${hung}/` } },
    { kind: 'redis', name: 'hung-redis', settings: { url: `redis://127.0.0.1:${hung}` } },
    { kind: 'mongodb', name: 'hung-mongodb', settings: { url: `mongodb://127.0.0.1:${hung}` } },
  ];

  it('are given up after five seconds, each with one event; the good one is read as if they were not there', async () => {
    const hung = await startHungServer();
    const good = await startHealthyServer();
    const context = samplerContext();
    closing.push(() => context.undo.unwind());
    const page = { url: `http://127.0.0.1:${good.port}/`, series: { heap: 'shop_heap_bytes' } };
    const specs = [...kinds(hung.port), { kind: 'prometheus', name: 'good', settings: page }];
    const sources = await startAll(specs, context);

    const samples: Sample[] = [];
    const events: NewEvent[] = [];
    const stop = new AbortController();
    const allFailed = Promise.withResolvers<void>();
    const startedMs = systemClock.monotonicMs();
    const done = runSampling({
      clock: systemClock,
      random: seededRandom(1),
      intervalMs: 1000,
      sources,
      onSamples: (some) => samples.push(...some),
      onEvent: (event) => {
        events.push(event);
        if (events.length === 5) allFailed.resolve();
      },
      signal: stop.signal,
    });
    await allFailed.promise;
    const tookMs = systemClock.monotonicMs() - startedMs;
    stop.abort();
    await done;
    expect(hung.accepted()).toBeGreaterThanOrEqual(5);
    expect(events.map(({ kind }) => kind)).toEqual(Array(5).fill('source_failed'));
    expect(new Set(events.map(({ data }) => data.source))).toEqual(new Set(kinds(0).map(({ name }) => name)));
    expect(tookMs).toBeGreaterThan(3900);

    const of = (id: string): Sample[] => samples.filter(({ series }) => series === id);
    const heap = of('good.heap');
    // About one a second while the others hang; a machine under load may be late.
    expect(heap.filter(({ last }) => last === 7).length).toBeGreaterThanOrEqual(3);
    expect(heap.filter(({ readings }) => readings > 2)).toEqual([]);
    for (const id of ['hung-page.heap', 'hung-query.up', 'hung-redis.connected_clients', 'hung-mongodb.open_cursors']) {
      expect(of(id).length, id).toBeGreaterThan(0);
      expect(new Set(of(id).map(({ last }) => last)), id).toEqual(new Set([null]));
    }
    expect(
      of('hung-health.up')
        .filter(({ last }) => last !== null)
        .map(({ last }) => last),
    ).toEqual([0]);
    expect(new Set(of('hung-health.status').map(({ last }) => last))).toEqual(new Set([null]));
  });

  it('leave nothing open when they are closed in the middle of a reading', async () => {
    const hung = await startHungServer();
    const clock = new SimulatedClock(0);
    const context = samplerContext({ clock });
    const sources = await startAll(kinds(hung.port), context);
    const stop = new AbortController();
    const readings = sources.map(({ sampler }) =>
      sampler.read(stop.signal).then(
        () => 'answered',
        () => 'rejected',
      ),
    );
    stop.abort(new Error('the run ends'));
    expect(await Promise.all(readings)).toEqual(Array(5).fill('rejected'));
    expect(await context.undo.unwind()).toEqual([]);
  });
});
