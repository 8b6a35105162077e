import type { ArrivalPlan } from '../model/plan.ts';
import type { Action, LoadProcessRow, Run, RunEvent, Transition } from '../model/run.ts';
import type { Sample, SeriesInfo } from '../model/sample.ts';
import type { SketchRow, WindowRow } from '../store/store.ts';

/** Durations of one request name and outcome over a stretch of `stepMs`, all scenarios together. */
export type DurationRow = Omit<SketchRow, 'scenario'>;

/** All that a verdict is computed from: rows of the store, and the plan that follows from run and actions. */
export interface RunRows {
  run: Run;
  /** With all edits. */
  plan: ArrivalPlan;
  transitions: Transition[];
  actions: Action[];
  events: RunEvent[];
  processes: LoadProcessRow[];
  /** Windows with the same counts of a request or a check may share one object: they are not to be changed. */
  windows: WindowRow[];
  sketches: DurationRow[];
  series: SeriesInfo[];
  samples: Sample[];
}
