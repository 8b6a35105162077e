import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import { isGroupAlive, processArguments, processStat, signalGroup } from '../src/base/proc.ts';
import type { LoadProcess } from '../src/load/engine.ts';
import { createK6Engine } from '../src/load/k6-engine.ts';
import type { ScriptWorkload } from '../src/model/profile.ts';
import type { LoadProcessRow } from '../src/model/run.ts';
import type { LoadWindow, Outcome } from '../src/model/window.ts';
import { type K6Rig, k6Rig } from './support/k6-rig.ts';
import { iterationsOf, readAllWindows } from './support/load-engine-contract.ts';
import { requestsWorkload } from './support/load-order.ts';

let rig: K6Rig | null = null;
afterEach(() => rig?.close());

const openRig = async (...answer: Parameters<typeof k6Rig>): Promise<K6Rig> => {
  rig = await k6Rig(...answer);
  return rig;
};

const HOUR_MS = 3_600_000;
const windowsOf = ({ engine }: K6Rig, { row }: LoadProcess): Promise<LoadWindow[]> => readAllWindows(engine(), row);

/** Requests by name and outcome: `GET /: ok` → 12. */
function requestsIn(windows: LoadWindow[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { name, outcome, count } of windows.flatMap(({ requests }) => requests)) {
    sums[`${name}: ${outcome}`] = (sums[`${name}: ${outcome}`] ?? 0) + count;
  }
  return sums;
}

const outcomesIn = (windows: LoadWindow[]): Set<Outcome> =>
  new Set(windows.flatMap(({ requests }) => requests.map(({ outcome }) => outcome)));

function checksIn(windows: LoadWindow[]): Record<string, { passes: number; fails: number }> {
  const sums: Record<string, { passes: number; fails: number }> = {};
  for (const { name, passes, fails } of windows.flatMap(({ checks }) => checks)) {
    const before = sums[name] ?? { passes: 0, fails: 0 };
    sums[name] = { passes: before.passes + passes, fails: before.fails + fails };
  }
  return sums;
}

