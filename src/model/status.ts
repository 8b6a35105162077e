import type { LoadLevel } from './plan.ts';
import type { RunEvent, RunState } from './run.ts';
import type { CriterionResult, Outcome4, RequestDrift, SeriesGrowth } from './verdict.ts';
import type { Outcome } from './window.ts';

/** The live soak at a glance: a projection of rows, kept in memory, rebuilt from rows at boot. Missing is null. */
export interface RunStatus {
  runId: string;
  name: string;
  targetUrl: string;
  state: RunState;
  rehearsal: boolean;
  compression: number;
  nowMs: number;
  startMs: number;
  endMs: number;
  /** Real time. */
  elapsedMs: number;
  leftMs: number;
  /** Profile time since the start, hours. */
  hourOfRun: number;
  /** Wall-clock time in the profile's zone, as the load sees it: `Sat 14:05`; that of the start before it, that of the end after it. */
  profileClock: string;
  level: LoadLevel | null;
  /** What happens now counts: the load runs, the warm-up is over, the profile does not exclude the time. */
  judging: boolean;
  rate: {
    /** Requests a minute now, from the plan. */
    plannedPerMinute: number;
    /** Planned over the same windows as the two below: what these are to be held against. */
    recentlyPlannedPerMinute: number | null;
    /** Arrivals started in the last minute, in requests. */
    offeredPerMinute: number | null;
    /** Requests answered (any outcome) in the last minute. */
    servedPerMinute: number | null;
    /** Operator's factor in force; 1 when none. */
    factor: number;
  };
  /** Over the last five minutes, total duration. */
  latency: { p50Ms: number | null; p95Ms: number | null; p99Ms: number | null };
  /** Share of failed requests, percent: last five minutes, and so far. */
  errorRatePercent: { recent: number | null; soFar: number | null };
  availabilityPercent: number | null;
  requests: { total: number; failed: number; byOutcome: Record<Outcome, number> };
  iterations: { planned: number; started: number; starved: number; late: number; paused: number; interrupted: number };
  inFlight: { requests: number; oldestRequestMs: number | null };
  series: {
    id: string;
    unit: string;
    role: string;
    last: number | null;
    atMs: number | null;
    growth: SeriesGrowth | null;
  }[];
  /** Of the P95: all requests together first, then each name where there are several. */
  drift: RequestDrift[];
  criteria: CriterionResult[];
  /** Newest last, at most 20. */
  events: RunEvent[];
  /** What is not well with soakd itself: store backlog, generator lag, missed ticks. */
  health: {
    storeBacklogRows: number;
    droppedRows: number;
    missedTicks: number;
    generatorLagMs: number | null;
    problems: string[];
  };
  /** The latest judgement: of a live run what it would be if it ended now. null before the first. */
  standing: { outcome: Outcome4; headline: string; computedMs: number; final: boolean } | null;
  verdictOutcome: string | null;
}
