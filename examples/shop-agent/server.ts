import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { z } from 'zod';
import { cartTotal, reply, TOOLS, toolFor } from './agent.ts';
import { findProducts, PRODUCTS } from './catalogue.ts';
import type { Session, SessionStore } from './sessions/session-store.ts';
import { type Switches, switchesSchema } from './switches.ts';

export interface ShopOptions {
  sessions: SessionStore;
  switches: Switches;
  version: string;
  /** Ends the process, for the crash switch. */
  crash: () => void;
}

const chatBody = z.object({ message: z.string().max(2000), session_id: z.string().max(100).nullish() });
const cartBody = z.object({
  session_id: z.string().max(100),
  product_id: z.string(),
  quantity: z.int().min(1).max(10).default(1),
});
const BODY_LIMIT_BYTES = 64 * 1024;

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The example shop: a chat-and-cart service over HTTP, with switches for what may go wrong. */
export function createShop({ sessions, switches, version, crash }: ShopOptions): Server {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const served = new Counter({
    name: 'shop_requests_total',
    help: 'Requests answered',
    labelNames: ['route', 'status'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'shop_request_duration_seconds',
    help: 'Time to answer',
    labelNames: ['route'],
    registers: [registry],
  });
  const toolCalls = new Counter({
    name: 'tool_calls_total',
    help: 'Tools that the assistant called',
    labelNames: ['tool_name'],
    registers: [registry],
  });
  const toolSuccesses = new Counter({
    name: 'tool_calls_success',
    help: 'Calls of tools that gave what was asked for',
    labelNames: ['tool_name'],
    registers: [registry],
  });
  // Known before it is called first: a counter that begins with 1 was never seen to rise.
  for (const tool_name of TOOLS) for (const counter of [toolCalls, toolSuccesses]) counter.inc({ tool_name }, 0);
  const leaked: Buffer[] = [];
  new Gauge({
    name: 'shop_leaked_blocks',
    help: 'Blocks the leak switch holds',
    registers: [registry],
    collect() {
      this.set(leaked.length);
    },
  });
  let apiRequests = 0;

  /** Carries out the switches; true when the request must stay without an answer. */
  async function misbehave(): Promise<boolean> {
    apiRequests++;
    if (switches.crash_after > 0 && apiRequests >= switches.crash_after) crash();
    if (switches.leak_bytes > 0) leaked.push(Buffer.alloc(switches.leak_bytes, 1));
    if (switches.stall) return true;
    const delayMs = switches.delay_ms + (switches.drift_ms_per_1000 * apiRequests) / 1000;
    if (delayMs > 0) await pause(delayMs);
    if (Math.random() < switches.error_rate) throw new Refusal(500, 'Sorry, something went wrong. Please try again.');
    return false;
  }

  async function sessionOf(id: string | null | undefined): Promise<Session> {
    const known = id ? await sessions.load(id) : null;
    return known ?? { id: id ?? randomUUID(), cart: [], shown: [], turns: 0 };
  }

  async function route(request: IncomingMessage, url: URL): Promise<unknown> {
    const body = request.method === 'GET' ? null : await readJson(request);
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /health':
        return { status: switches.stall ? 'stalled' : 'healthy' };
      case 'GET /version':
        return { name: 'shop-agent', version, sessions: sessions.name };
      case 'GET /switches':
        return switches;
      case 'PATCH /switches':
        return Object.assign(switches, parse(switchesSchema.partial(), body));
      case 'GET /api/products':
        return { products: url.searchParams.has('q') ? findProducts(url.searchParams.get('q') ?? '') : PRODUCTS };
      case 'GET /api/cart': {
        const session = await sessionOf(url.searchParams.get('session_id'));
        return { session_id: session.id, items: session.cart, total: cartTotal(session) };
      }
      case 'POST /api/cart': {
        const wish = parse(cartBody, body);
        if (!PRODUCTS.some((product) => product.id === wish.product_id))
          throw new Refusal(404, 'Sorry, there is no such product.');
        const session = await sessionOf(wish.session_id);
        const line = session.cart.find((entry) => entry.productId === wish.product_id);
        if (line) line.quantity = Math.min(10, line.quantity + wish.quantity);
        else session.cart.push({ productId: wish.product_id, quantity: wish.quantity });
        await sessions.save(session);
        return { session_id: session.id, items: session.cart, total: cartTotal(session) };
      }
      case 'POST /api/chat': {
        const { message, session_id } = parse(chatBody, body);
        const session = await sessionOf(session_id);
        const text = reply(session, message);
        await sessions.save(session);
        const tool = toolFor(message);
        if (tool !== null) {
          toolCalls.inc({ tool_name: tool });
          if (!text.startsWith('Sorry')) toolSuccesses.inc({ tool_name: tool });
        }
        return { session_id: session.id, reply: text, turns: session.turns };
      }
      default:
        throw new Refusal(404, 'There is nothing here.');
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://shop');
    if (url.pathname === '/metrics') {
      response.setHeader('content-type', registry.contentType).end(await registry.metrics());
      return;
    }
    const known = ['/health', '/version', '/switches', '/api/products', '/api/cart', '/api/chat'].includes(
      url.pathname,
    );
    const label = known ? url.pathname : 'other';
    const stop = durations.startTimer({ route: label });
    let status = 200;
    let answer: unknown;
    try {
      if (url.pathname.startsWith('/api/') && (await misbehave())) return;
      answer = await route(request, url);
    } catch (thrown) {
      status = thrown instanceof Refusal ? thrown.status : 503;
      answer = { error: thrown instanceof Refusal ? thrown.message : 'Sorry, the shop is not available right now.' };
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    served.inc({ route: label, status });
    stop();
  }

  return createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (!result.success) throw new Refusal(400, z.prettifyError(result.error));
  return result.data;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES) throw new Refusal(413, 'That is too long.');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refusal(400, 'The body is not JSON.');
  }
}
