/**
 * What became of a start that the schedule wanted. `delayed` and `absorbed` are settled collisions; `missed`: soakd was not
 * there in time; `refused`: it tried and could not (a preflight check, the fence).
 */
export const START_OUTCOMES = [
  'started',
  'skipped',
  'delayed',
  'absorbed',
  'missed',
  'refused',
  'blackout',
  'paused',
] as const;
export type StartOutcome = (typeof START_OUTCOMES)[number];

/** One start of one entry: the pair of `entry` and `dueMs` is claimed once, whatever restarts. */
export interface ScheduledStart {
  /** Name of the entry. */
  entry: string;
  /** When the entry wanted it. */
  dueMs: number;
  outcome: StartOutcome;
  /** When it was settled. */
  atMs: number;
  /** The run that it made, or that absorbed it. */
  runId: string | null;
  /** One sentence. */
  reason: string;
}
