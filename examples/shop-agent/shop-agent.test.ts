import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createShop } from './server.ts';
import { fallbackSessions } from './sessions/fallback.ts';
import { memorySessions } from './sessions/memory.ts';
import type { SessionStore } from './sessions/session-store.ts';
import { ALL_OFF, type Switches } from './switches.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function openShop(switches: Partial<Switches> = {}, sessions: SessionStore = memorySessions()) {
  let crashed = 0;
  const shop = createShop({ sessions, switches: { ...ALL_OFF, ...switches }, version: 'test', crash: () => crashed++ });
  shop.listen(0, '127.0.0.1');
  await once(shop, 'listening');
  closing.push(() => {
    shop.closeAllConnections();
    shop.close();
  });
  const { port } = shop.address() as AddressInfo;
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { call, port, crashes: () => crashed };
}

describe('the example shop', () => {
  it('remembers the session: what was shown can be added, and the cart holds it', async () => {
    const { call } = await openShop();
    const first = await call('POST', '/api/chat', { message: 'Show me blue dresses' });
    const session_id = first.body.session_id;
    expect(first.body.reply).toContain('dress');
    expect((await call('POST', '/api/chat', { message: 'Add medium to cart', session_id })).body.reply).toContain(
      'cart',
    );
    const cart = await call('GET', `/api/cart?session_id=${String(session_id)}`);
    expect(cart.body.items).toEqual([{ productId: 'dress-2', quantity: 1 }]);
    expect(cart.body.total).toBe(1599);
  });

  it('keeps a session in the second store while the first is away, and finds it there', async () => {
    const second = memorySessions();
    const away: SessionStore = {
      name: 'away',
      load: () => Promise.reject(new Error('away')),
      save: () => Promise.reject(new Error('away')),
      close: () => Promise.resolve(),
    };
    const fallbacks: string[] = [];
    const { call } = await openShop(
      {},
      fallbackSessions([away, second], (from) => fallbacks.push(from)),
    );
    const added = await call('POST', '/api/cart', { session_id: 's', product_id: 'shirt-1' });
    expect(added.status).toBe(200);
    expect((await call('GET', '/api/cart?session_id=s')).body.items).toHaveLength(1);
    expect(fallbacks).toContain('away');
  });

  it('refuses what makes no sense with a plain message', async () => {
    const { call } = await openShop();
    expect((await call('POST', '/api/chat', { text: 'hello' })).status).toBe(400);
    expect((await call('POST', '/api/cart', { session_id: 's', product_id: 'hat' })).status).toBe(404);
    expect((await call('PATCH', '/switches', { leek: 1 })).status).toBe(400);
  });

  it('leaks, fails, drifts and crashes when told, and says so', async () => {
    const { call, port, crashes } = await openShop({ leak_bytes: 1000, error_rate: 1, crash_after: 2 });
    expect((await call('GET', '/api/products')).status).toBe(500);
    expect((await call('PATCH', '/switches', { error_rate: 0 })).body.leak_bytes).toBe(1000);
    expect(crashes()).toBe(0);
    expect((await call('GET', '/api/products')).status).toBe(200);
    expect(crashes()).toBe(1);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain('shop_leaked_blocks 2');
  });

  it('accepts requests and never answers while it stalls', async () => {
    const { call, port } = await openShop({ stall: true });
    const giveUp = new AbortController();
    const hanging = fetch(`http://127.0.0.1:${port}/api/products`, { signal: giveUp.signal });
    expect((await call('GET', '/health')).body.status).toBe('stalled');
    giveUp.abort();
    await expect(hanging).rejects.toThrow();
  });
});
