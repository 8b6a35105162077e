import type { RunStatus } from '../model/status.ts';

export interface RunMetric {
  /** After `soakd_run_`, in base units as Prometheus wants them. */
  name: string;
  help: string;
  read(status: RunStatus): number | null;
}

const perSecond = (perMinute: number | null): number | null => (perMinute === null ? null : perMinute / 60);
const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);
const ratio = (percent: number | null): number | null => (percent === null ? null : percent / 100);

/** One number a run, from its projection. */
export const RUN_METRICS: readonly RunMetric[] = [
  { name: 'start_time_seconds', help: 'When the load begins, since the epoch.', read: (s) => s.startMs / 1_000 },
  { name: 'end_time_seconds', help: 'When the load ends as planned, since the epoch.', read: (s) => s.endMs / 1_000 },
  {
    name: 'judging',
    help: '1 while what happens counts: no warm-up, no pause, no excluded time.',
    read: (s) => (s.judging ? 1 : 0),
  },
  { name: 'compression', help: 'How much faster than real time the profile passes.', read: (s) => s.compression },
  { name: 'elapsed_seconds', help: 'Real time since the start.', read: (s) => seconds(s.elapsedMs) },
  { name: 'left_seconds', help: 'Real time until the planned end.', read: (s) => seconds(s.leftMs) },
  {
    name: 'planned_requests_per_second',
    help: 'Rate that the plan asks for now.',
    read: (s) => perSecond(s.rate.plannedPerMinute),
  },
  {
    name: 'recently_planned_requests_per_second',
    help: 'Rate that the plan asked for over the minute of offered and served.',
    read: (s) => perSecond(s.rate.recentlyPlannedPerMinute),
  },
  {
    name: 'offered_requests_per_second',
    help: 'Rate that k6 offered over the last minute.',
    read: (s) => perSecond(s.rate.offeredPerMinute),
  },
  {
    name: 'served_requests_per_second',
    help: 'Rate of requests that ended over the last minute.',
    read: (s) => perSecond(s.rate.servedPerMinute),
  },
  { name: 'rate_factor', help: "Operator's factor on the planned rate.", read: (s) => s.rate.factor },
  {
    name: 'latency_p50_seconds',
    help: 'Median of the total duration over five minutes.',
    read: (s) => seconds(s.latency.p50Ms),
  },
  {
    name: 'latency_p95_seconds',
    help: '95th percentile of the total duration over five minutes.',
    read: (s) => seconds(s.latency.p95Ms),
  },
  {
    name: 'latency_p99_seconds',
    help: '99th percentile of the total duration over five minutes.',
    read: (s) => seconds(s.latency.p99Ms),
  },
  {
    name: 'recent_error_ratio',
    help: 'Failed share of the requests of five minutes.',
    read: (s) => ratio(s.errorRatePercent.recent),
  },
  { name: 'error_ratio', help: 'Failed share of all requests so far.', read: (s) => ratio(s.errorRatePercent.soFar) },
  {
    name: 'availability_ratio',
    help: 'Available share of the judged time so far.',
    read: (s) => ratio(s.availabilityPercent),
  },
  {
    name: 'in_flight_requests',
    help: 'Requests under way at the end of the last window.',
    read: (s) => s.inFlight.requests,
  },
  {
    name: 'oldest_request_age_seconds',
    help: 'Age of the oldest request under way.',
    read: (s) => seconds(s.inFlight.oldestRequestMs),
  },
  {
    name: 'generator_lag_seconds',
    help: 'Largest lateness of the timer of k6 in the last window.',
    read: (s) => seconds(s.health.generatorLagMs),
  },
];
