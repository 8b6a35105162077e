import type { ArrivalPlan } from '../model/plan.ts';
import type { Action, LoadProcessRow, Run, RunEvent, Transition } from '../model/run.ts';
import type { Sample, SeriesInfo } from '../model/sample.ts';
import type { SketchRow, WindowRow } from '../store/store.ts';

/** All that a verdict is computed from: rows of the store, and the plan that follows from run and actions. */
export interface RunRows {
  run: Run;
  /** With all edits. */
  plan: ArrivalPlan;
  transitions: Transition[];
  actions: Action[];
  events: RunEvent[];
  processes: LoadProcessRow[];
  windows: WindowRow[];
  sketches: SketchRow[];
  series: SeriesInfo[];
  samples: Sample[];
}
