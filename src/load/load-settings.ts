import type { LoadSettings } from '../model/load-settings.ts';
import type { LoadOrder } from './engine.ts';
import { planFileOf } from './plan-file.ts';

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
