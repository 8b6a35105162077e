/** What a family writes down: everything about a run that is decided before the clock starts. */
import type { Component } from './component.ts';
import type { Draw } from './draw.ts';
import type { FaultPlan } from './fault.ts';
import type { LoadPlan } from './load.ts';
import type { ProcessHistory } from './moment.ts';
import type { ReadingClock } from './readings.ts';

/** `tuning` families may be looked at while a detector is made; `sealed` ones only count. */
export type FamilySet = 'tuning' | 'sealed';
export type Fault = 'none' | 'leak' | 'drift';

export interface RunShape {
  lengthHours: number;
  /** Leak in percent a day, or drift in percent over the run; 0 for clean runs. */
  percent: number;
}

export interface Family {
  name: string;
  set: FamilySet;
  fault: Fault;
  /** Why it is hard. */
  about: string;
  plan(draw: Draw, shape: RunShape): RunPlan;
}

/** A growth series: `scale` times the sum of the components, which are shares (memory) or units (counts, scale 1). */
export interface GrowthPlan {
  name: string;
  scale: number;
  components: readonly Component[];
  leak: FaultPlan | null;
  /** Values are rounded to multiples of it; null: not rounded. */
  grain: number | null;
  /** Whole units leak, not shares. */
  counts: boolean;
  /** Share of the readings that are far off: times 1.3 to 3, or a fraction. */
  outlierShare: number;
  /** A runtime with a collector: where a run has evidence, its heap after collection is read too. */
  collects: boolean;
}

export interface LatencyPlan {
  name: string;
  scaleMs: number;
  components: readonly Component[];
  drift: FaultPlan | null;
}

export interface RunPlan {
  load: LoadPlan;
  loadKnown: boolean;
  clock: ReadingClock;
  process: ProcessHistory;
  growth: readonly GrowthPlan[];
  latency: readonly LatencyPlan[];
}
