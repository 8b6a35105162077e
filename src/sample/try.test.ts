import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { samplerContext } from '../../tests/support/one-sampler.ts';
import { SoakdError } from '../base/errors.ts';
import { SimulatedClock } from '../base/simulated-clock.ts';
import { samplerPlugins } from './registry.ts';
import type { SamplerPlugin } from './sampler.ts';
import { trySamplers } from './try.ts';

const closing: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

describe('trying samplers before they are relied on', () => {
  it('shows the second reading, with rates, and names what has no value', async () => {
    let hits = 0;
    const server = createServer((_, response) => {
      hits += 10;
      response.end(`heap_bytes 7\nhits_total ${hits}\n`);
    }).listen(0, '127.0.0.1');
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    await once(server, 'listening');
    const targetUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const series = { heap: 'heap_bytes', hits: 'hits_total', typo: 'heap_byte' };
    const [trial] = await trySamplers(
      [{ kind: 'prometheus', name: 'shop', settings: { series } }],
      samplerPlugins,
      samplerContext({ targetUrl }),
    );
    expect(trial).toMatchObject({ name: 'shop', ok: true, missing: ['typo'], reason: null, hint: null });
    expect(trial?.readings[0]).toEqual({ series: 'heap', unit: 'bytes', value: 7 });
    expect(trial?.readings[1]?.value).toBeGreaterThan(0);
    expect(trial?.tookMs).toBeGreaterThan(0);
  });

  it('says for each that fails why, and what to do', async () => {
    const context = samplerContext({
      secret: (value) => {
        if (!value.startsWith('env:')) return value;
        throw new SoakdError(`${value} is not set`, { code: 'secret_missing', hint: 'export it' });
      },
    });
    const trials = await trySamplers(
      [
        { kind: 'redis', name: 'cache', settings: { url: 'redis://127.0.0.1:1' } },
        { kind: 'redis', name: 'secret', settings: { url: 'env:REDIS_URL' } },
        { kind: 'process', name: 'agent', settings: { command: 'no-such-program-runs-here' } },
        { kind: 'rediss', name: 'odd', settings: {} },
        { kind: 'http', name: 'health', settings: { url: 'http://127.0.0.1:1/health' } },
      ],
      samplerPlugins,
      context,
    );
    expect(trials.map(({ ok }) => ok)).toEqual([false, false, false, false, false]);
    const told = (name: string) => trials.find((trial) => trial.name === name);
    expect(told('cache')?.reason).toContain('ECONNREFUSED');
    expect(told('cache')?.hint).toContain('nothing listens there');
    expect(told('secret')).toMatchObject({ reason: 'env:REDIS_URL is not set', hint: 'export it', tookMs: null });
    expect(told('agent')?.hint).toContain('ps -eo');
    expect(told('odd')?.reason).toBe('rediss is no kind of sampler');
    expect(told('health')?.reason).toContain('ECONNREFUSED');
  });

  it('gives up a sampler that ignores its signal, and closes what it opened', async () => {
    const clock = new SimulatedClock(0);
    const closed: string[] = [];
    const deaf: SamplerPlugin = {
      kind: 'deaf',
      settings: z.strictObject({}),
      start(_, { undo }) {
        undo.push('close', () => closed.push('deaf'));
        const series = [{ name: 'value', unit: 'count' as const, leakCandidate: false, memory: false }];
        return { series, cheap: true, read: () => new Promise(() => undefined) };
      },
    };
    const trials = trySamplers([{ kind: 'deaf', name: 'deaf', settings: {} }], [deaf], samplerContext({ clock }));
    await clock.advance(5000);
    expect(await trials).toMatchObject([{ ok: false, reason: 'no answer within 5000 ms', tookMs: 5000 }]);
    expect(closed).toEqual(['deaf']);
  });
});
