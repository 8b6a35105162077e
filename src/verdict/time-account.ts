import { differenceOf, intersectionOf, lengthOf, type Stretch, unionOf } from '../base/stretches.ts';
import { notOfferedBecause } from '../model/offered.ts';
import type { TimeAccount } from '../model/verdict.ts';
import { excludedStretches } from '../plan/exclusions.ts';
import { pausedStretches } from '../plan/rate.ts';
import type { WindowRow } from '../store/store.ts';
import type { RunRows } from './rows.ts';
import type { RunSpan } from './span.ts';

/** More of the run than this left out by the profile, and what is left no longer speaks for the whole. */
export const MAX_EXCLUDED_SHARE = 0.1;
/**
 * More of the time than this without load as planned makes a run inconclusive. Half of what may be excluded: an exclusion is
 * chosen beforehand, a gap is not, and may have come just when the target was at its worst.
 */
export const MAX_NOT_OFFERED_SHARE = 0.05;

export interface Accounted {
  account: TimeAccount;
  /** Warm-up, pauses and exclusions taken out, offered as planned (ascending, disjoint). */
  judged: Stretch[];
  notOffered: (Stretch & { reason: string })[];
}

/** Where the time of a run went. Each millisecond is in exactly one place: paused, warm-up, excluded, not offered, or judged. */
export function accountTime(rows: Pick<RunRows, 'run' | 'plan' | 'windows'>, span: RunSpan): Accounted {
  const { run, plan } = rows;
  const whole = [{ fromMs: span.startMs, untilMs: span.endMs }];
  const paused = intersectionOf(whole, unionOf(pausedStretches(plan)));
  const running = differenceOf(unionOf(whole), paused);
  const warmupEndMs = plan.startMs + run.profile.traffic.warmupMs / plan.compression;
  const warmup = intersectionOf(running, unionOf([{ fromMs: plan.startMs, untilMs: warmupEndMs }]));
  const warm = differenceOf(running, warmup);
  const exclusions = excludedStretches(run.profile, plan);
  const excluded = intersectionOf(warm, unionOf(exclusions));
  const judgeable = differenceOf(warm, excluded);

  const missing = notOfferedStretches(rows.windows, span);
  const notOffered = missing.flatMap((stretch) =>
    intersectionOf(judgeable, [stretch]).map((part) => ({ ...part, reason: stretch.reason })),
  );
  const judged = differenceOf(judgeable, unionOf(notOffered));

  const totalMs = lengthOf(whole);
  return {
    judged,
    notOffered,
    account: {
      totalMs,
      warmupMs: lengthOf(warmup),
      judgedMs: lengthOf(judged),
      excludedMs: lengthOf(excluded),
      notOfferedMs: lengthOf(unionOf(notOffered)),
      pausedMs: lengthOf(paused),
      notOffered: byReason(notOffered),
      excluded: byReason(
        exclusions.flatMap(({ reason, ...stretch }) =>
          intersectionOf(excluded, [stretch]).map((part) => ({ ...part, reason })),
        ),
      ),
    },
  };
}

function byReason(stretches: readonly (Stretch & { reason: string })[]): { reason: string; ms: number }[] {
  return [...Map.groupBy(stretches, ({ reason }) => reason)]
    .map(([reason, own]) => ({ reason, ms: lengthOf(own) }))
    .toSorted((a, b) => b.ms - a.ms || (a.reason < b.reason ? -1 : 1));
}

const STEPPED = 'the clock was stepped or the machine suspended';
const FAULTS = { 'clock stepped': STEPPED, 'generator late': 'the load generator was late' } as const;

/** Disjoint stretches without load as planned, the generator's own doing: gaps between windows, and windows that are at fault. */
function notOfferedStretches(windows: readonly WindowRow[], span: RunSpan): (Stretch & { reason: string })[] {
  const found: (Stretch & { reason: string })[] = [];
  let coveredMs = span.startMs;
  let before: WindowRow | null = null;
  for (const window of windows) {
    if (window.startMs > coveredMs && coveredMs < span.endMs) {
      found.push({
        fromMs: coveredMs,
        untilMs: Math.min(window.startMs, span.endMs),
        reason: gapReason(before, window),
      });
    }
    const fault = notOfferedBecause(window);
    const fromMs = Math.max(window.startMs, coveredMs);
    const untilMs = Math.min(window.endMs, span.endMs);
    if (fault !== null && untilMs > fromMs) found.push({ fromMs, untilMs, reason: FAULTS[fault] });
    coveredMs = Math.max(coveredMs, window.endMs);
    before = window;
  }
  if (coveredMs < span.endMs) found.push({ fromMs: coveredMs, untilMs: span.endMs, reason: ABSENT });
  return found;
}

const ABSENT = 'the load generator was not running';

function gapReason(before: WindowRow | null, after: WindowRow): string {
  if (before === null || before.processId !== after.processId) return ABSENT;
  const gapMs = after.startMs - before.endMs;
  if (Math.abs(after.clock.stepMs) >= gapMs / 2) return STEPPED;
  if (after.droppedRecords > before.droppedRecords) return 'windows were lost: the disk was full';
  return 'the load generator stalled';
}
