/** What the k6 scripts are told: `load.json` in the run's folder, read by k6/settings.ts with `open()`. */
import type { UserKind, Workload } from '../model/profile.ts';
import type { LoadOrder } from './engine.ts';
import { planFileOf } from './plan-file.ts';

export interface LoadSettings {
  /** Unique for each start of k6: `__VU` and `__ITER` begin again with a new process, so ids need it. */
  processId: string;
  targetUrl: string;
  planFile: string;
  users: number;
  drainMs: number;
  seed: number;
  kinds: Record<UserKind, number>;
  thinkTime: Record<UserKind, { minMs: number; maxMs: number }>;
  patterns: Record<string, number>;
  /** Values `env:NAME` stay as they are: k6 resolves them from its own environment. */
  workload: Workload;
}

/** The settings of one start of k6. */
export function loadSettings(order: LoadOrder, processId: string): LoadSettings {
  const { profile } = order;
  return {
    processId,
    targetUrl: order.targetUrl,
    planFile: planFileOf(order.folder),
    users: order.users,
    drainMs: order.drainMs,
    seed: order.plan.seed,
    kinds: profile.users.kinds,
    thinkTime: profile.users.thinkTime,
    patterns: profile.users.patterns,
    workload: profile.workload,
  };
}
