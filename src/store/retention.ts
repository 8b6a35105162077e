/** What is no longer kept, and why not: pure. */
import { isFinal, type Run, type RunState } from '../model/run.ts';

/** How long each tier is kept after the end of its run; null: for ever. */
export interface Retention {
  /** k6's spool files: everything, in the finest form. */
  spoolMs: number | null;
  /** Windows, durations and samples: what a verdict can be computed from again. */
  rowsMs: number | null;
  /** The rest: the run itself, its states, events, actions, alerts, verdict and report. */
  verdictsMs: number | null;
}

/** The finest tier of a run that is to go; with it all that is finer. */
export type Tier = 'spool' | 'rows' | 'verdicts';

export interface DueRun {
  runId: string;
  tier: Tier;
}

export interface KnownRun extends Pick<Run, 'id' | 'labels'> {
  state: RunState;
  endedMs: number | null;
}

/** The label that keeps a run whole, whatever its age: `keep: yes`. */
export const KEEP_LABEL = 'keep';

/** Runs of which something is due to go, oldest first. What lives, is kept by its label, or is a baseline is left alone. */
export function dueRuns(
  runs: readonly KnownRun[],
  { spoolMs, rowsMs, verdictsMs }: Retention,
  baselines: ReadonlySet<string>,
  nowMs: number,
): DueRun[] {
  const due: DueRun[] = [];
  for (const run of runs) {
    if (!isFinal(run.state) || run.endedMs === null || isKept(run) || baselines.has(run.id)) continue;
    const ageMs = nowMs - run.endedMs;
    const over = (limitMs: number | null): boolean => limitMs !== null && ageMs > limitMs;
    if (over(verdictsMs)) due.push({ runId: run.id, tier: 'verdicts' });
    else if (over(rowsMs)) due.push({ runId: run.id, tier: 'rows' });
    else if (over(spoolMs)) due.push({ runId: run.id, tier: 'spool' });
  }
  return due.reverse();
}

function isKept({ labels }: KnownRun): boolean {
  const label = labels[KEEP_LABEL];
  return label !== undefined && !/^(no|false|0)?$/i.test(label);
}
