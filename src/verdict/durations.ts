import { contains, overlapOf, type Stretch } from '../base/stretches.ts';
import { durationsOriginMs, stepStart } from '../model/duration-grid.ts';
import { CLOCK_STEP_MS } from '../model/offered.ts';
import type { LoadLevel } from '../model/plan.ts';
import { addToSketch, emptySketch, mergeSketch, type Sketch } from '../model/sketch.ts';
import { WINDOW_MS } from '../model/window.ts';
import { excludedStretches } from '../plan/exclusions.ts';
import { levelAt, pausedStretches, requestsBetween } from '../plan/rate.ts';
import type { DurationRow, RunRows } from './rows.ts';
import type { RunSpan } from './span.ts';
import type { Tally } from './tally.ts';

/** Total durations for limits, by level; `all` is everything that is judged. */
export type Durations = Record<LoadLevel | 'all', Sketch>;

/** The answer would have come later than the time-out: by more than a sketch's error, so that it never meets a limit as long. */
const JUST_ABOVE = 1.012;

/** What a failed request counts as at least, milliseconds. */
export const leastOfFailure = ({ run }: Pick<RunRows, 'run'>): number => run.profile.workload.timeoutMs * JUST_ABOVE;

/**
 * Durations as limits see them: every outcome counts, a failure as the longer of what was seen and just more than the
 * time-out, and an arrival that starved likewise. Else a target that fails fast would be a fast target.
 */
export function limitDurations(
  rows: RunRows,
  sketches: readonly DurationRow[],
  levels: Record<LoadLevel, Tally>,
): Durations {
  const timeoutMs = leastOfFailure(rows);
  const durations: Durations = {
    normal: emptySketch(),
    peak: emptySketch(),
    stress: emptySketch(),
    all: emptySketch(),
  };
  for (const row of sketches) {
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

/** A slice of a real run; a rehearsal, in which hours pass within a minute, keeps the windows' own length. */
const SLICE_MS = 300_000;

/** Length of a slice of durations, milliseconds of real time. */
export const sliceLengthMs = ({ compression }: Pick<RunRows['run'], 'compression'>): number =>
  compression > 1 ? WINDOW_MS : SLICE_MS;

/**
 * Durations by slice, outcome and name, of slices of which at least half is judged, none with a clock step: k6 measures durations
 * with the wall clock. Slices begin with the judged time and are cut where the run ends, so that a short run loses nothing
 * of it. The store keeps the last hours finer; merging them here makes the verdict the same before and after they are
 * packed. So a step costs up to five minutes of durations, not ten seconds.
 */
export function judgedSketches(
  { run, windows, sketches }: Pick<RunRows, 'run' | 'windows' | 'sketches'>,
  judged: readonly Stretch[],
  span: Pick<RunSpan, 'startMs' | 'endMs'>,
): DurationRow[] {
  const sliceMs = sliceLengthMs(run);
  const originMs = durationsOriginMs(run);
  const judgedPart = judgedSlices({ run, windows }, judged, span);
  const slices = new Map<number, Slice | null>();
  for (const row of sketches) {
    const atMs = stepStart(row.atMs, sliceMs, originMs);
    let slice = slices.get(atMs);
    if (slice === undefined) {
      const part = judgedPart(atMs);
      slice = part === null ? null : { ...part, rows: new Map() };
      slices.set(atMs, slice);
    }
    if (slice === null) continue;
    const key = `${row.outcome} ${row.name}`;
    let merged = slice.rows.get(key);
    if (merged === undefined) {
      const { fromMs, untilMs } = slice;
      const { name, outcome } = row;
      merged = { atMs: fromMs, stepMs: untilMs - fromMs, name, outcome, durationsMs: emptySketch() };
      slice.rows.set(key, merged);
    }
    mergeSketch(merged.durationsMs, row.durationsMs);
  }
  return [...slices.values()].flatMap((slice) => (slice === null ? [] : [...slice.rows.values()]));
}

/** Tells of a slice by its beginning the part of it that lies in the run; null when it does not count. */
export function judgedSlices(
  { run, windows }: Pick<RunRows, 'run' | 'windows'>,
  judged: readonly Stretch[],
  span: Pick<RunSpan, 'startMs' | 'endMs'>,
): (atMs: number) => Stretch | null {
  const sliceMs = sliceLengthMs(run);
  const steps = windows
    .filter(({ clock }) => Math.abs(clock.stepMs) >= CLOCK_STEP_MS)
    .map(({ startMs, endMs }) => ({ fromMs: startMs, untilMs: endMs }));
  return (atMs) => {
    const ofRun = { fromMs: Math.max(atMs, span.startMs), untilMs: Math.min(atMs + sliceMs, span.endMs) };
    const judgedMs = overlapOf(ofRun, judged);
    const counts = judgedMs > 0 && judgedMs >= (ofRun.untilMs - ofRun.fromMs) / 2 && overlapOf(ofRun, steps) === 0;
    return counts ? ofRun : null;
  };
}

/** The part of a slice that lies in the run. */
type Slice = Stretch & { rows: Map<string, DurationRow> };

/** Adds the sketch with every smaller value raised to `least`. */
export function addAtLeast(into: Sketch, from: Sketch, least: number): void {
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

/** What the whole plan holds of each level, warm-up, pauses and exclusions left out. */
export interface PlannedLevel {
  lengthMs: number;
  requests: number;
}

export function plannedLevels({ run, plan }: RunRows): Record<LoadLevel, PlannedLevel> {
  const none = (): PlannedLevel => ({ lengthMs: 0, requests: 0 });
  const planned: Record<LoadLevel, PlannedLevel> = { normal: none(), peak: none(), stress: none() };
  const excluded = excludedStretches(run.profile, plan);
  const paused = pausedStretches(plan);
  const fromMs = plan.startMs + run.profile.traffic.warmupMs / plan.compression;
  const stepMs = Math.max(1000, (plan.endMs - fromMs) / PLAN_STEPS);
  for (let atMs = fromMs; atMs < plan.endMs; atMs += stepMs) {
    const untilMs = Math.min(plan.endMs, atMs + stepMs);
    const middleMs = (atMs + untilMs) / 2;
    if (contains(excluded, middleMs) || contains(paused, middleMs)) continue;
    const level = planned[levelAt(plan, run.profile, middleMs)];
    level.lengthMs += untilMs - atMs;
    level.requests += requestsBetween(plan, atMs, untilMs);
  }
  return planned;
}

/** Fine enough to see a level of one hour in a week at some twenty points. */
const PLAN_STEPS = 4_000;
