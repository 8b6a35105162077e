/** What every load engine does; checked for the real k6 and for the scripted one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import type { LoadEngine, LoadOrder, LoadProcess } from '../../src/load/engine.ts';
import { constantPlan } from './load-order.ts';
import { iterationsOf, readAllWindows } from './window-sums.ts';

export interface EngineRig {
  clock: Clock;
  /** An engine as a new daemon makes it; all of one rig see the same machine. */
  engine(): LoadEngine;
  order(plan: LoadOrder['plan']): LoadOrder;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
  /** Waits for what happens in time that passes. */
  settle<T>(promise: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const PER_MINUTE = 1200;
const HOUR_MS = 3_600_000;

export function describeLoadEngine(name: string, makeRig: () => Promise<EngineRig>): void {
  describe(`${name} as a load engine`, () => {
    let rig: EngineRig;
    let started: LoadProcess[];
    beforeEach(async () => {
      rig = await makeRig();
      started = [];
    });
    afterEach(async () => {
      await Promise.all(started.map((process) => rig.settle(process.kill())));
      await rig.close();
    });

    const start = async (lengthMs: number, changes: Partial<LoadOrder> = {}) => {
      const order = { ...rig.order(constantPlan(rig.clock.now(), lengthMs, PER_MINUTE)), ...changes };
      const engine = rig.engine();
      const process = await rig.settle(engine.start(order, new AbortController().signal));
      started.push(process);
      return { engine, order, process };
    };

    it('offers what the plan says, ends by itself, and tells every arrival once', async () => {
      const { engine, order, process } = await start(8000);
      expect(await rig.settle(process.exited)).toMatchObject({ reason: 'finished', retry: false });
      const windows = await readAllWindows(engine, process.row);
      const sum = iterationsOf(windows);
      expect(sum.planned).toBe(sum.started + sum.starved + sum.late + sum.paused);
      // What arrived while the generator was still starting is nobody's; users are made after the first window began.
      const offeredMs = order.plan.endMs - (windows[0]?.startMs ?? 0);
      const most = (offeredMs / 60_000) * PER_MINUTE;
      expect(sum.planned).toBeGreaterThan(most - PER_MINUTE / 60);
      expect(sum.planned).toBeLessThan(most + 3);
      expect(new Set(windows.map(({ sequence }) => sequence)).size).toBe(windows.length);
      expect(windows.every(({ processId }) => processId === process.row.processId)).toBe(true);
      expect(
        windows.flatMap(({ requests }) => requests).some(({ outcome, count }) => outcome === 'ok' && count > 0),
      ).toBe(true);
    });

    it('gives the same windows again from the same offset, and the rest from a later one', async () => {
      const { engine, process } = await start(3000);
      await rig.settle(process.exited);
      const all = await readAllWindows(engine, process.row);
      expect(await readAllWindows(engine, process.row)).toEqual(all);
      const { nextOffset } = await engine.readWindows(process.row, 0);
      expect(await readAllWindows(rig.engine(), process.row, nextOffset)).toEqual([]);
    });

    it('follows a plan that changes while it runs', async () => {
      const { order, process } = await start(HOUR_MS);
      await rig.pass(1500);
      const endMs = rig.clock.now() + 1500;
      await process.updatePlan({ ...order.plan, revision: 2, endMs });
      expect(await rig.settle(process.exited)).toMatchObject({ reason: 'finished' });
      expect(rig.clock.now()).toBeGreaterThanOrEqual(endMs);
    });

    it('stops when asked, once, however often', async () => {
      const { engine, process } = await start(HOUR_MS);
      await rig.pass(1500);
      const [exit, again] = await rig.settle(Promise.all([process.stop(2000), process.stop(2000)]));
      expect(exit).toMatchObject({ reason: 'stopped', retry: false });
      expect(again).toBe(exit);
      expect(iterationsOf(await readAllWindows(engine, process.row)).planned).toBeGreaterThan(0);
    });

    it('dies when killed, and what was written stays readable', async () => {
      const { engine, process } = await start(HOUR_MS);
      await rig.pass(1000);
      expect(await rig.settle(process.kill())).toMatchObject({ reason: 'killed', retry: false, signal: 'SIGKILL' });
      expect(await engine.readWindows(process.row, 0)).toMatchObject({ corruptRecords: 0, more: false });
    });

    it('is found and stopped by another daemon', async () => {
      const { order, process } = await start(HOUR_MS);
      await rig.pass(1000);
      const adopted = await rig.settle(rig.engine().adopt(process.row, order));
      expect(adopted?.row).toMatchObject({ pid: process.row.pid, processId: process.row.processId });
      expect(adopted && (await rig.settle(adopted.stop(1000)))).toMatchObject({ reason: 'stopped', retry: false });
      await rig.settle(process.exited);
      expect(await rig.engine().adopt(process.row, order)).toBeNull();
    });

    it('is found by its name when its pid was never written down', async () => {
      const { order, process } = await start(HOUR_MS, { processId: 'chosen-before' });
      await rig.pass(1000);
      const adopted = await rig.settle(rig.engine().adopt({ ...process.row, pid: 0, startTicks: 0 }, order));
      expect(adopted?.row).toMatchObject({ pid: process.row.pid, startTicks: process.row.startTicks });
    });

    it('is not taken for another process', async () => {
      const { order, process } = await start(HOUR_MS);
      await rig.pass(500);
      expect(await rig.engine().adopt({ ...process.row, processId: 'another' }, order)).toBeNull();
      expect(await rig.engine().adopt({ ...process.row, pid: process.row.pid + 1 }, order)).toBeNull();
    });

    it('has no windows for a process that never wrote one', async () => {
      const { process } = await start(1000);
      const unknown = { ...process.row, processId: 'nobody', spoolFile: `${process.row.spoolFile}.nobody` };
      expect(await rig.engine().readWindows(unknown, 0)).toMatchObject({ windows: [], nextOffset: 0, more: false });
    });
  });
}
