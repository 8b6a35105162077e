import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { processArguments } from '../src/base/proc.ts';
import { networksOutside } from '../src/daemon/networks-outside.ts';
import type { LoadProcess } from '../src/load/engine.ts';
import type { ScriptWorkload } from '../src/model/profile.ts';
import type { LoadWindow } from '../src/model/window.ts';
import { type K6Rig, k6Rig } from './support/k6-rig.ts';
import { requestsWorkload } from './support/load-order.ts';
import { checksIn, iterationsOf, readAllWindows, requestsIn } from './support/window-sums.ts';

let rig: K6Rig | null = null;
afterEach(() => rig?.close());

const openRig = async (...answer: Parameters<typeof k6Rig>): Promise<K6Rig> => {
  rig = await k6Rig(...answer);
  return rig;
};

const HOUR_MS = 3_600_000;
const windowsOf = ({ engine }: K6Rig, { row }: LoadProcess): Promise<LoadWindow[]> => readAllWindows(engine(), row);

describe('weighted requests', () => {
  it('are sent by weight with their headers, bodies and checks, and keep secrets out of files and arguments', async () => {
    const rig = await openRig(({ path }) =>
      path.startsWith('/missing') ? { status: 404 } : { body: '{"items":["shirt"]}' },
    );
    const workload = requestsWorkload([
      {
        name: 'search',
        path: '/search?q=shirt',
        weight: 3,
        headers: { Authorization: 'env:API_TOKEN' },
        checks: { status: [200], contains: ['shirt'] },
      },
      {
        name: 'buy',
        method: 'POST',
        path: '/buy',
        weight: 1,
        body: '{"id":1}',
        checks: { status: [201], contains: [] },
      },
      { name: 'gone', path: '/missing', weight: 1, checks: { status: [404], contains: [] } },
    ]);
    const k6 = await rig.start(rig.order(rig.plan(HOUR_MS, 1800), workload), { API_TOKEN: 'Bearer very-secret' });
    await rig.target.came(100);
    expect(processArguments(k6.row.pid).join(' ')).not.toContain('very-secret');
    await k6.stop(2000);

    const { seen } = rig.target;
    const searches = seen.filter(({ path }) => path === '/search?q=shirt');
    // The deck keeps shares close at all times: 60 % of a hundred, not 60 ± 10.
    expect(Math.abs(searches.length - 0.6 * seen.length)).toBeLessThan(5);
    expect(searches.every(({ headers }) => headers.authorization === 'Bearer very-secret')).toBe(true);
    expect(seen.find(({ method }) => method === 'POST')?.body).toBe('{"id":1}');
    expect(rig.written()).not.toContain('very-secret');

    const windows = await windowsOf(rig, k6);
    const counts = requestsIn(windows);
    expect(counts['search: ok']).toBe(searches.length);
    // A 404 that is expected is no failure; a 200 where 201 is expected is one.
    expect(Object.keys(counts).sort()).toEqual(['buy: http_error', 'gone: ok', 'search: ok']);
    const checks = checksIn(windows);
    expect(checks['search: has "shirt"']).toEqual({ passes: searches.length, fails: 0 });
    expect(checks['buy: status is 201']).toMatchObject({ passes: 0 });
  });

  it('do not start when a variable is missing', async () => {
    const rig = await openRig();
    const workload = requestsWorkload([{ headers: { Authorization: 'env:API_TOKEN' } }]);
    await expect(rig.start(rig.order(rig.plan(1000, 60), workload))).rejects.toMatchObject({
      code: 'workload_variable_missing',
    });
    expect(rig.target.seen).toEqual([]);
  });
});

describe("a user's own script", () => {
  it('runs untouched under the planned arrivals and is measured', async () => {
    const rig = await openRig(() => ({ body: 'Welcome to the shop' }));
    const workload: ScriptWorkload = {
      kind: 'script',
      file: resolve('tests/fixtures/own-script.js'),
      exec: 'browse',
      timeoutMs: 2000,
      requestsPerIteration: 2,
      longestIterationMs: 5000,
    };
    const k6 = await rig.start(rig.order(rig.plan(4000, 1200, { requestsPerIteration: 2 }), workload));
    expect(await k6.exited).toMatchObject({ reason: 'finished', exitCode: 0 });

    const windows = await windowsOf(rig, k6);
    const { started } = iterationsOf(windows);
    expect(started).toBeGreaterThan(15);
    expect(requestsIn(windows)).toMatchObject({ 'list: ok': started, 'buy: ok': started });
    expect(checksIn(windows)['list is there']).toEqual({ passes: started, fails: 0 });
    const paths = rig.target.seen.map(({ path }) => path);
    expect(paths.filter((path) => path === '/setup')).toHaveLength(1);
    expect(paths.at(-1)).toBe('/teardown');
    // The scenario's own variables still reach the script.
    expect(paths).toContain('/list?shop=books');
  });

  it('cannot leave a fence of addresses', async () => {
    const rig = await openRig();
    const workload: ScriptWorkload = {
      kind: 'script',
      file: resolve('tests/fixtures/straying-script.js'),
      exec: 'default',
      timeoutMs: 2000,
      requestsPerIteration: 2,
      longestIterationMs: 5000,
    };
    const outside = networksOutside(['loopback', 'private']) ?? [];
    const order = rig.order(rig.plan(2000, 1200, { requestsPerIteration: 2 }), workload);
    const k6 = await rig.start(order, { K6_BLACKLIST_IPS: outside.join(',') });
    expect(await k6.exited).toMatchObject({ reason: 'finished', exitCode: 0 });

    const windows = await windowsOf(rig, k6);
    const { started } = iterationsOf(windows);
    expect(started).toBeGreaterThan(5);
    expect(requestsIn(windows)).toEqual({ 'inside: ok': started, 'outside: connect': started });
    // 1110: refused by k6 itself; nothing left this machine.
    const strayed = windows.flatMap(({ requests }) => requests.filter(({ name }) => name === 'outside'));
    expect(new Set(strayed.flatMap(({ errorCodes }) => Object.keys(errorCodes)))).toEqual(new Set(['1110']));
  });
});
