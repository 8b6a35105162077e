import type { RunTime } from '../alert/run-time.ts';
import { overlapOf, unionOf } from '../base/stretches.ts';
import { durationsOriginMs } from '../model/duration-grid.ts';
import type { ArrivalPlan } from '../model/plan.ts';
import type { Action, Run } from '../model/run.ts';
import { excludedStretches } from '../plan/exclusions.ts';
import { pausedStretches, profileTimeMs, requestsBetween, requestsPerMinuteAt } from '../plan/rate.ts';
import { sampleIntervalMs } from '../plan/sample-interval.ts';
import { editsOf } from '../soak/edits.ts';
import { planOf } from '../soak/live-run.ts';

const HOUR_MS = 3_600_000;

/** What alerts must know of a run's plan, with all that operators did to it. */
export function runTimeOf(run: Run, actions: readonly Action[]): RunTime {
  const plan: ArrivalPlan = planOf(run, editsOf([...actions]));
  const { profile, compression } = run;
  const judgedFromMs = plan.startMs + profile.traffic.warmupMs / compression;
  const taken = unionOf([...excludedStretches(profile, plan), ...pausedStretches(plan)]);
  return {
    isJudged: (fromMs, untilMs) =>
      fromMs >= judgedFromMs && untilMs <= plan.endMs && overlapOf({ fromMs, untilMs }, taken) === 0,
    plannedPerMinute: (atMs) => requestsPerMinuteAt(plan, atMs),
    plannedBetween: (fromMs, untilMs) => requestsBetween(plan, fromMs, untilMs),
    hourOfRun: (atMs) => (profileTimeMs(plan, atMs) - plan.startMs) / HOUR_MS,
    startMs: plan.startMs,
    endMs: plan.endMs,
    rehearsal: run.rehearsal,
    timeoutMs: profile.workload.timeoutMs,
    sampleIntervalMs: sampleIntervalMs(profile.monitoring.intervalMs, compression),
    minutesOriginMs: durationsOriginMs(run),
  };
}
