import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import { isGroupAlive, signalGroup } from '../src/base/proc.ts';
import type { LoadProcess } from '../src/load/engine.ts';
import type { LoadWindow } from '../src/model/window.ts';
import { type K6Rig, k6Rig } from './support/k6-rig.ts';
import { requestsWorkload } from './support/load-order.ts';
import { iterationsOf, outcomesIn, readAllWindows, requestsIn } from './support/window-sums.ts';

let rig: K6Rig | null = null;
afterEach(() => rig?.close());

const openRig = async (...answer: Parameters<typeof k6Rig>): Promise<K6Rig> => {
  rig = await k6Rig(...answer);
  return rig;
};

const HOUR_MS = 3_600_000;
const windowsOf = ({ engine }: K6Rig, { row }: LoadProcess): Promise<LoadWindow[]> => readAllWindows(engine(), row);

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

  it('tells a target that is away from one that answers badly, and goes on', async () => {
    const rig = await openRig();
    const k6 = await rig.start(rig.order(rig.plan(4000, 1200)));
    await rig.target.came(10);
    await rig.target.close();
    expect(await k6.exited).toMatchObject({ reason: 'finished' });
    const windows = await windowsOf(rig, k6);
    expect([...outcomesIn(windows)].sort()).toEqual(['connect', 'ok']);
    const refused = windows.flatMap(({ requests }) => requests).filter(({ outcome }) => outcome === 'connect');
    expect(refused.reduce((sum, { errorCodes }) => sum + (errorCodes['1212'] ?? 0), 0)).toBeGreaterThan(10);
    expect(refused.every(({ statuses }) => Object.keys(statuses).join() === 'none')).toBe(true);
  });

  it('counts arrivals as late, and sends no burst, after it was stopped for a while', async () => {
    const rig = await openRig();
    const { target } = rig;
    const k6 = await rig.start(rig.order(rig.plan(HOUR_MS, 6000)));
    await target.came(20);
    signalGroup(k6.row.pid, 'SIGSTOP');
    // Arrivals come due by the clock on the wall, and nothing else happens while k6 stands still: there is no event to
    // await. Six times the tolerance of 250 ms tells what is late from what is not.
    await systemClock.sleep(1500);
    const resumedMs = systemClock.now();
    const before = target.seen.length;
    signalGroup(k6.row.pid, 'SIGCONT');
    await target.came(before + 150);
    await k6.stop(2000);
    const windows = await windowsOf(rig, k6);
    const sum = iterationsOf(windows);
    // 150 arrivals are overdue, 25 of them within the tolerance.
    expect(sum.late).toBeGreaterThan(75);
    expect(sum.starved).toBe(0);
    expect(Math.max(...windows.map(({ clock }) => clock.timerLagMs))).toBeGreaterThan(1000);
    // What comes within half a second is the rate of 100/s and the tolerance.
    const burst = target.seen.filter(({ atMs }) => atMs >= resumedMs && atMs < resumedMs + 500);
    expect(burst.length).toBeLessThan(120);
  });

  it('counts what the operator paused, and sends none of it', async () => {
    const rig = await openRig();
    // Even: of Poisson arrivals a stretch of three seconds holds 60 ± 5.
    const plan = rig.plan(6000, 1200, { arrivals: 'even' });
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
