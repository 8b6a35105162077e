/** The real k6 in a folder of its own against a small target on loopback. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { isGroupAlive } from '../../src/base/proc.ts';
import type { LoadEngine, LoadOrder, LoadProcess } from '../../src/load/engine.ts';
import { createK6Engine } from '../../src/load/k6-engine.ts';
import type { ArrivalPlan } from '../../src/model/plan.ts';
import type { Workload } from '../../src/model/profile.ts';
import { type HttpTarget, startHttpTarget } from './http-target.ts';
import { k6ForTests } from './k6.ts';
import { constantPlan, loadOrder } from './load-order.ts';

export interface K6Rig {
  folder: string;
  target: HttpTarget;
  /** What the engines logged. */
  logged: string[];
  engine(env?: Record<string, string>): LoadEngine;
  order(plan: ArrivalPlan, workload?: Workload, changes?: Partial<LoadOrder>): LoadOrder;
  /** A plan at a constant rate from now on. */
  plan(lengthMs: number, perMinute: number, changes?: Partial<ArrivalPlan>): ArrivalPlan;
  /** From now on engines share so much memory with their k6. */
  limitMemory(bytes: number): void;
  /** Starts k6; it is killed with its whole group when the rig closes. */
  start(order: LoadOrder, env?: Record<string, string>): Promise<LoadProcess>;
  /** Text of all files in the run's folder. */
  written(): string;
  close(): Promise<void>;
}

export async function k6Rig(answer?: Parameters<typeof startHttpTarget>[1]): Promise<K6Rig> {
  const k6Path = k6ForTests();
  const folder = mkdtempSync(join(tmpdir(), 'soakd-k6-'));
  const target = await startHttpTarget(() => systemClock.now(), answer);
  const started: LoadProcess[] = [];
  const logged: string[] = [];
  let memoryLimitBytes: number | null = null;
  const { PATH = '', HOME = '' } = process.env;
  const engine = (env: Record<string, string> = {}): LoadEngine =>
    createK6Engine({
      clock: systemClock,
      k6Path,
      scriptsFolder: resolve('k6'),
      env: { PATH, HOME, ...env },
      memoryLimitBytes: () => memoryLimitBytes,
      log: (message) => logged.push(message),
    });
  return {
    folder,
    target,
    logged,
    engine,
    order: (plan, workload, changes = {}) => loadOrder({ folder, targetUrl: target.url, plan, ...changes }, workload),
    plan: (lengthMs, perMinute, changes) => constantPlan(systemClock.now(), lengthMs, perMinute, changes),
    limitMemory: (bytes) => {
      memoryLimitBytes = bytes;
    },
    start: async (order, env) => {
      const process = await engine(env).start(order, new AbortController().signal);
      started.push(process);
      return process;
    },
    written: () =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(folder, entry.name), 'utf8'))
        .join('\n'),
    close: async () => {
      for (const { row, kill } of started) if (isGroupAlive(row.pid)) await kill();
      await target.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
