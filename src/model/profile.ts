import type { SamplerRole } from './sample.ts';

/**
 * A profile as the program uses it: checked, units in the names, every default filled in.
 * The YAML that people write is described in docs/profile.md and checked in src/config/.
 */
export interface Profile {
  name: string;
  durationMs: number;
  /** Base address of what is soaked; null when only `--target` gives it. */
  targetUrl: string | null;
  traffic: Traffic;
  /** Stretches at one fixed rate, for the sake of the measurement; null: none. */
  calibration: Calibration | null;
  users: UserSimulation;
  workload: Workload;
  monitoring: Monitoring;
  /** `certain`: the run ends when its rest can change nothing; absent: it goes on to the end of its plan. */
  stopEarly?: 'certain';
  criteria: CriterionSpec[];
  /** Criteria that are held against earlier runs; absent: none. */
  againstBaseline?: BaselineCriterion[];
  /** Ids of default criteria that the profile switched off: the report says so. */
  criteriaOff: string[];
  exclude: Exclusion[];
  environment: string | null;
  labels: Record<string, string>;
}

export interface Traffic {
  /** Requests a minute at multiplier 1. */
  baseRatePerMinute: number;
  /** Multiplier for each hour of the day, 24 entries, from peak, night and hourly settings. */
  hourlyMultipliers: number[];
  /** Multiplier for each weekday, Monday first, 7 entries. */
  weekdayMultipliers: number[];
  /** The largest multiplier that counts as `peak` load; above it a window is `stress`. */
  peakMultiplier: number;
  /** Linear transition centred on each change of the hour. */
  rampMs: number;
  /** IANA name. */
  timezone: string;
  /** At the start: the load runs, but nothing is judged. */
  warmupMs: number;
  arrivals: 'poisson' | 'even';
  seed: number;
  /** A recorded curve replaces the hours' multipliers: minutes since midnight or since the start, multiplier. */
  curve: RecordedCurve | null;
}

export interface RecordedCurve {
  file: string;
  /** `day`: offsets from local midnight, repeated daily; `run`: offsets from the run's start. */
  clock: 'day' | 'run';
  /** Strictly increasing offsets; requests a minute between points are interpolated linearly. */
  points: { offsetMs: number; ratePerMinute: number }[];
}

/**
 * Calibration windows: every so often the load leaves the hours and keeps to one rate, so that early and late can be
 * compared at the same load.
 */
export interface Calibration {
  /** By the profile's clock, from the start of one window to the start of the next; the first follows the warm-up. */
  everyMs: number;
  /** By the profile's clock. */
  lengthMs: number;
  requestsPerMinute: number;
}

export type UserKind = 'new' | 'returning' | 'power';
export type PatternName = 'simple_query' | 'multi_turn' | 'complex_workflow';

export interface UserSimulation {
  /** Shares add up to 1. */
  kinds: Record<UserKind, number>;
  patterns: Record<PatternName, number>;
  /** Pause between the turns of a conversation, uniform between the two, by kind of user. */
  thinkTime: Record<UserKind, { minMs: number; maxMs: number }>;
  /** Upper bound of virtual users; null: from peak rate × time-out. */
  maxUsers: number | null;
}

export type Workload = ChatWorkload | RequestsWorkload | ScriptWorkload;

interface WorkloadBase {
  /** A request that takes longer has failed with outcome `timeout`. */
  timeoutMs: number;
  /** Requests that one iteration makes on average; the iteration rate is the request rate divided by it. */
  requestsPerIteration: number;
  /** Longest time one iteration may take when every request just meets its time-out, think times included. */
  longestIterationMs: number;
}

export interface ChatWorkload extends WorkloadBase {
  kind: 'chat';
  path: string;
  headers: Record<string, string>;
  /** JSON fields of the request body and of the reply. */
  messageField: string;
  sessionField: string;
  replyField: string;
  /** For each pattern the conversations to choose from; each turn is one request. */
  conversations: Record<PatternName, Conversation[]>;
}

export interface Conversation {
  turns: { message: string; expect: string[] }[];
}

export interface RequestsWorkload extends WorkloadBase {
  kind: 'requests';
  requests: RequestSpec[];
}

export interface RequestSpec {
  /** The `name` tag under which it is measured. */
  name: string;
  weight: number;
  method: string;
  path: string;
  /** A value `env:NAME` is read from the environment of the load process, never stored. */
  headers: Record<string, string>;
  body: string | null;
  checks: { status: number[] | null; contains: string[] };
}

export interface ScriptWorkload extends WorkloadBase {
  kind: 'script';
  /** Absolute path of the user's own k6 script. */
  file: string;
  /** Exported function to run. */
  exec: string;
}

export interface Monitoring {
  intervalMs: number;
  metrics: string[];
  samplers: SamplerSpec[];
  /** `forMs`: it must hold for so long; as the rules of the daemon say when absent. */
  /** Without a severity, that of the rule whose limit it replaces holds. */
  alerts: { metric: string; threshold: number; unit: string; severity?: string; forMs?: number }[];
}

/**
 * One configured source: `kind` selects the plug-in, `name` prefixes its series, the rest is the plug-in's own
 * settings as they are written (checked; the plug-in's schema turns them into what it works with).
 */
export interface SamplerSpec {
  kind: string;
  name: string;
  /** What is usual for the kind when absent. */
  role?: SamplerRole;
  /** The service of which this source is one of several replicas: growth is judged of each, and of their sum. */
  replicaOf?: string;
  settings: Record<string, unknown>;
}

/** The unit in which a criterion's target and actual value are kept. */
export type CriterionUnit =
  | 'percent'
  | 'percent_per_24h'
  | 'milliseconds'
  | 'seconds'
  | 'hours'
  | 'per_minute'
  | 'count';

export type Comparison = '>=' | '>' | '<=' | '<' | '==';

/** A success criterion as set in the profile or by default. */
export interface CriterionSpec {
  /** `availability`, `error_rate`, `memory_leak`, … : the key in the profile and the id in verdicts. */
  id: string;
  comparison: Comparison;
  /** In `unit`. */
  target: number;
  unit: CriterionUnit;
  /** As written: `< 5% growth per 24h`. */
  text: string;
  /** False when the value is the default from the reliability plan and not the profile's own. */
  fromProfile: boolean;
}

/** A success criterion against what earlier runs measured: `<= baseline + 5%`. */
export interface BaselineCriterion extends Pick<CriterionSpec, 'id' | 'unit' | 'text'> {
  comparison: Exclude<Comparison, '=='>;
  /** Name of the baseline; `default` where none is written. */
  baseline: string;
  /** The limit is `factor · baseline + offset`; the offset is in `unit`, points where that is percent. */
  factor: number;
  offset: number;
}

/** A stretch that is not judged. Exactly one of the two forms. */
export type Exclusion =
  | { kind: 'hours'; fromMs: number; untilMs: number; reason: string }
  | { kind: 'daily'; fromMinuteOfDay: number; untilMinuteOfDay: number; weekdays: number[] | null; reason: string };
