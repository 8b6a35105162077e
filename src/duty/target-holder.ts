import { canonicalTarget } from '../config/target.ts';
import { isFinal } from '../model/run.ts';
import type { ScheduleEntry } from '../model/schedule.ts';
import type { Occupation } from '../schedule/decide.ts';
import { lengthOf } from '../schedule/timetable.ts';
import type { RunControl } from '../soak/control.ts';

/** Who has a target, and as which run. */
export interface TargetHolder extends Occupation {
  /** null: a start that has not made its run yet. */
  runId: string | null;
}

interface Others {
  /** Starts of which an attempt is being made at this moment; what waits for its next attempt has no target. */
  starting: readonly { entry: ScheduleEntry; attempts: number }[];
  /** Entry that made a run; null when none did. */
  entryOf(runId: string): string | null;
  nowMs: number;
}

/** Who has the target of a start; null when it is free, or not known. */
export function targetHolder(
  targetUrl: string | null,
  control: Pick<RunControl, 'live' | 'status'>,
  { starting, entryOf, nowMs }: Others,
): TargetHolder | null {
  if (targetUrl === null) return null;
  const target = canonicalTarget(targetUrl);
  for (const runId of control.live()) {
    const status = control.status(runId);
    if (status === null || canonicalTarget(status.targetUrl) !== target) continue;
    const what = `${entryOf(runId) ?? status.name} (run ${runId})`;
    const ends = status.state === 'finishing' || isFinal(status.state);
    return { what, runId, endMs: ends ? nowMs : status.endMs, canAbsorb: !ends };
  }
  const other = starting.find(({ entry }) => entry.targetUrl !== null && canonicalTarget(entry.targetUrl) === target);
  if (other === undefined) return null;
  const what = `${other.entry.name}, which is being started`;
  // As the timetable has it. What failed before is likely to fail again: nobody gives up for it, who is due waits it out.
  const endMs = other.attempts === 0 ? nowMs + lengthOf(other.entry) : nowMs;
  return { what, runId: null, endMs, canAbsorb: false };
}
