/** MongoDB, and what speaks its protocol: connections, memory and operations from `serverStatus`. */
import { resolveSrv } from 'node:dns/promises';
import { z } from 'zod';
import { quote } from '../../base/parsed.ts';
import { secretName, serverAddress } from '../address.ts';
import { CounterOwner, CounterRate } from '../rate.ts';
import type { Sampler, SamplerPlugin, SeriesDeclaration } from '../sampler.ts';

/**
 * Options that an address in a profile may have (mongodb.com/docs/manual/reference/connection-string), in lower case.
 * Others make the driver read files of this machine (tlsCAFile) or ask for its credentials (MONGODB-AWS, MONGODB-OIDC):
 * a profile may come from somebody else. An address from the environment is the operator's own, and may have any.
 */
const OPTIONS = new Set(
  [
    ...['appName', 'authMechanism', 'authSource', 'compressors', 'connectTimeoutMS', 'directConnection'],
    ...['heartbeatFrequencyMS', 'journal', 'loadBalanced', 'localThresholdMS', 'maxIdleTimeMS', 'maxPoolSize'],
    ...['maxStalenessSeconds', 'minPoolSize', 'proxyHost', 'proxyPort', 'proxyUsername', 'readConcernLevel'],
    ...['readPreference', 'readPreferenceTags', 'replicaSet', 'retryReads', 'retryWrites', 'serverSelectionTimeoutMS'],
    ...['socketTimeoutMS', 'srvMaxHosts', 'srvServiceName', 'ssl', 'timeoutMS', 'tls', 'tlsAllowInvalidCertificates'],
    ...['tlsAllowInvalidHostnames', 'tlsInsecure', 'w', 'waitQueueTimeoutMS', 'wtimeoutMS', 'zlibCompressionLevel'],
  ].map((name) => name.toLowerCase()),
);
/** Those that need nothing but what the sampler is given. */
const MECHANISMS = new Set(['DEFAULT', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'PLAIN']);

function refuseOptions(address: string, context: z.RefinementCtx): void {
  const options = new URLSearchParams(address.includes('?') ? address.slice(address.indexOf('?') + 1) : '');
  for (const [name, value] of options) {
    const isMechanism = name.toLowerCase() === 'authmechanism';
    if (isMechanism ? MECHANISMS.has(value) : OPTIONS.has(name.toLowerCase())) continue;
    context.addIssue({
      code: 'custom',
      message: `has the option ${quote(isMechanism ? `${name}=${value}` : name)}, which an address in a profile may not have`,
      params: { hint: 'take the whole address from env:NAME' },
    });
  }
}

const settings = z.strictObject({
  url: serverAddress(['mongodb', 'mongodb+srv'], 'mongodb:// address, or env:NAME').superRefine(refuseOptions),
  username: z.string().min(1, 'is empty').describe('user who may run serverStatus (role clusterMonitor)').optional(),
  password: secretName('password').optional(),
});

const MEBIBYTE = 1024 * 1024;

const gauge = { leakCandidate: false, memory: false } as const;

/** Fields of `opcounters`, and what their rates are called here. */
const OPERATIONS = [
  { field: 'insert', name: 'inserts_per_second' },
  { field: 'query', name: 'queries_per_second' },
  { field: 'update', name: 'updates_per_second' },
  { field: 'delete', name: 'deletes_per_second' },
  { field: 'getmore', name: 'getmores_per_second' },
  { field: 'command', name: 'commands_per_second' },
] as const;

const SERIES: readonly SeriesDeclaration[] = [
  { name: 'connections_current', unit: 'count', leakCandidate: true, memory: false },
  { name: 'connections_available', unit: 'count', ...gauge },
  { name: 'connections_active', unit: 'count', ...gauge },
  { name: 'open_cursors', unit: 'count', leakCandidate: true, memory: false },
  // Most of it is the cache of the storage engine, which fills for hours by design: shown, not judged as memory.
  { name: 'resident_memory_bytes', unit: 'bytes', leakCandidate: true, memory: false },
  { name: 'cache_bytes', unit: 'bytes', ...gauge },
  ...OPERATIONS.map(({ name }) => ({ name, unit: 'per_second' as const, ...gauge })),
];

