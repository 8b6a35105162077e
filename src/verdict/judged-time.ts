import { contains, differenceOf, overlapOf, type Stretch } from '../base/stretches.ts';
import { outagesOf } from '../detect/outage.ts';
import type { Outage, TimeAccount } from '../model/verdict.ts';
import { idleStretches } from '../plan/rate.ts';
import type { RunRows } from './rows.ts';
import type { RunSpan } from './span.ts';
import { accountTime } from './time-account.ts';

/** What of a run's time is judged, and when the target was down. */
export interface JudgedTime {
  account: TimeAccount;
  /** Ascending, disjoint. */
  judged: Stretch[];
  notOffered: (Stretch & { reason: string })[];
  /** The part of what is judged with planned load: where nothing is asked, up and down cannot be told apart. */
  watched: Stretch[];
  /** All, also those outside what is judged: their `judgedMs` is 0. */
  outages: Outage[];
}

export function judgedTime(rows: Pick<RunRows, 'run' | 'plan' | 'windows'>, span: RunSpan): JudgedTime {
  const { run, plan, windows } = rows;
  const { account, judged, notOffered } = accountTime(rows, span);
  const watched = differenceOf(judged, idleStretches(plan));
  const isOffered = ({ startMs, endMs }: { startMs: number; endMs: number }): boolean =>
    !contains(notOffered, (startMs + endMs) / 2);
  const outages = outagesOf({
    windows: windows.filter((window) => window.startMs < span.endMs && isOffered(window)),
    requestsPerIteration: plan.requestsPerIteration,
    timeoutMs: run.profile.workload.timeoutMs,
    endMs: span.endMs,
  }).map((episode): Outage => {
    const stretch = { fromMs: episode.startMs, untilMs: Math.min(episode.endMs ?? span.endMs, span.endMs) };
    return { ...episode, judgedMs: overlapOf(stretch, watched) };
  });
  return { account, judged, notOffered, watched, outages };
}
