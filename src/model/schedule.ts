/**
 * What became of a start that the schedule wanted. `starting` and `delayed` are open: claimed and being tried, or waiting for
 * its target. `skipped` and `absorbed` are settled collisions; `missed`: soakd was not there in time; `refused`: it tried and
 * could not (a preflight check, the fence).
 */
export const START_OUTCOMES = [
  'starting',
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

/** What becomes of a start whose target is taken by another run. */
export const CONFLICT_CHOICES = ['skip', 'delay', 'absorb'] as const;
export type ConflictChoice = (typeof CONFLICT_CHOICES)[number];

/** Fields of a cron expression, as far as they do not depend on the date; minutes are the finest. */
export interface CronRule {
  /** As written. */
  text: string;
  /** Milliseconds since midnight by the clock on the wall, ascending. */
  timesOfDayMs: readonly number[];
  /** Is the day that begins at this local midnight (local time as if it were UTC) one of its days? */
  matchesDay(localMidnightMs: number): boolean;
}

/** One HTTP request to the target instead of a run: a look whether it is there, or its own way to be reset. */
export interface ScheduledRequest {
  method: string;
  /** Below the target's address. */
  path: string;
  /** Values may be `env:NAME`. */
  headers: Readonly<Record<string, string>>;
  /** It is tried again for so long until it succeeds. */
  withinMs: number;
}

/** What an entry starts. */
export type ScheduledWork =
  | { kind: 'run'; profile: string; lengthMs: number; rehearseMs: number | null }
  | ({ kind: 'request' } & ScheduledRequest);

export interface ScheduleEntry {
  name: string;
  /** Position in the file: of two that are due at one moment the earlier is settled first. */
  order: number;
  cron: CronRule;
  /** IANA name. */
  timezone: string;
  /** 1 to 5, days 1-7, 8-14, … of the month; null: any. */
  weekOfMonth: number | null;
  work: ScheduledWork;
  /** null: where it is not said, which `schedule check` does not let pass; skipped then. */
  onConflict: ConflictChoice | null;
  /** Base address; null when neither the schedule nor the profile names one. */
  targetUrl: string | null;
  labels: Readonly<Record<string, string>>;
  /** A start that is later than this, because soakd was away or the target down, is missed. */
  lateLimitMs: number;
  /** A start that waits for its target is given up after this. */
  delayLimitMs: number;
  enabled: boolean;
}

/** Nothing is started inside. */
export type Blackout =
  | { kind: 'fixed'; fromMs: number; untilMs: number; reason: string }
  | {
      kind: 'weekly';
      /** 0 is Monday: days on which it begins; null: each. */
      weekdays: readonly number[] | null;
      fromMinuteOfDay: number;
      /** At or below `fromMinuteOfDay`: on the next day. */
      untilMinuteOfDay: number;
      timezone: string;
      reason: string;
    };

export interface Schedule {
  entries: readonly ScheduleEntry[];
  blackouts: readonly Blackout[];
}
