import type { Happening } from '../detect/change/label-change.ts';
import type { Clocked } from '../detect/trend/bins.ts';
import type { Question } from '../detect/trend/question.ts';
import type { ArrivalPlan } from '../model/plan.ts';

/** What all series of a run have in common. */
export interface Looked {
  plan: ArrivalPlan;
  /** Profile time since the start, at which the detectors are asked. */
  hour: number;
  load: Clocked;
  leftOut: Question['leftOut'];
  /** Is a sample at this instant (Unix ms) judged? */
  isLookedAt(atMs: number): boolean;
  happened: readonly Happening[];
}