describe('load by the real k6', () => {
  it('measures exactly the requests that the target saw', async () => {
    const rig = await openRig();
    const { target } = rig;
    const k6 = await rig.start(rig.order(rig.plan(5000, 1800)));
    await k6.exited;
    const windows = await windowsOf(rig, k6);
    expect(requestsIn(windows)).toEqual({ 'GET /: ok': target.seen.length });
    expect(iterationsOf(windows)).toMatchObject({ started: target.seen.length, finished: target.seen.length });
    const bytes = windows.reduce((sum, window) => sum + window.bytes.received, 0);
    expect(bytes).toBeGreaterThan(target.seen.length * 50);
  });

  it('changes its rate while it runs, in the same process', async () => {
    const rig = await openRig();
    const { target } = rig;
    const slow = rig.plan(HOUR_MS, 300);
    const k6 = await rig.start(rig.order(slow));
    await target.came(8);
    const before = target.seen.length;
    const changedMs = systemClock.now();
    await k6.updatePlan({ ...rig.plan(HOUR_MS, 2400), startMs: slow.startMs, revision: 2 });
    await target.came(before + 80);
    // 80 requests take 16 s at the old rate and 2 s at the new one.
    expect(systemClock.now() - changedMs).toBeLessThan(8000);
    expect(isGroupAlive(k6.row.pid)).toBe(true);
  });

  it('shows a hung target as starved arrivals and ageing requests, never as late ones', async () => {
    const rig = await openRig();
    rig.target.hang();
    const workload = requestsWorkload([{}], 60_000);
    const k6 = await rig.start(rig.order(rig.plan(12_000, 600), workload, { users: 10, drainMs: 500 }));
    await k6.exited;
    const windows = await windowsOf(rig, k6);
    const sum = iterationsOf(windows);
    expect(sum.started).toBe(10);
    expect(sum.starved).toBeGreaterThan(60);
    // A machine that is short of time may be late now and then.
    expect(sum.late).toBeLessThan(sum.starved / 4);
    expect(sum.interrupted).toBe(10);
    // Somewhere in the twelve seconds a window ended while all users hung.
    const hung = windows.filter(({ inFlight }) => inFlight.requests > 0);
    expect(hung.length).toBeGreaterThan(0);
    expect(Math.max(...hung.map(({ inFlight }) => inFlight.oldestRequestMs ?? 0))).toBeGreaterThan(100);
    expect(outcomesIn(windows).has('ok')).toBe(false);
  });

  it('times out requests that take too long, and says so', async () => {
    const rig = await openRig();
    rig.target.hang();
    const k6 = await rig.start(rig.order(rig.plan(3000, 600), requestsWorkload([{}], 400)));
    await k6.exited;
    const cells = (await windowsOf(rig, k6)).flatMap(({ requests }) => requests);
    expect([...new Set(cells.map(({ outcome }) => outcome))]).toEqual(['timeout']);
    expect(Object.keys(cells[0]?.errorCodes ?? {})).toEqual(['1050']);
    expect(cells[0]?.durationsMs.min).toBeGreaterThan(390);
  });

  it('counts arrivals as late, and sends no burst, after it was stopped for a while', async () => {
    const rig = await openRig();
    const k6 = await rig.start(rig.order(rig.plan(9000, 2400)));
    await rig.target.came(20);
    signalGroup(k6.row.pid, 'SIGSTOP');
    await systemClock.sleep(3000);
    const resumedMs = systemClock.now();
    signalGroup(k6.row.pid, 'SIGCONT');
    await k6.exited;
    const sum = iterationsOf(await windowsOf(rig, k6));
    expect(sum.late).toBeGreaterThan(70);
    expect(sum.starved).toBe(0);
    // 120 arrivals are overdue; what comes within half a second is the rate of 40/s and the tolerance.
    const burst = rig.target.seen.filter(({ atMs }) => atMs >= resumedMs && atMs < resumedMs + 500);
    expect(burst.length).toBeLessThan(60);
  });

  it('counts what the operator paused, and sends none of it', async () => {
    const rig = await openRig();
    const plan = rig.plan(6000, 1200);
    const point = { requestsPerMinute: 1200, multiplier: 1 };
    const points = [
      { ...point, atMs: plan.startMs, paused: false },
      { ...point, atMs: plan.startMs + 2000, paused: true },
      { ...point, atMs: plan.startMs + 5000, paused: false },
      { ...point, atMs: plan.endMs, paused: false },
    ];
    const k6 = await rig.start(rig.order({ ...plan, points }));
    await k6.exited;
    const sum = iterationsOf(await windowsOf(rig, k6));
    expect(sum.paused).toBeGreaterThan(50);
    expect(sum.paused).toBeLessThan(70);
    const during = rig.target.seen.filter(({ atMs }) => atMs > plan.startMs + 2300 && atMs < plan.startMs + 4990);
    expect(during).toEqual([]);
    expect(rig.target.seen.length).toBe(sum.started);
  });

  it('waits for a plan that begins later, and stops without having begun', async () => {
    const rig = await openRig();
    const k6 = await rig.start(rig.order(rig.plan(HOUR_MS, 1200, { startMs: systemClock.now() + HOUR_MS / 2 })));
    await systemClock.sleep(1500);
    expect(await k6.stop(500)).toMatchObject({ reason: 'stopped', retry: false });
    expect(rig.target.seen).toEqual([]);
  });

  it('names what ended it: killed, terminated, a broken script', async () => {
    const rig = await openRig();
    const long = rig.plan(HOUR_MS, 600);
    for (const [signal, reason] of [
      ['SIGKILL', 'killed'],
      ['SIGTERM', 'terminated'],
    ] as const) {
      const k6 = await rig.start(rig.order(long));
      const before = rig.target.seen.length;
      await rig.target.came(before + 1);
      signalGroup(k6.row.pid, signal);
      expect(await k6.exited).toMatchObject({ reason, retry: true });
    }
    const script: ScriptWorkload = {
      kind: 'script',
      file: resolve('tests/fixtures/own-script.js'),
      exec: 'nothing',
      timeoutMs: 1000,
      requestsPerIteration: 1,
      longestIterationMs: 1000,
    };
    const k6 = await rig.start(rig.order(long, script));
    const exit = await k6.exited;
    expect(exit).toMatchObject({ reason: 'script_exception', retry: false, exitCode: 107 });
    expect(exit.detail).toContain('exports no function "nothing"');
  });

  it('leaves no process behind when it stops in front of a hung target', async () => {
    const rig = await openRig();
    rig.target.hang();
    const workload = requestsWorkload([{}], 60_000);
    const k6 = await rig.start(rig.order(rig.plan(HOUR_MS, 1200), workload, { drainMs: 300 }));
    await rig.target.came(5);
    expect(await k6.stop(300)).toMatchObject({ reason: 'stopped' });
    expect(isGroupAlive(k6.row.pid)).toBe(false);
    expect(iterationsOf(await windowsOf(rig, k6)).interrupted).toBeGreaterThan(0);
  });

  it('stops even while it stands still', async () => {
    const rig = await openRig();
    const k6 = await rig.start(rig.order(rig.plan(HOUR_MS, 600)));
    await rig.target.came(2);
    signalGroup(k6.row.pid, 'SIGSTOP');
    expect(await k6.stop(0)).toMatchObject({ reason: 'stopped', retry: false });
    expect(isGroupAlive(k6.row.pid)).toBe(false);
  });

  it('finds windows that were written while nobody read, by another engine, after the process is gone', async () => {
    const rig = await openRig();
    const k6 = await rig.start(rig.order(rig.plan(HOUR_MS, 600)));
    await rig.target.came(5);
    const adopted = await rig.engine().adopt(k6.row, rig.order(rig.plan(HOUR_MS, 600)));
    expect(adopted).not.toBeNull();
    await adopted?.stop(1000);
    expect(requestsIn(await windowsOf(rig, k6))).toEqual({ 'GET /: ok': rig.target.seen.length });
  });
});