export const mongodbSource: SamplerPlugin<typeof settings> = {
  kind: 'mongodb',
  settings,
  usualRole: 'dependency',

  async hosts({ url }, { secret }) {
    const { MongoClient } = await import('mongodb');
    // The driver's own reading of the address: nothing is connected.
    const { hosts, srvHost, srvServiceName, proxyHost } = new MongoClient(secret(url)).options;
    const proxies = proxyHost === undefined ? [] : [proxyHost];
    if (srvHost === undefined) return [...proxies, ...hosts.flatMap(({ host }) => (host === undefined ? [] : [host]))];
    return [...proxies, ...(await resolveSrv(`_${srvServiceName}._tcp.${srvHost}`)).map(({ name }) => name)];
  },

  async start(given, { clock, undo, secret }): Promise<Sampler> {
    const { MongoClient } = await import('mongodb');
    const client = new MongoClient(secret(given.url), {
      appName: 'soakd',
      maxPoolSize: 1,
      connectTimeoutMS: 4000,
      serverSelectionTimeoutMS: 4000,
      ...(given.username === undefined
        ? {}
        : { auth: { username: given.username, password: given.password === undefined ? '' : secret(given.password) } }),
    });
    undo.push('close the MongoDB client', () => client.close(true));
    const readStatus = statusReader();
    let status: unknown = null;
    let identity: string | null = null;
    let readAtMs = 0;

    return {
      series: SERIES,
      cheap: true,
      async read(signal) {
        status = null;
        const admin = client.db('admin');
        const hello: unknown = await admin.command({ hello: 1 }, { signal });
        const read: unknown = await admin.command({ serverStatus: 1 }, { signal });
        status = read;
        identity = identityOf(hello, read);
        readAtMs = clock.now();
        return readStatus(read, identity, clock.monotonicMs());
      },
      identity: () => (status === null ? null : identity),
      startedMs() {
        const uptimeMs = numberAt(status, 'uptimeMillis');
        return uptimeMs === null ? null : readAtMs - uptimeMs;
      },
    };
  },
};

/**
 * MongoDB makes a new process id at each start and tells it with its topology; others tell host and pid, which in a
 * container stay the same. Null when the server tells neither.
 */
export function identityOf(hello: unknown, status: unknown): string | null {
  const processId = at(hello, 'topologyVersion', 'processId');
  if (processId instanceof Object) return `process ${String(processId)}`;
  const pid = numberAt(status, 'pid');
  const host = at(status, 'host');
  return pid === null ? null : `pid ${pid} on ${typeof host === 'string' ? host : 'unknown host'}`;
}

/**
 * Values in the order of the series, from an answer to serverStatus (mongodb.com/docs/manual/reference/command/
 * serverStatus). What a server does not tell is null: others than MongoDB tell little.
 */
export function statusReader(): (status: unknown, identity: string | null, monotonicMs: number) => (number | null)[] {
  const server = new CounterOwner();
  const rates = OPERATIONS.map(({ field }) => ({ field, rate: server.add(new CounterRate()) }));
  return (status, identity, monotonicMs) => {
    server.is(identity);
    const residentMebibytes = numberAt(status, 'mem', 'resident');
    return [
      numberAt(status, 'connections', 'current'),
      numberAt(status, 'connections', 'available'),
      numberAt(status, 'connections', 'active'),
      numberAt(status, 'metrics', 'cursor', 'open', 'total'),
      // 0 where the server cannot tell.
      residentMebibytes === null || residentMebibytes === 0 ? null : residentMebibytes * MEBIBYTE,
      numberAt(status, 'wiredTiger', 'cache', 'bytes currently in the cache'),
      ...rates.map(({ field, rate }) => rate.next(numberAt(status, 'opcounters', field), monotonicMs)),
    ];
  };
}

const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>(
    (inside, key) => (typeof inside === 'object' && inside !== null ? Reflect.get(inside, key) : undefined),
    value,
  );

function numberAt(status: unknown, ...path: string[]): number | null {
  const value = at(status, ...path);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
