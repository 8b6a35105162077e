import type { Happening } from '../detect/change/label-change.ts';
import type { PlanEdit } from '../model/plan.ts';
import type { RunRows } from './rows.ts';
import { profileHours } from './run-clock.ts';

/**
 * What operators did and what was seen to happen, by the detectors' clock: where a change of level may come from. soakd
 * does not see deploys as such: they are the operator's annotations, and the restarts that they cause.
 */
export function happeningsOf({ plan, events, actions }: Pick<RunRows, 'plan' | 'events' | 'actions'>): Happening[] {
  const happening = (atMs: number, label: string): Happening => ({ atHour: profileHours(plan, atMs), label });
  const seen = events.flatMap(({ kind, atMs, data }) => {
    if (kind === 'target_restarted') return [happening(atMs, 'restart')];
    if (kind === 'dependency_restarted') return [happening(atMs, `restart of ${data.source}`)];
    return kind === 'gap' ? [happening(atMs, 'load not offered')] : [];
  });
  const done = actions.flatMap(({ kind, atMs, text, edit }) => {
    if (kind === 'annotate') return [happening(atMs, text)];
    const label = edit === null ? null : LABELS[edit.kind];
    if (edit === null || label === null) return [];
    const ends = edit.kind === 'rate' && edit.untilMs !== null ? [edit.untilMs] : [];
    return [edit.atMs, ...ends].map((ms) => happening(ms, label));
  });
  return [...seen, ...done];
}

const LABELS: Record<PlanEdit['kind'], string | null> = {
  rate: 'rate change',
  pause: 'pause',
  resume: 'end of a pause',
  extend: null,
};
