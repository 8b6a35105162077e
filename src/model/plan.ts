import type { Stretch } from '../base/stretches.ts';

/**
 * The arrival-rate plan: what the load should be at each instant of a run. A pure function of the
 * profile, the start, the compression and the edits made while the run lived, so it can be built
 * again at any time, by anyone, from the stored rows.
 */
export interface ArrivalPlan {
  /** Grows by one with every edit. */
  revision: number;
  seed: number;
  arrivals: 'poisson' | 'even';
  /** Unix milliseconds, real time. */
  startMs: number;
  endMs: number;
  /** Profile time passes this much faster than real time; 1 unless rehearsed. */
  compression: number;
  /** Requests that one iteration makes on average. */
  requestsPerIteration: number;
  /**
   * Piecewise-linear planned rate, strictly covering [startMs, endMs]; two points at one instant are a
   * step. In a pause the points keep the rate that would have been offered.
   */
  points: RatePoint[];
  /**
   * Where the load keeps to the one rate of the profile's calibration windows: in order, apart, in real time, what
   * operators did taken out. Empty when the profile has none.
   */
  calibration: CalibrationWindow[];
}

/** A stretch [fromMs, untilMs) with no ramp inside: the same planned rate from its first millisecond to its last. */
export interface CalibrationWindow extends Stretch {
  /** The same in every window of a run. */
  requestsPerMinute: number;
}

export interface RatePoint {
  atMs: number;
  requestsPerMinute: number;
  /** Load relative to the base rate, live factor included: decides normal, peak or stress. */
  multiplier: number;
  /** True from this point to the next: the operator paused the load, nothing is offered. */
  paused: boolean;
}

/** What an operator changed in a live run; each is a row, the plan is rebuilt from all of them. */
export type PlanEdit =
  | { kind: 'rate'; atMs: number; factor: number; untilMs: number | null }
  | { kind: 'pause'; atMs: number }
  | { kind: 'resume'; atMs: number }
  | { kind: 'extend'; atMs: number; byMs: number };

export type LoadLevel = 'normal' | 'peak' | 'stress';
