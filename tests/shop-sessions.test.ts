/** The example shop keeps its sessions in a real Redis, and in a FerretDB (MongoDB's protocol) while Redis is away. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createShop } from '../examples/shop-agent/server.ts';
import { fallbackSessions } from '../examples/shop-agent/sessions/fallback.ts';
import { mongodbSessions } from '../examples/shop-agent/sessions/mongodb.ts';
import { redisSessions } from '../examples/shop-agent/sessions/redis.ts';
import { ALL_OFF } from '../examples/shop-agent/switches.ts';
import { ferretdbCanRun, startFerretdb } from './support/ferretdb.ts';
import { redisIsInstalled, startRedis } from './support/redis-server.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const canRun = redisIsInstalled() && ferretdbCanRun();
if (!canRun && process.env.CI !== 'true') console.log('skipped: redis-server or FerretDB is not installed');

describe('the sessions of the example shop', () => {
  it.skipIf(!canRun && process.env.CI !== 'true')(
    'survive the loss of Redis',
    async () => {
      const redis = await startRedis();
      closing.push(() => redis.stop());
      const mongodb = await startFerretdb();
      closing.push(() => mongodb.stop());
      const fallbacks: string[] = [];
      const sessions = fallbackSessions(
        [redisSessions(`redis://127.0.0.1:${redis.port}`), mongodbSessions(`mongodb://127.0.0.1:${mongodb.port}/shop`)],
        (from) => fallbacks.push(from),
      );
      closing.push(() => sessions.close());
      const shop = createShop({ sessions, switches: { ...ALL_OFF }, version: 'test', crash: () => undefined });
      shop.listen(0, '127.0.0.1');
      await once(shop, 'listening');
      closing.push(() => {
        shop.closeAllConnections();
        shop.close();
      });
      const { port } = shop.address() as AddressInfo;
      const cartOf = async (session: string): Promise<unknown> =>
        (await fetch(`http://127.0.0.1:${port}/api/cart?session_id=${session}`)).json();
      const body = JSON.stringify({ session_id: 's1', product_id: 'shirt-1' });
      const added = await fetch(`http://127.0.0.1:${port}/api/cart`, { method: 'POST', body });
      expect(added.status).toBe(200);
      const before = await cartOf('s1');

      await redis.stop();
      expect(await cartOf('s1')).toEqual(before);
      expect(fallbacks).toContain('redis');
    },
    120_000,
  );
});
