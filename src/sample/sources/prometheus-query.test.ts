import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { OneSampler, samplerContext } from '../../../tests/support/one-sampler.ts';
import { prometheusIsInstalled, startPrometheus } from '../../../tests/support/prometheus-server.ts';
import { queriedValue } from './prometheus-query.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const start = (url: string, queries: Record<string, unknown>) =>
  OneSampler.start('prometheus_query', { url, queries }, samplerContext());

describe.skipIf(!prometheusIsInstalled())('queries of a real Prometheus server', () => {
  it('give one value each, null for what it does not have, and say what a bad query is', async () => {
    const shop = createServer((_, response) => {
      response.end('shop_heap_bytes{pod="a"} 100\nshop_heap_bytes{pod="b"} 50\n');
    }).listen(0, '127.0.0.1');
    await once(shop, 'listening');
    closing.push(() => shop.close());
    const { port } = await startPrometheus([`127.0.0.1:${(shop.address() as AddressInfo).port}`]).then((server) => {
      closing.push(() => server.stop());
      return server;
    });
    const url = `http://127.0.0.1:${port}`;

    const sampler = await start(url, {
      heap_bytes: 'sum(shop_heap_bytes)',
      pods: { query: 'count(shop_heap_bytes)', leak: true },
      missing: 'shop_heap',
      undefined_ratio: 'vector(0) / 0',
      answer: 'scalar(vector(42))',
    });
    expect(
      sampler.sampler.series.map(({ name, unit, leakCandidate, memory }) => [name, unit, leakCandidate, memory]),
    ).toEqual([
      ['heap_bytes', 'bytes', true, true],
      ['pods', 'count', true, false],
      ['missing', 'count', false, false],
      ['undefined_ratio', 'ratio', false, false],
      ['answer', 'count', false, false],
    ]);
    expect(await sampler.readUntil(({ heap_bytes }) => heap_bytes !== null)).toEqual({
      heap_bytes: 150,
      pods: 2,
      missing: null,
      undefined_ratio: null,
      answer: 42,
    });

    await expect((await start(url, { all: 'shop_heap_bytes' })).read()).rejects.toThrow(
      'shop_heap_bytes gives 2 series',
    );
    await expect((await start(url, { bad: 'sum(' })).read()).rejects.toThrow(/sum\(: .*parse error/);
    await expect((await start(url, { range: 'shop_heap_bytes[5m]' })).read()).rejects.toThrow('gives a matrix');
  });
});

describe('the answer to a query', () => {
  it('must be one of a Prometheus server', () => {
    expect(() => queriedValue('up', 200, '<html>')).toThrow('not as a Prometheus server does');
    expect(() => queriedValue('up', 404, '{"message":"no"}')).toThrow('status 404');
  });
});
