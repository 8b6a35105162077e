import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, collectDefaultMetrics, Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { OneSampler, samplerContext } from '../../../tests/support/one-sampler.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A page under /metrics that shows what `page` gives at the time. */
async function serve(page: () => string | Promise<string>, status = 200): Promise<string> {
  const server = createServer(async (request, response) => {
    if (request.url !== '/metrics') response.writeHead(404);
    else response.writeHead(status);
    response.end(await page());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const start = (targetUrl: string, series: Record<string, unknown>) =>
  OneSampler.start('prometheus', { series }, samplerContext({ targetUrl }));

describe('samples of a metrics page', () => {
  it('read heap, event-loop lag and a counter of a real Node service', async () => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const requests = new Counter({
      name: 'shop_requests_total',
      help: 'h',
      labelNames: ['code'],
      registers: [registry],
    });
    const sampler = await start(await serve(() => registry.metrics()), {
      heap: 'nodejs_heap_size_used_bytes',
      lag: 'nodejs_eventloop_lag_seconds',
      errors: 'shop_requests_total{code=~"5.."}',
      requests: 'shop_requests_total',
    });
    expect(sampler.sampler.series).toEqual([
      { name: 'heap', unit: 'bytes', leakCandidate: true, memory: true },
      { name: 'lag', unit: 'seconds', leakCandidate: false, memory: false },
      { name: 'errors', unit: 'per_second', leakCandidate: false, memory: false },
      { name: 'requests', unit: 'per_second', leakCandidate: false, memory: false },
    ]);
    requests.inc({ code: '200' }, 10);
    requests.inc({ code: '500' }, 1);
    const first = await sampler.read();
    expect(first.heap).toBeGreaterThan(1_000_000);
    expect(first.lag).toBeGreaterThanOrEqual(0);
    expect(first.requests).toBeNull();
    requests.inc({ code: '200' }, 50);
    requests.inc({ code: '503' }, 50);
    const second = await sampler.read();
    // 50 of the 100 failed, whatever time has passed.
    expect(second.requests).toBeGreaterThan(0);
    expect((second.errors ?? 0) / (second.requests ?? 0)).toBeCloseTo(0.5);
    expect(sampler.sampler.identity?.()).toMatch(/^process started at \d+/);
  });

  it('aggregate several samples as told, and are null for a metric that is not there', async () => {
    const page = 'pool_size{pool="a"} 3\npool_size{pool="b"} 5\nbroken NaN\n';
    const sampler = await start(await serve(() => page), {
      sum: 'pool_size',
      max: { metric: 'pool_size', aggregate: 'max' },
      min: { metric: 'pool_size', aggregate: 'min' },
      mean: { metric: 'pool_size', aggregate: 'mean' },
      b: 'pool_size{pool="b"}',
      missing: 'pool_sizes',
      broken: 'broken',
    });
    expect(await sampler.read()).toEqual({ sum: 8, max: 5, min: 3, mean: 4, b: 5, missing: null, broken: null });
  });

  it('see a restart by the start time, and have no rate over it', async () => {
    let page = 'process_start_time_seconds 1000.5\nhits_total 100\n';
    const sampler = await start(await serve(() => page), { hits: 'hits_total' });
    await sampler.read();
    expect(sampler.sampler.identity?.()).toBe('process started at 1000.50');
    expect(sampler.sampler.startedMs?.()).toBe(1_000_500);
    page = 'process_start_time_seconds 2000\nhits_total 3\n';
    expect(await sampler.read()).toEqual({ hits: null });
    expect(sampler.sampler.identity?.()).toBe('process started at 2000.00');
  });

  it('take unit and flags from the profile where the name does not tell', async () => {
    const sampler = await start('http://127.0.0.1:9', {
      arena: { metric: 'shop_arena', unit: 'bytes', memory: true },
      sessions: { metric: 'shop_carts', leak: true },
      requests: { metric: 'nginx_requests', rate: true },
    });
    expect(sampler.sampler.series).toEqual([
      { name: 'arena', unit: 'bytes', leakCandidate: true, memory: true },
      { name: 'sessions', unit: 'count', leakCandidate: true, memory: false },
      { name: 'requests', unit: 'per_second', leakCandidate: false, memory: false },
    ]);
  });

  it('fail with the status when the page is not to be had', async () => {
    const sampler = await start(await serve(() => 'no', 403), { hits: 'hits_total' });
    await expect(sampler.read()).rejects.toThrow('the page of metrics answered with status 403');
  });
});
