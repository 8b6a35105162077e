import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { OneSampler, samplerContext } from '../../../tests/support/one-sampler.ts';
import { redisIsInstalled, startRedis } from '../../../tests/support/redis-server.ts';
import type { RunningServer } from '../../../tests/support/server-process.ts';
import { infoReader, parseInfo, redisSource } from './redis.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const until = (server: RunningServer): RunningServer => {
  closing.push(() => server.stop());
  return server;
};

describe.skipIf(!redisIsInstalled())('samples of a real Redis server', () => {
  it('tell clients, memory, keys and hit rate', async () => {
    const context = samplerContext();
    const { port } = until(await startRedis());
    closing.push(() => context.undo.unwind());
    const sampler = await OneSampler.start('redis', { url: `redis://127.0.0.1:${port}` }, context);
    const before = await sampler.read();
    expect(before).toMatchObject({
      keys: 0,
      hit_rate_percent: null,
      commands_per_second: null,
      memory_limit_bytes: null,
    });

    const client = new Redis(port, '127.0.0.1');
    closing.push(() => client.disconnect());
    for (let at = 0; at < 10; at++) await client.set(`session:${at}`, 'x'.repeat(100_000));
    for (let at = 0; at < 4; at++) await client.get(at < 3 ? 'session:1' : 'nothing');

    const after = await sampler.read();
    expect(after).toMatchObject({ keys: 10, hit_rate_percent: 75, evictions_per_second: 0 });
    expect(after.connected_clients).toBe((before.connected_clients ?? 0) + 1);
    expect((after.used_memory_bytes ?? 0) - (before.used_memory_bytes ?? 0)).toBeGreaterThan(900_000);
    expect(after.commands_per_second).toBeGreaterThan(0);
  });

  it('fail with the reason while the server is away, and come back with another identity', async () => {
    const context = samplerContext();
    closing.push(() => context.undo.unwind());
    const first = await startRedis();
    const sampler = await OneSampler.start('redis', { url: `redis://127.0.0.1:${first.port}` }, context);
    await sampler.read();
    const identity = sampler.sampler.identity?.();
    await first.stop();
    await expect(sampler.read()).rejects.toThrow(/ECONNREFUSED|ECONNRESET|closed/);
    await expect(sampler.read()).rejects.toThrow(/ECONNREFUSED/);
    expect(sampler.sampler.identity?.()).toBeNull();

    until(await startRedis(first.port));
    let values: Record<string, number | null> | null = null;
    while (values === null) values = await sampler.read().catch(() => null);
    expect(values.connected_clients).toBeGreaterThan(0);
    expect(values.commands_per_second).toBeNull();
    expect(sampler.sampler.identity?.()).not.toBe(identity);
    expect(context.clock.now() - (sampler.sampler.startedMs?.() ?? 0)).toBeLessThan(60_000);
  });

  it('log in with a password from the environment, and say so when it is wrong', async () => {
    const { port } = until(await startRedis(undefined, ['--requirepass', 'pa55']));
    const url = `redis://127.0.0.1:${port}`;
    const known: Record<string, string> = { 'env:RIGHT': 'pa55', 'env:WRONG': 'no' };
    const context = samplerContext({ secret: (value) => known[value] ?? value });
    closing.push(() => context.undo.unwind());
    const right = await OneSampler.start('redis', { url, password: 'env:RIGHT' }, context);
    expect((await right.read()).connected_clients).toBe(1);
    const wrong = await OneSampler.start('redis', { url, password: 'env:WRONG' }, context);
    await expect(wrong.read()).rejects.toThrow(/WRONGPASS/);
  });
});

describe('redis samples', () => {
  const info = (changes: Record<string, number>) =>
    parseInfo(
      `# Server\r\nredis_version:7.0.15\r\n${Object.entries(changes)
        .map(([field, value]) => `${field}:${value}`)
        .join('\r\n')}\r\ndb0:keys=3,expires=1,avg_ttl=0\r\ndb7:keys=4,expires=0,avg_ttl=0\r\n`,
    );

  it('add up the keys of all databases', () => {
    expect(info({}).keys).toBe(7);
  });

  it('have no rate for the first reading, without lookups, and after a restart of the server', () => {
    const read = infoReader();
    const rates = (changes: Record<string, number>, atMs: number) => {
      const [hitRate, evictions] = read(info(changes), atMs).slice(7);
      return [hitRate, evictions];
    };
    expect(rates({ keyspace_hits: 5, keyspace_misses: 1, evicted_keys: 10 }, 0)).toEqual([null, null]);
    expect(rates({ keyspace_hits: 5, keyspace_misses: 1, evicted_keys: 30 }, 10_000)).toEqual([null, 2]);
    expect(rates({ keyspace_hits: 8, keyspace_misses: 2, evicted_keys: 30 }, 20_000)).toEqual([75, 0]);
    expect(rates({ keyspace_hits: 1, keyspace_misses: 0, evicted_keys: 1 }, 30_000)).toEqual([null, null]);
  });

  it('are null, not zero, for what the server does not tell', () => {
    expect(new Set(infoReader()(parseInfo(''), 0))).toEqual(new Set([null]));
  });

  it('take no password that is written openly', () => {
    const fits = (settings: object): boolean => redisSource.settings.safeParse(settings).success;
    expect(fits({ url: 'redis://cache:6379' })).toBe(true);
    expect(fits({ url: 'env:REDIS_URL' })).toBe(true);
    expect(fits({ url: 'redis://:secret@cache:6379' })).toBe(false);
    expect(fits({ url: 'redis://cache:6379/0?db=1&password=secret' })).toBe(false);
    expect(fits({ url: 'redis://cache', password: 'secret' })).toBe(false);
    expect(fits({ url: 'http://cache' })).toBe(false);
  });
});
