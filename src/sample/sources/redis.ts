/** Redis, and what speaks its protocol: clients, memory, hit rate and evictions from `INFO`. */
import type { Redis, RedisOptions } from 'ioredis';
import { z } from 'zod';
import { SoakdError } from '../../base/errors.ts';
import { secretName, serverAddress } from '../address.ts';
import { CounterOwner, CounterRate, CounterShare } from '../rate.ts';
import type { Sampler, SamplerPlugin, SeriesDeclaration } from '../sampler.ts';

const settings = z.strictObject({
  url: serverAddress(['redis', 'rediss'], 'redis:// or rediss:// address, or env:NAME'),
  username: z.string().min(1, 'is empty').describe('user; without it the default one').optional(),
  password: secretName('password').optional(),
});

const gauge = { leakCandidate: false, memory: false } as const;

const SERIES: readonly SeriesDeclaration[] = [
  { name: 'connected_clients', unit: 'count', leakCandidate: true, memory: false },
  { name: 'blocked_clients', unit: 'count', ...gauge },
  { name: 'used_memory_bytes', unit: 'bytes', leakCandidate: true, memory: true },
  // What the system gave it, fragments included: follows used_memory, so it is not judged a second time.
  { name: 'used_memory_rss_bytes', unit: 'bytes', ...gauge },
  { name: 'memory_limit_bytes', unit: 'bytes', ...gauge },
  { name: 'memory_fragmentation_ratio', unit: 'ratio', ...gauge },
  { name: 'keys', unit: 'count', ...gauge },
  { name: 'hit_rate_percent', unit: 'percent', ...gauge },
  { name: 'evictions_per_second', unit: 'per_second', ...gauge },
  { name: 'expirations_per_second', unit: 'per_second', ...gauge },
  { name: 'commands_per_second', unit: 'per_second', ...gauge },
  { name: 'rejected_connections_per_second', unit: 'per_second', ...gauge },
];

export const redisSource: SamplerPlugin<typeof settings> = {
  kind: 'redis',
  settings,
  usualRole: 'dependency',

  async hosts({ url }, { secret }) {
    const { Redis } = await import('ioredis');
    const { host, path } = readingOf(Redis, url, secret(url));
    // A path is a socket of this machine.
    return path || host === undefined ? [] : [host];
  },

  async start(given, { clock, undo, secret }): Promise<Sampler> {
    const connection = await connect(given, secret);
    undo.push('close the Redis client', () => connection.client.disconnect());
    const readInfo = infoReader();
    let info: RedisInfo | null = null;
    let readAtMs = 0;

    return {
      series: SERIES,
      cheap: true,
      async read(signal) {
        info = null;
        const read = parseInfo(await connection.info(signal));
        info = read;
        readAtMs = clock.now();
        return readInfo(read, clock.monotonicMs());
      },
      // The server makes a new one at each start.
      identity: () => info?.text('run_id') ?? null,
      startedMs() {
        const uptimeSeconds = info?.number('uptime_in_seconds') ?? null;
        return uptimeSeconds === null ? null : readAtMs - uptimeSeconds * 1000;
      },
    };
  },
};

/**
 * The client's own reading of an address: `?host=` in it counts where no other host is named. Nothing is connected. Throws
 * a SoakdError that does not quote `given`, for the environment may hold a password.
 */
function readingOf(Client: typeof Redis, url: string, given: string): RedisOptions {
  try {
    const { options } = new Client(given, { lazyConnect: true });
    // They would say whom to ask.
    if (!options.sentinels) return options;
  } catch {
    // Told below.
  }
  throw new SoakdError(`${url} holds no address of a Redis server`, {
    code: 'sampler_settings',
    hint: 'write redis://HOST:PORT',
    httpStatus: 422,
  });
}

/** A client that is connected by the first command, again after a loss, and never queues for long. */
async function connect(
  given: z.output<typeof settings>,
  secret: (value: string) => string,
): Promise<{ client: Redis; info: (signal: AbortSignal) => Promise<string> }> {
  const { Redis } = await import('ioredis');
  const client = new Redis(secret(given.url), {
    ...(given.username === undefined ? {} : { username: given.username }),
    ...(given.password === undefined ? {} : { password: secret(given.password) }),
    lazyConnect: true,
    // A reading waits for one attempt to connect, not for the next.
    maxRetriesPerRequest: 0,
    connectTimeout: 4000,
    retryStrategy: (attempt) => Math.min(500 * attempt, 5000),
    connectionName: 'soakd',
  });
  // The client rejects commands with `max retries`; what was wrong is in the event before.
  let reason: unknown = null;
  client.on('error', (thrown) => {
    reason = thrown;
  });
  client.on('close', () => {
    reason ??= new Error('the server closed the connection');
  });
  client.on('ready', () => {
    reason = null;
  });
  return {
    client,
    async info(signal) {
      // A server that accepts and says nothing would keep the command for ever: begin anew.
      const drop = (): void => client.disconnect(true);
      signal.addEventListener('abort', drop, { once: true });
      try {
        return await client.info();
      } catch (thrown) {
        signal.throwIfAborted();
        throw reason ?? thrown;
      } finally {
        signal.removeEventListener('abort', drop);
      }
    },
  };
}

export interface RedisInfo {
  text(field: string): string | null;
  number(field: string): number | null;
  /** Keys in all databases. */
  keys: number;
}

/** Parses the answer to INFO (redis.io/commands/info): `field:value` lines, sections and comments between. */
export function parseInfo(answer: string): RedisInfo {
  const fields = new Map<string, string>();
  let keys = 0;
  for (const line of answer.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (line.startsWith('#') || colon < 0) continue;
    const field = line.slice(0, colon);
    fields.set(field, line.slice(colon + 1));
    if (/^db\d+$/.test(field)) keys += Number(/keys=(\d+)/.exec(line)?.[1] ?? 0);
  }
  return {
    keys,
    text: (field) => fields.get(field) ?? null,
    number(field) {
      const text = fields.get(field);
      const value = text === undefined || text === '' ? Number.NaN : Number(text);
      return Number.isFinite(value) ? value : null;
    },
  };
}

/** Values in the order of the series; rates need the reading before. */
export function infoReader(): (info: RedisInfo, monotonicMs: number) => (number | null)[] {
  const server = new CounterOwner();
  const hitRate = server.add(new CounterShare());
  const rates = ['evicted_keys', 'expired_keys', 'total_commands_processed', 'rejected_connections'].map((field) => ({
    field,
    rate: server.add(new CounterRate()),
  }));
  return (info, monotonicMs) => {
    server.is(info.text('run_id'));
    const hits = info.number('keyspace_hits');
    const misses = info.number('keyspace_misses');
    const limitBytes = info.number('maxmemory');
    return [
      info.number('connected_clients'),
      info.number('blocked_clients'),
      info.number('used_memory'),
      info.number('used_memory_rss'),
      // 0 stands for no limit.
      limitBytes === 0 ? null : limitBytes,
      info.number('mem_fragmentation_ratio'),
      info.text('redis_version') === null && info.keys === 0 ? null : info.keys,
      hitRate.next(hits, hits === null || misses === null ? null : hits + misses),
      ...rates.map(({ field, rate }) => rate.next(info.number(field), monotonicMs)),
    ];
  };
}
