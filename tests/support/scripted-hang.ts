/** A target that hangs, played window by window: users hang, arrivals starve, requests run into their time-out. */
import { WINDOW_MS } from '../../src/model/window.ts';
import type { Generation, LoadScript, Stretch } from './load-script.ts';
import { arrivals, planAt } from './scripted-arrivals.ts';

export interface HungWindow {
  starved: number;
  finished: number;
  /** Iterations whose requests ran into their time-out. */
  timedOut: number;
  /** Ages at which hanging iterations were answered when the target came back, with their numbers. */
  answered: { afterMs: number; count: number }[];
  busy: number;
  oldestMs: number | null;
}

const hungWindowsOf = new WeakMap<Generation, { plans: number; windows: Map<number, HungWindow> }>();

/** Every window that a hang touches, played once in order, again when the plan has changed. */
export function hungWindows(process: Generation, script: LoadScript): Map<number, HungWindow> {
  const known = hungWindowsOf.get(process);
  if (known?.plans === process.plans.length) return known.windows;
  const windows = new Map<number, HungWindow>();
  for (const hang of script.hangs ?? []) playHang(process, script, hang, windows);
  hungWindowsOf.set(process, { plans: process.plans.length, windows });
  return windows;
}

/**
 * Users hang one by one until none is left; then arrivals starve. An iteration gives up at its time-out (simplified: all
 * of its requests count as timed out at once) and its user is free for the next arrival.
 */
function playHang(process: Generation, script: LoadScript, hang: Stretch, windows: Map<number, HungWindow>): void {
  const gridMs = Math.floor(process.startedMs / WINDOW_MS) * WINDOW_MS;
  let hanging: { sinceMs: number; count: number }[] = [];
  for (let index = Math.max(0, Math.floor((hang.fromMs - gridMs) / WINDOW_MS)); ; index++) {
    const fromMs = Math.max(process.startedMs, gridMs + index * WINDOW_MS);
    const untilMs = gridMs + (index + 1) * WINDOW_MS;
    const busyBefore = hanging.reduce((sum, { count }) => sum + count, 0);
    if (fromMs >= hang.untilMs && busyBefore === 0) return;

    const expired = hanging.filter(({ sinceMs }) => sinceMs + process.timeoutMs <= untilMs);
    hanging = hanging.filter((group) => !expired.includes(group));
    let timedOut = expired.reduce((sum, { count }) => sum + count, 0);

    const plan = planAt(process, untilMs);
    const all = arrivals(plan, script.seed, fromMs, untilMs).offered;
    const hangFromMs = Math.max(fromMs, hang.fromMs);
    const intoHang = arrivals(plan, script.seed, hangFromMs, Math.min(untilMs, hang.untilMs)).offered;
    const free = Math.max(0, process.users - (busyBefore - timedOut));
    // Users whose time-out is shorter than a window are free again several times within it.
    const turns = Math.max(1, (untilMs - hangFromMs) / process.timeoutMs);
    const caught = Math.min(intoHang, Math.floor(free * turns));
    const stillHanging = Math.ceil(caught / turns);
    if (caught > 0) {
      const lastMs = Math.min(untilMs, hang.untilMs);
      const sinceMs = turns > 1 ? lastMs - process.timeoutMs / 2 : (hangFromMs + lastMs) / 2;
      hanging.push({ sinceMs, count: stillHanging });
    }
    timedOut += caught - stillHanging;

    const answered: HungWindow['answered'] = [];
    if (hang.untilMs <= untilMs) {
      for (const { sinceMs, count } of hanging) answered.push({ afterMs: hang.untilMs - sinceMs, count });
      hanging = [];
    }
    const released = answered.reduce((sum, { count }) => sum + count, 0);
    const oldest = hanging[0];
    windows.set(index, {
      starved: intoHang - caught,
      finished: all - intoHang + timedOut + released,
      timedOut,
      answered,
      busy: hanging.reduce((sum, { count }) => sum + count, 0),
      oldestMs: oldest ? untilMs - oldest.sinceMs : null,
    });
  }
}
