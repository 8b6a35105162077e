import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import type { LoadOrder } from '../../src/load/engine.ts';
import type { LoadWindow } from '../../src/model/window.ts';
import { describeLoadEngine } from './load-engine-contract.ts';
import { constantPlan, loadOrder, requestsWorkload } from './load-order.ts';
import { healthyScript, type LoadScript } from './load-script.ts';
import { ScriptedGenerators } from './scripted-engine.ts';
import { iterationsOf, readAllWindows } from './window-sums.ts';

const START_MS = 1_790_000_000_000;
const MINUTE_MS = 60_000;
const order = (plan: LoadOrder['plan']): LoadOrder =>
  loadOrder({ folder: '/simulated', targetUrl: 'http://target.example', plan });

describeLoadEngine('the scripted generator', async () => {
  const clock = new SimulatedClock(START_MS);
  const generators = new ScriptedGenerators(clock, healthyScript());
  return {
    clock,
    order,
    engine: () => generators.engine(),
    pass: (ms) => clock.advance(ms),
    settle: (promise) => clock.runUntil(promise, 24 * 60 * MINUTE_MS),
    close: async () => undefined,
  };
});

/** Plays `minutes` of 60 requests a minute against a script; 20 users, a time-out of a minute. */
async function play(script: Partial<LoadScript>, minutes: number): Promise<LoadWindow[]> {
  const clock = new SimulatedClock(START_MS);
  const engine = new ScriptedGenerators(clock, healthyScript(script)).engine();
  const { row } = await engine.start(
    loadOrder(
      {
        folder: '/simulated',
        targetUrl: 'http://target.example',
        plan: constantPlan(START_MS, minutes * MINUTE_MS, 60),
        users: 20,
      },
      requestsWorkload([{}], MINUTE_MS),
    ),
    new AbortController().signal,
  );
  await clock.advance(minutes * MINUTE_MS + 1000);
  return readAllWindows(engine, row);
}

describe('the scripted generator', () => {
  it('starves arrivals while the target hangs, then times out, and shows how old the oldest request is', async () => {
    const hang = { fromMs: START_MS + 5 * MINUTE_MS, untilMs: START_MS + 7 * MINUTE_MS };
    const windows = await play({ hangs: [hang] }, 15);
    const during = windows.filter(({ endMs }) => endMs > hang.fromMs && endMs <= hang.untilMs);
    expect(iterationsOf(during).starved).toBeGreaterThan(60);
    // In the last window the target wakes and answers all.
    expect(during.at(-2)?.inFlight).toMatchObject({ requests: 20 });
    expect(during[1]?.inFlight.oldestRequestMs).toBeGreaterThan(1000);
    expect(iterationsOf(windows).late).toBe(0);
    const healthyAgain = windows.filter(({ startMs }) => startMs > hang.untilMs + MINUTE_MS);
    expect(iterationsOf(healthyAgain).starved).toBe(0);
  });

  it('writes nothing while it stands still, and counts what it missed as late in the next window', async () => {
    const stall = { fromMs: START_MS + 3 * MINUTE_MS, untilMs: START_MS + 5 * MINUTE_MS };
    const windows = await play({ stalls: [stall] }, 10);
    const sum = iterationsOf(windows);
    expect(sum.planned).toBe(600);
    expect(sum.late).toBeGreaterThanOrEqual(119);
    expect(sum.late).toBeLessThanOrEqual(121);
    const inside = windows.filter(({ startMs, endMs }) => startMs > stall.fromMs && endMs < stall.untilMs);
    expect(inside).toEqual([]);
    expect(windows.filter(({ iterations }) => iterations.late > 0)).toHaveLength(1);
    expect(Math.max(...windows.map(({ clock }) => clock.timerLagMs))).toBe(120_000);
  });

  it('fails the share of requests that the script says', async () => {
    const windows = await play({ failures: () => ({ http_error: 0.1 }) }, 60);
    const cells = windows.flatMap(({ requests }) => requests);
    const failed = cells.filter(({ outcome }) => outcome === 'http_error').reduce((sum, { count }) => sum + count, 0);
    expect(failed / 3600).toBeGreaterThan(0.08);
    expect(failed / 3600).toBeLessThan(0.12);
  });

  it('dies when the script says, takes its open window along, and says that a retry is worth it', async () => {
    const clock = new SimulatedClock(START_MS);
    const crash = { atMs: START_MS + 25_000, exitCode: null, signal: 'SIGKILL' };
    const engine = new ScriptedGenerators(clock, healthyScript({ crashes: [crash] })).engine();
    const { row, exited } = await engine.start(
      order(constantPlan(START_MS, MINUTE_MS, 60)),
      new AbortController().signal,
    );
    expect(await clock.runUntil(exited, MINUTE_MS)).toMatchObject({ reason: 'killed', retry: true });
    expect(clock.now()).toBe(crash.atMs);
    const windows = await readAllWindows(engine, row);
    expect(windows.at(-1)?.endMs).toBeLessThanOrEqual(crash.atMs);
  });

  it('plays the same windows for the same seed', async () => {
    expect(await play({ seed: 5 }, 3)).toEqual(await play({ seed: 5 }, 3));
    expect(await play({ seed: 5 }, 3)).not.toEqual(await play({ seed: 6 }, 3));
  });
});
