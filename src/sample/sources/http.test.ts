import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { OneSampler, samplerContext } from '../../../tests/support/one-sampler.ts';
import { FailedReading } from '../sampler.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const start = (targetUrl: string, settings: Record<string, unknown> = {}) =>
  OneSampler.start(
    'http',
    settings,
    samplerContext({ targetUrl, secret: (value) => value.replace('env:TOKEN', 't0k') }),
  );

/** What a failed reading says and still tells. */
async function failureOf(sampler: OneSampler): Promise<{ message: string; values: readonly (number | null)[] }> {
  const thrown: unknown = await sampler.read().catch((error: unknown) => error);
  if (!(thrown instanceof FailedReading)) throw new Error(`not a failed reading: ${String(thrown)}`);
  return { message: thrown.message, values: thrown.values };
}

describe('health by HTTP', () => {
  it('is up with status and time', async () => {
    const sampler = await start(await serve((_, response) => response.end('ok')));
    const values = await sampler.read();
    expect(values).toMatchObject({ up: 1, status: 200 });
    expect(values.response_time_ms).toBeGreaterThan(0);
  });

  it('asks the path, method and headers of the profile', async () => {
    const seen: string[] = [];
    const url = await serve((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      response.writeHead(204).end();
    });
    const settings = { path: '/ready', method: 'HEAD', headers: { authorization: 'env:TOKEN' } };
    expect((await (await start(url, settings)).read()).status).toBe(204);
    expect(seen).toEqual(['HEAD /ready t0k']);
  });

  it('asks below the path that the target has, as the load does', async () => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      seen.push(request.url);
      response.end();
    });
    for (const base of ['/shop', '/shop/', '/', '']) await (await start(`${url}${base}`)).read();
    expect(seen).toEqual(['/shop/health', '/shop/health', '/health', '/health']);
  });

  it('is down with the status and time of an answer that is not expected', async () => {
    const url = await serve((_, response) => response.writeHead(503).end('{"status":"degraded"}'));
    const { message, values } = await failureOf(await start(url));
    expect(message).toBe('answered with status 503');
    expect(values.slice(0, 2)).toEqual([0, 503]);
    expect(values[2]).toBeGreaterThan(0);
    expect((await (await start(url, { expected_status: [200, 503] })).read()).up).toBe(1);
    expect((await failureOf(await start(url, { expected_status: 503, expected_body: 'healthy' }))).message).toBe(
      'the body does not hold "healthy"',
    );
  });

  it('takes a redirect as the answer that it is', async () => {
    const url = await serve((_, response) => response.writeHead(302, { location: '/login' }).end());
    expect((await failureOf(await start(url))).message).toBe('answered with status 302');
  });

  it('is down without status and time when nobody listens', async () => {
    const url = await serve((_, response) => response.end());
    for (const close of closing.splice(0)) close();
    const { message, values } = await failureOf(await start(url));
    expect(message).toContain('ECONNREFUSED');
    expect(values).toEqual([0, null, null]);
  });

  it('asks any port: what a browser would refuse may be a service all the same', async () => {
    const sampler = await start('http://127.0.0.1:1');
    expect((await failureOf(sampler)).message).toContain('ECONNREFUSED');
  });

  it('is down when the answer takes too long, also when its body does', async () => {
    const settings = { timeout: '100ms' };
    const silent = await start(await serve(() => undefined), settings);
    expect(await failureOf(silent)).toEqual({ message: 'no answer within 100 ms', values: [0, null, null] });
    const dripping = await start(await serve((_, response) => response.writeHead(200).write('o')), settings);
    expect(await failureOf(dripping)).toEqual({ message: 'no answer within 100 ms', values: [0, null, null] });
  });
});
