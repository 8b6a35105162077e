import { contains, overlapOf, type Stretch } from '../base/stretches.ts';
import type { LoadLevel } from '../model/plan.ts';
import { addToSketch, emptySketch, mergeSketch, type Sketch } from '../model/sketch.ts';
import { excludedStretches } from '../plan/exclusions.ts';
import { levelAt, pausedMsBetween } from '../plan/rate.ts';
import type { SketchRow } from '../store/store.ts';
import type { RunRows } from './rows.ts';
import type { Tally } from './tally.ts';
import { CLOCK_STEP_MS } from './time-account.ts';

/** Total durations for limits, by level; `all` is everything that is judged. */
export type Durations = Record<LoadLevel | 'all', Sketch>;

/**
 * Durations as limits see them: every outcome counts, a failure as the longer of what was seen and the time-out,
 * and an arrival that starved as the time-out. Else a target that fails fast would be a fast target.
 */
export function limitDurations(rows: RunRows, judged: readonly Stretch[], levels: Record<LoadLevel, Tally>): Durations {
  const { timeoutMs } = rows.run.profile.workload;
  const durations: Durations = {
    normal: emptySketch(),
    peak: emptySketch(),
    stress: emptySketch(),
    all: emptySketch(),
  };
  for (const row of judgedSketches(rows, judged)) {
    const into = durations[levelAt(rows.plan, rows.run.profile, row.atMs + row.stepMs / 2)];
    if (row.outcome === 'ok') mergeSketch(into, row.durationsMs);
    else addAtLeast(into, row.durationsMs, timeoutMs);
  }
  for (const level of ['normal', 'peak', 'stress'] as const) {
    const starved = Math.round(levels[level].starvedRequests);
    if (starved > 0) addToSketch(durations[level], timeoutMs, starved);
    mergeSketch(durations.all, durations[level]);
  }
  return durations;
}

/**
 * Slices of which at least half is judged, none with a clock step: k6 measures durations with the wall clock.
 * A slice is the finest that is stored, so a step costs up to five minutes of durations, not ten seconds.
 */
export function judgedSketches({ windows, sketches }: RunRows, judged: readonly Stretch[]): SketchRow[] {
  const steps = windows
    .filter(({ clock }) => Math.abs(clock.stepMs) >= CLOCK_STEP_MS)
    .map(({ startMs, endMs }) => ({ fromMs: startMs, untilMs: endMs }));
  return sketches.filter(({ atMs, stepMs }) => {
    const slice = { fromMs: atMs, untilMs: atMs + stepMs };
    return overlapOf(slice, judged) >= stepMs / 2 && overlapOf(slice, steps) === 0;
  });
}

/** Adds the sketch with every smaller value raised to `least`. */
function addAtLeast(into: Sketch, from: Sketch, least: number): void {
  if (from.count === 0) return;
  if (from.min !== null && from.min >= least) {
    mergeSketch(into, from);
    return;
  }
  const floor = emptySketch();
  addToSketch(floor, least);
  const cut = Math.max(0, floor.firstIndex - from.firstIndex);
  const above = from.bins.slice(cut);
  const aboveCount = above.reduce((sum, count) => sum + count, 0);
  addToSketch(into, least, from.count - aboveCount);
  if (aboveCount === 0) return;
  mergeSketch(into, {
    count: aboveCount,
    zeros: 0,
    negatives: 0,
    // Only counts and quantiles are read of these; the sum stays within the values' own bounds.
    sum: aboveCount * least,
    min: least,
    max: from.max,
    firstIndex: from.firstIndex + cut,
    bins: above,
  });
}

/** For how long the whole plan has each level, warm-up, pauses and exclusions left out, milliseconds. */
export function plannedLevels({ run, plan }: RunRows): Record<LoadLevel, number> {
  const planned: Record<LoadLevel, number> = { normal: 0, peak: 0, stress: 0 };
  const excluded = excludedStretches(run.profile, plan);
  const fromMs = plan.startMs + run.profile.traffic.warmupMs / plan.compression;
  const stepMs = Math.max(1000, (plan.endMs - fromMs) / PLAN_STEPS);
  for (let atMs = fromMs + stepMs / 2; atMs < plan.endMs; atMs += stepMs) {
    if (contains(excluded, atMs) || pausedMsBetween(plan, atMs, atMs + 1) > 0) continue;
    planned[levelAt(plan, run.profile, atMs)] += stepMs;
  }
  return planned;
}

/** Fine enough to see a level of one hour in a week at some twenty points. */
const PLAN_STEPS = 4_000;
