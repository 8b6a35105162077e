import type { PlanEdit } from '../model/plan.ts';

/** Real milliseconds by which operators had put off the end, by the edits made up to `atMs`. */
export const addedMs = (edits: readonly PlanEdit[], atMs = Number.POSITIVE_INFINITY): number =>
  edits.reduce((sum, edit) => sum + (edit.kind === 'extend' && edit.atMs <= atMs ? edit.byMs : 0), 0);

/** Instants at which an edit begins or ends, ascending, each once. */
export function cutsOf(edits: PlanEdit[]): number[] {
  const cuts = edits.flatMap((edit) => {
    if (edit.kind === 'extend') return [];
    return edit.kind === 'rate' && edit.untilMs !== null ? [edit.atMs, edit.untilMs] : [edit.atMs];
  });
  return [...new Set(cuts)].sort((a, b) => a - b);
}

/**
 * The operator's rate factor in force at `atMs`; 1 when none. The latest edit wins while it lasts;
 * when it ends, an earlier one that still lasts is in force again.
 */
export function factorAt(edits: PlanEdit[], atMs: number): number {
  let latest: { atMs: number; factor: number } | null = null;
  for (const edit of edits) {
    if (edit.kind !== 'rate' || edit.atMs > atMs || (edit.untilMs !== null && edit.untilMs <= atMs)) continue;
    if (latest === null || edit.atMs >= latest.atMs) latest = edit;
  }
  return latest?.factor ?? 1;
}

/** Whether the operator's pause is in force at `atMs`: the latest of pause and resume decides. */
export function pausedAt(edits: PlanEdit[], atMs: number): boolean {
  let latest: { atMs: number; paused: boolean } | null = null;
  for (const edit of edits) {
    if ((edit.kind !== 'pause' && edit.kind !== 'resume') || edit.atMs > atMs) continue;
    if (latest === null || edit.atMs >= latest.atMs) latest = { atMs: edit.atMs, paused: edit.kind === 'pause' };
  }
  return latest?.paused ?? false;
}
