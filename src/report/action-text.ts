import { isoTime } from '../base/iso-time.ts';
import type { Action, Run } from '../model/run.ts';
import { addedMs } from '../plan/edits.ts';
import { editsOf } from '../soak/edits.ts';
import { formatDuration } from '../verdict/quantity.ts';

/** What an operator did, with how long it lasts and when it ends: `rate × 1.5 for 20 s, until 2026-11-21T16:36:00Z`. */
export function actionText({ text, edit }: Action, run: Pick<Run, 'endMs'>, actions: readonly Action[]): string {
  if (edit?.kind === 'rate') {
    const { factor, atMs, untilMs } = edit;
    const end = untilMs === null ? 'from here on' : `for ${formatDuration(untilMs - atMs)}, until ${instant(untilMs)}`;
    return `rate × ${factor} ${end}`;
  }
  if (edit?.kind === 'extend') {
    const endMs = run.endMs + addedMs(editsOf(actions), edit.atMs);
    return `extend by ${formatDuration(edit.byMs)}, to ${instant(endMs)}`;
  }
  return text;
}

/** To the second: finer than anything in the report. */
export const instant = (atMs: number): string => isoTime(atMs).replace(/\.\d+/, '');
