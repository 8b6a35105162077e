import { afterEach, describe, expect, it } from 'vitest';
import { ferretdbCanRun, startFerretdb } from '../../../tests/support/ferretdb.ts';
import { OneSampler, samplerContext } from '../../../tests/support/one-sampler.ts';
import { identityOf, mongodbSource, statusReader } from './mongodb.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Values by name: the same order as the series. */
function recordedValues(
  read: ReturnType<typeof statusReader>,
  status: unknown,
  atMs: number,
  identity = 'process 66f0',
): Record<string, number | null> {
  const values = read(status, identity, atMs);
  return Object.fromEntries(SERIES.map((name, at) => [name, values[at] ?? null]));
}

const SERIES = [
  'connections_current',
  'connections_available',
  'connections_active',
  'open_cursors',
  'resident_memory_bytes',
  'cache_bytes',
  'inserts_per_second',
  'queries_per_second',
  'updates_per_second',
  'deletes_per_second',
  'getmores_per_second',
  'commands_per_second',
];

/** As MongoDB 7.0 answers, what is not read left out. */
const recorded = (changes: { current?: number; inserts?: number } = {}) => ({
  host: 'mongo-0:27017',
  version: '7.0.14',
  process: 'mongod',
  pid: 1,
  uptimeMillis: 8_136_000,
  connections: { current: changes.current ?? 14, available: 838_846, totalCreated: 61, rejected: 0, active: 4 },
  opcounters: { insert: changes.inserts ?? 100, query: 50, update: 20, delete: 0, getmore: 3, command: 900 },
  mem: { bits: 64, resident: 173, virtual: 2613, supported: true },
  metrics: { cursor: { open: { noTimeout: 0, pinned: 0, total: 2 }, timedOut: 0 } },
  wiredTiger: { cache: { 'bytes currently in the cache': 61_440, 'maximum bytes configured': 3_589_275_648 } },
});

describe('mongodb samples', () => {
  it('read connections, memory, cache and operations out of an answer to serverStatus', () => {
    const read = statusReader();
    recordedValues(read, recorded(), 0);
    expect(recordedValues(read, recorded({ current: 15, inserts: 150 }), 10_000)).toEqual({
      connections_current: 15,
      connections_available: 838_846,
      connections_active: 4,
      open_cursors: 2,
      resident_memory_bytes: 173 * 1024 * 1024,
      cache_bytes: 61_440,
      inserts_per_second: 5,
      queries_per_second: 0,
      updates_per_second: 0,
      deletes_per_second: 0,
      getmores_per_second: 0,
      commands_per_second: 0,
    });
  });

  it('have no rate for the first reading and after a restart', () => {
    const read = statusReader();
    expect(recordedValues(read, recorded({ inserts: 100 }), 0).inserts_per_second).toBeNull();
    expect(recordedValues(read, recorded({ inserts: 3 }), 10_000).inserts_per_second).toBeNull();
    // Another process that has counted further is another process all the same.
    expect(recordedValues(read, recorded({ inserts: 9 }), 20_000, 'process 66f1').inserts_per_second).toBeNull();
    expect(recordedValues(read, recorded({ inserts: 19 }), 30_000, 'process 66f1').inserts_per_second).toBe(1);
  });

  it('are null, not zero, for what a server does not tell', () => {
    expect(new Set(statusReader()({ ok: 1 }, null, 0))).toEqual(new Set([null]));
    expect(new Set(statusReader()(null, null, 0))).toEqual(new Set([null]));
  });

  it('know a server by the process id of its topology, which pid and host in a container are not', () => {
    const hello = (id: string) => ({ topologyVersion: { processId: { toString: () => id } } });
    expect(identityOf(hello('66f0'), recorded())).toBe('process 66f0');
    expect(identityOf(hello('66f1'), recorded())).not.toBe(identityOf(hello('66f0'), recorded()));
    expect(identityOf({}, recorded())).toBe('pid 1 on mongo-0:27017');
    expect(identityOf({}, {})).toBeNull();
  });

  it.each([
    ['authMechanism=MONGODB-OIDC', false],
    ['tls=true&AUTHMECHANISM=MONGODB-AWS', false],
    ['tlsCAFile=/etc/shadow', false],
    ['tls%43AFile=/etc/shadow', false],
    ['authMechanismProperties=ENVIRONMENT:azure', false],
    ['authMechanism=SCRAM-SHA-256&authSource=admin&replicaSet=rs0&tls=true', true],
  ])('take no option that reaches for files or credentials of this machine: %s', (options, success) => {
    const read = mongodbSource.settings.safeParse({ url: `mongodb://mongo/admin?${options}` });
    expect(read.success).toBe(success);
    if (!success) expect(read.error?.issues[0]?.message).toMatch(/^has the option "/);
  });

  it('take no password that is written openly', () => {
    expect(mongodbSource.settings.safeParse({ url: 'mongodb://ana:secret@mongo' }).success).toBe(false);
    expect(
      mongodbSource.settings.safeParse({ url: 'mongodb://mongo', username: 'ana', password: 'env:PW' }).success,
    ).toBe(true);
  });
});

describe.skipIf(!ferretdbCanRun())('samples over the real protocol, from FerretDB', () => {
  it('are read, with null for the connections and memory that FerretDB does not tell', async () => {
    const context = samplerContext();
    const server = await startFerretdb();
    closing.push(() => server.stop());
    closing.push(() => context.undo.unwind());
    const sampler = await OneSampler.start('mongodb', { url: `mongodb://127.0.0.1:${server.port}` }, context);
    expect(sampler.sampler.series.map(({ name }) => name)).toEqual(SERIES);
    const values = await sampler.read();
    expect(values.connections_current).toBeNull();
    expect(values.resident_memory_bytes).toBeNull();
    expect(sampler.sampler.identity?.()).toContain(`pid ${server.pid} on `);
    const upMs = context.clock.now() - (sampler.sampler.startedMs?.() ?? 0);
    expect(upMs).toBeGreaterThan(-2000);
    expect(upMs).toBeLessThan(60_000);
  }, 300_000);

  it('fail while the server is away and come back with it', async () => {
    const context = samplerContext();
    closing.push(() => context.undo.unwind());
    const first = await startFerretdb();
    const sampler = await OneSampler.start('mongodb', { url: `mongodb://127.0.0.1:${first.port}` }, context);
    await sampler.read();
    await first.stop();
    await expect(sampler.read()).rejects.toThrow(/ECONNREFUSED|closed/);
    expect(sampler.sampler.identity?.()).toBeNull();

    const second = await startFerretdb(first.port);
    closing.push(() => second.stop());
    let values: Record<string, number | null> | null = null;
    while (values === null) values = await sampler.read().catch(() => null);
    expect(sampler.sampler.identity?.()).toContain(`pid ${second.pid} on `);
  }, 300_000);
});
