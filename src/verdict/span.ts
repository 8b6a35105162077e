import type { RunRows } from './rows.ts';

export interface RunSpan {
  startMs: number;
  /** End of what can be judged: the plan's end, an earlier stop, or the latest window of a live run. */
  endMs: number;
  /** Not finishing yet: the verdict is "as it stands now". */
  live: boolean;
  /** Ended before its plan: stopped by somebody, or the load could not be brought back. */
  cutShort: string | null;
  /** From rows for a finished run, so that a replay gives the same verdict; else the caller's now. */
  computedMs: number;
}

/** A live run's tail without a window: younger than this, the window is merely not written yet. */
const TAIL_MS = 30_000;
/** A run that finishes so shortly before its plan's end ran it out. */
const END_TOLERANCE_MS = 1_000;

/** Which stretch of time the rows of a run speak of. */
export function spanOf(
  { run, plan, transitions, windows }: Pick<RunRows, 'run' | 'plan' | 'transitions' | 'windows'>,
  nowMs?: number,
): RunSpan {
  const finishing = transitions.find(({ to }) => to === 'finishing');
  const lastWindowMs = windows.reduce((latest, { endMs }) => Math.max(latest, endMs), run.startMs);
  if (finishing !== undefined) {
    const early = finishing.atMs < plan.endMs - END_TOLERANCE_MS;
    return {
      startMs: plan.startMs,
      endMs: Math.max(plan.startMs, early ? finishing.atMs : plan.endMs),
      live: false,
      cutShort: early ? finishing.reason : null,
      computedMs: finishing.atMs,
    };
  }
  const now = nowMs ?? lastWindowMs;
  const reached = now - lastWindowMs <= TAIL_MS ? lastWindowMs : now;
  return {
    startMs: plan.startMs,
    endMs: Math.max(plan.startMs, Math.min(plan.endMs, reached)),
    live: true,
    cutShort: null,
    computedMs: now,
  };
}
