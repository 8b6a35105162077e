import { contains, differenceOf, lengthOf, overlapOf, type Stretch, unionOf } from '../base/stretches.ts';
import { WINDOWS_FOR_AVAILABILITY } from '../model/least-evidence.ts';
import type { LoadLevel } from '../model/plan.ts';
import type { Outage, TimeAccount } from '../model/verdict.ts';
import { WINDOW_MS } from '../model/window.ts';
import { idleStretches, levelAt, pausedStretches } from '../plan/rate.ts';
import { type Durations, judgedSketches, limitDurations, type PlannedLevel, plannedLevels } from './durations.ts';
import { judgedTime } from './judged-time.ts';
import { formatDuration } from './quantity.ts';
import type { RunRows } from './rows.ts';
import { type RunSpan, spanOf } from './span.ts';
import { type Tally, tally } from './tally.ts';
import { type TrendsOfRun, trendsOfRun } from './trends-of-run.ts';

/** What the criteria look at: computed once from the rows, each part by a pure function of its own. */
export interface Evidence {
  rows: RunRows;
  span: RunSpan;
  account: TimeAccount;
  /** Ascending, disjoint. */
  judged: Stretch[];
  /** The part of it with planned load: where nothing is asked, up and down cannot be told apart. */
  watched: Stretch[];
  /** The whole run, judged or not, less what nobody could see: pauses, stretches without planned load, load not offered. */
  observed: Stretch[];
  /** Judged windows, all together and by the level of their middle. */
  all: Tally;
  levels: Record<LoadLevel, Tally>;
  /** What the whole plan holds of each level, after the warm-up. */
  planned: Record<LoadLevel, PlannedLevel>;
  durations: Durations;
  /** All, also those outside what is judged: their `judgedMs` is 0. */
  outages: Outage[];
  trends: TrendsOfRun;
}

/** `trends`: known already, by whoever follows the run; else they are asked here. */
export function gatherEvidence(rows: RunRows, nowMs?: number, trends?: TrendsOfRun): Evidence {
  const { run, plan } = rows;
  const span = spanOf(rows, nowMs);
  const time = judgedTime(rows, span);
  const { account, judged, notOffered, watched, outages } = time;
  const middle = ({ startMs, endMs }: { startMs: number; endMs: number }): number => (startMs + endMs) / 2;
  const windows = rows.windows.filter((window) => contains(judged, middle(window)));
  const byLevel = Map.groupBy(windows, (window) => levelAt(plan, run.profile, middle(window)));
  const tallyOf = (level: LoadLevel): Tally => tally(byLevel.get(level) ?? [], plan.requestsPerIteration);
  const observed = differenceOf(
    [{ fromMs: span.startMs, untilMs: span.endMs }],
    unionOf([...pausedStretches(plan), ...idleStretches(plan), ...notOffered]),
  );
  const levels = { normal: tallyOf('normal'), peak: tallyOf('peak'), stress: tallyOf('stress') };
  const sketches = judgedSketches(rows, judged, span);
  return {
    rows,
    span,
    account,
    judged,
    watched,
    observed,
    all: tally(windows, plan.requestsPerIteration),
    levels,
    planned: plannedLevels(rows),
    durations: limitDurations(rows, sketches, levels),
    outages,
    trends: trends ?? trendsOfRun(rows, span, time, sketches),
  };
}

/** Uptime within what is judged and has planned load, milliseconds. */
export const uptimeMs = ({ watched, outages }: Pick<Evidence, 'watched' | 'outages'>): number =>
  lengthOf(watched) - outages.reduce((sum, { judgedMs }) => sum + judgedMs, 0);

/** Why up cannot be told from down: the time or the requests in it are too few; null when they are enough. */
export function tooLittleSeen({ watched, all }: Pick<Evidence, 'watched' | 'all'>): string | null {
  const watchedMs = lengthOf(watched);
  if (watchedMs === 0) return 'no time with planned load was judged';
  if (all.windowsWithDemand >= WINDOWS_FOR_AVAILABILITY) return null;
  const needed = `up and down take ${WINDOWS_FOR_AVAILABILITY} windows of ${formatDuration(WINDOW_MS)} with requests`;
  return all.windows < WINDOWS_FOR_AVAILABILITY
    ? `too short: ${needed}, and ${formatDuration(watchedMs)} were judged`
    : `too few requests: ${needed}, and ${all.windowsWithDemand} of ${all.windows} had any`;
}

/** Outages that count. */
export const countedOutages = ({ outages }: Pick<Evidence, 'outages'>): Outage[] =>
  outages.filter(({ judgedMs }) => judgedMs > 0);

/** How long an outage was seen to last, milliseconds: an operator's pause in its middle says nothing of the target. */
export const outageMs = (
  { span, observed }: Pick<Evidence, 'span' | 'observed'>,
  { startMs, endMs }: Pick<Outage, 'startMs' | 'endMs'>,
): number => overlapOf({ fromMs: startMs, untilMs: endMs ?? span.endMs }, observed);