describe('a k6 whose owner is gone', () => {
  it('goes on when its owner is killed, is adopted by another, and stops for it', async () => {
    const rig = await openRig();
    const order = rig.order(rig.plan(HOUR_MS, 1200), undefined, { processId: 'orphan-1' });
    const owner = spawn(process.execPath, ['tests/support/mortal-owner.ts', JSON.stringify(order)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const row: LoadProcessRow = JSON.parse(line.toString());
    await rig.target.came(5);
    const ownerGone = once(owner, 'exit');
    owner.kill('SIGKILL');
    await ownerGone;

    const before = rig.target.seen.length;
    await rig.target.came(before + 20);
    const adopted = await rig.engine().adopt(row, order);
    expect(adopted?.row.pid).toBe(row.pid);
    expect(await adopted?.stop(1000)).toMatchObject({ reason: 'stopped', exitCode: null });
    expect(isGroupAlive(row.pid)).toBe(false);
    expect(requestsIn(await readAllWindows(rig.engine(), row))).toEqual({ 'GET /: ok': rig.target.seen.length });
  });

  it('is lost, and worth another start, when it dies before the end of its plan', async () => {
    const rig = await openRig();
    const order = rig.order(rig.plan(HOUR_MS, 600));
    const k6 = await rig.start(order);
    await rig.target.came(2);
    const adopted = await rig.engine().adopt(k6.row, order);
    signalGroup(k6.row.pid, 'SIGKILL');
    expect(await adopted?.exited).toMatchObject({ reason: 'lost', retry: true, exitCode: null });
  });

  it('is not adopted when its pid belongs to an alien process by now', async () => {
    const rig = await openRig();
    const order = rig.order(rig.plan(HOUR_MS, 600));
    const alien = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    await once(alien, 'spawn');
    const pid = alien.pid ?? 0;
    const startTicks = processStat(pid)?.startTicks ?? 0;
    const row = { processId: 'p1', pid, startTicks, startedMs: 0, spoolFile: '', committedOffset: 0 };
    try {
      expect(await rig.engine().adopt({ ...row, exitedMs: null, exitReason: null }, order)).toBeNull();
      expect(isGroupAlive(pid)).toBe(true);
    } finally {
      alien.kill('SIGKILL');
    }
  });
});

describe('a k6 that cannot do it', () => {
  it.each([
    ['/bin/true', 'k6_without_extension'],
    ['/nowhere/k6', 'k6_missing'],
  ])('is refused before anything is sent: %s', async (k6Path, code) => {
    const rig = await openRig();
    const engine = createK6Engine({ clock: systemClock, k6Path, scriptsFolder: 'k6', env: {} });
    const start = engine.start(rig.order(rig.plan(1000, 60)), new AbortController().signal);
    await expect(start).rejects.toMatchObject({ code, hint: expect.stringMatching(/./) });
    expect(rig.written()).toBe('');
  });
});

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
});
