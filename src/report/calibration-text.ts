import type { Verdict } from '../model/verdict.ts';
import { calibrationSchedule } from '../plan/calibration.ts';
import { editsOf } from '../soak/edits.ts';
import { formatCount, formatDuration, formatValue } from '../verdict/quantity.ts';
import type { RunRows } from '../verdict/rows.ts';

/** The windows in which the load kept to one rate: how many, how long, at which rate. Null when the profile asks for none. */
export function calibrationText(rows: Pick<RunRows, 'run' | 'plan' | 'actions'>, verdict: Verdict): string | null {
  const { run, plan, actions } = rows;
  // Runs that were stored before there were windows have no such key.
  const asked = run.profile.calibration ?? null;
  if (asked === null) return null;
  const { whyNone } = calibrationSchedule(run.profile, plan, editsOf(actions));
  if (whyNone !== null) return `Calibration windows: none, ${whyNone}.`;
  const over = plan.calibration.filter(({ untilMs }) => untilMs <= run.startMs + verdict.time.totalMs).length;
  const ended = over < plan.calibration.length ? `; ${formatCount(over)} of them were over when the run ended` : '';
  const real = run.compression > 1 ? ` (${formatDuration(asked.lengthMs / run.compression)} of real time)` : '';
  const each = `${formatDuration(asked.lengthMs)}${real} every ${formatDuration(asked.everyMs)}`;
  const rate = formatValue(asked.requestsPerMinute, 'per_minute');
  return `Calibration windows: ${formatCount(plan.calibration.length)} of ${each}, at ${rate}${ended}.`;
}
