/**
 * What an alert rule may be about. A name that is not here must be the id of a series, `redis.keys`, or `*.keys` for the
 * series of that name of any source.
 */

/** `run_state` and `trend` are words; `flag` is 0 or 1; `raw` is a series as its source gives it. */
export type AlertMetricUnit =
  | 'percent'
  | 'milliseconds'
  | 'bytes'
  | 'count'
  | 'per_minute'
  | 'hours'
  | 'flag'
  | 'raw'
  | 'run_state'
  | 'trend';

/**
 * Which rows tell a metric, and so when it is evaluated. `windows`: each window of 10 s; `minutes`: each whole minute of
 * windows, as durations are stored; `samples`: each sampling interval; `moments`: events and the time between them;
 * `trends`: what detection says; `own`: soakd itself.
 */
export type AlertLane = 'windows' | 'minutes' | 'samples' | 'moments' | 'trends' | 'own';

export interface AlertMetric {
  name: string;
  /** Other names for the same. */
  aliases: readonly string[];
  lane: AlertLane;
  unit: AlertMetricUnit;
  /** Other units in which a threshold may be written. */
  otherUnits?: readonly AlertMetricUnit[];
  /** Taken over so long unless the rule says otherwise; 0: the latest. */
  overMs: number;
  /** A share of so many things is taken as it is; of fewer, its interval must exclude the limit. null: no share. */
  minCount: number | null;
  /** Told once, by whoever notices it, and not asked again: it cannot last. */
  once?: boolean;
  /** Names of the series behind it, whatever their source; absent: none. */
  series?: readonly string[];
  /** One alert for each series, source or request, or one for the run. */
  each: 'run' | 'series' | 'source';
  describes: string;
}

const MINUTE_MS = 60_000;
const FIVE_MINUTES_MS = 5 * MINUTE_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** From here on a share of 2 % is known to within half its size. */
const ENOUGH = 500;

export const ALERT_METRICS: readonly AlertMetric[] = [
  share('error_rate', ['failure_rate'], 'share of requests that failed, of those that ended'),
  share('timeout_rate', [], 'share of requests that met their time-out'),
  share('availability', [], 'share of the demand (requests that ended, arrivals that starved) that was answered well'),
  share('starved_rate', [], 'share of arrivals that found every virtual user hanging in a request'),
  share('check_failures', ['check_failure_rate'], 'share of checks on answers that failed'),
  quantile('response_time_p50', ['p50']),
  quantile('response_time_p95', ['p95', 'response_time']),
  quantile('response_time_p99', ['p99']),
  ofWindows('served_rate', ['served'], 'per_minute', MINUTE_MS, 'requests answered a minute'),
  ofWindows('served_share', [], 'percent', MINUTE_MS, 'requests answered, of those planned in the same time'),
  ofWindows('in_flight', ['requests_in_flight'], 'count', 0, 'requests in flight at the end of the window'),
  ofWindows('oldest_request', [], 'milliseconds', 0, 'age of the oldest request in flight'),
  ofWindows('up', ['uptime'], 'flag', 0, '0 while at least half of what is asked fails, else 1'),
  ofWindows('generator_lag', [], 'milliseconds', 0, 'how late the timer of k6 came'),
  ofWindows('generator_late', [], 'percent', FIVE_MINUTES_MS, 'share of arrivals that k6 was too late for'),
  ofSamples('memory_usage', ['memory'], 'percent', ['bytes'], {
    series: ['usage_percent', 'rss_bytes', 'anonymous_bytes', 'used_memory_bytes'],
    describes: 'memory in use: in bytes, or of the limit that the same source knows',
  }),
  ofSamples('memory_growth', [], 'percent', [], {
    overMs: 60 * MINUTE_MS,
    describes: 'growth of memory over the time, what follows from the planned load taken out',
  }),
  ofSamples('cpu', ['cpu_usage'], 'percent', [], { series: ['cpu_percent'], describes: 'CPU, 100 % is one core' }),
  ofSamples('active_connections', ['connections'], 'count', [], {
    series: ['connections_established', 'connections_current', 'connected_clients'],
    describes: 'open connections',
  }),
  ofSamples('cache_hit_rate', [], 'percent', [], { series: ['hit_rate_percent'], describes: 'lookups that hit' }),
  ofSamples('generator_cpu', [], 'percent', [], { describes: 'CPU of k6, 100 % is one core' }),
  ofSamples('retry_rate', [], 'raw', ['percent'], { series: ['retry_rate'], describes: 'as the target tells it' }),
  ofSamples('circuit_breaker_open', [], 'raw', [], {
    series: ['circuit_breaker_open'],
    describes: '1 while open, as the target tells it',
  }),
  ofSamples('bulkhead_rejections', [], 'raw', [], {
    series: ['bulkhead_rejections'],
    describes: 'as the target tells it',
  }),
  ofSamples('saga_compensation_rate', [], 'raw', ['percent'], {
    series: ['saga_compensation_rate'],
    describes: 'as the target tells it',
  }),
  ofMoments('redis_up', [], 'flag', 'source', '0 while a source of kind redis cannot be read'),
  ofMoments('sampler_up', [], 'flag', 'source', '0 while a source cannot be read'),
  ofMoments('run_state', [], 'run_state', 'run', 'state of the run, as a word: `run_state == paused for 2h`'),
  ofMoments('load_silence', [], 'milliseconds', 'run', 'since the newest window, while load is planned'),
  ofMoments('k6_restarts', [], 'count', 'run', 'times that k6 ended before its plan did', DAY_MS),
  ofMoments('target_restarts', [], 'count', 'run', 'restarts of the target in time that is judged', HOUR_MS),
  ofMoments('missed_ticks', [], 'count', 'run', 'sampling intervals that passed without a chance to read', HOUR_MS),
  ofTrends('trend', [], 'trend', 'what detection says of a series, as a word: `trend == leak`'),
  ofTrends('exhaustion', [], 'hours', 'until the limit of a series is reached as it grows now'),
  own('store_up', 'flag', '0 while the store takes no rows'),
  own('store_backlog', 'count', 'rows that wait in memory for the store'),
  own('store_dropped', 'count', 'rows lost because the store did not take them'),
  {
    ...own('did_not_start', 'flag', '1 for a start that the schedule wanted and that did not happen'),
    once: true,
  },
];

function share(name: string, aliases: readonly string[], describes: string): AlertMetric {
  const overMs = FIVE_MINUTES_MS;
  return { name, aliases, lane: 'windows', unit: 'percent', overMs, minCount: ENOUGH, each: 'run', describes };
}

function quantile(name: string, aliases: readonly string[]): AlertMetric {
  const describes = `total duration of requests, the ${name.slice(-2)}th percentile; a failed one counts as its time-out`;
  const overMs = FIVE_MINUTES_MS;
  return { name, aliases, lane: 'minutes', unit: 'milliseconds', overMs, minCount: ENOUGH, each: 'run', describes };
}

function ofWindows(
  name: string,
  aliases: readonly string[],
  unit: AlertMetricUnit,
  overMs: number,
  describes: string,
): AlertMetric {
  return { name, aliases, lane: 'windows', unit, overMs, minCount: null, each: 'run', describes };
}

function ofSamples(
  name: string,
  aliases: readonly string[],
  unit: AlertMetricUnit,
  otherUnits: readonly AlertMetricUnit[],
  more: Pick<AlertMetric, 'describes'> & Partial<Pick<AlertMetric, 'series' | 'overMs'>>,
): AlertMetric {
  return { name, aliases, lane: 'samples', unit, otherUnits, overMs: 0, minCount: null, each: 'series', ...more };
}

function ofMoments(
  name: string,
  aliases: readonly string[],
  unit: AlertMetricUnit,
  each: AlertMetric['each'],
  describes: string,
  overMs = 0,
): AlertMetric {
  return { name, aliases, lane: 'moments', unit, overMs, minCount: null, each, describes };
}

function ofTrends(name: string, aliases: readonly string[], unit: AlertMetricUnit, describes: string): AlertMetric {
  return { name, aliases, lane: 'trends', unit, overMs: 0, minCount: null, each: 'series', describes };
}

function own(name: string, unit: AlertMetricUnit, describes: string): AlertMetric {
  return { name, aliases: [], lane: 'own', unit, overMs: 0, minCount: null, each: 'run', describes };
}

/** Any series by its id, or by its name at any source: `agent.queue_length`, `*.queue_length`. */
export const SERIES_METRIC = /^(\*|[a-z][a-z0-9_-]*)\.[a-z][a-z0-9_]*$/;

/** What a name means; null when it means nothing. Blanks count as `_`: the plan writes `memory growth`. */
export function alertMetric(given: string): AlertMetric | null {
  const name = given.trim().toLowerCase().replaceAll(/\s+/g, '_');
  const known = ALERT_METRICS.find((metric) => metric.name === name || metric.aliases.includes(name));
  if (known !== undefined) return known;
  if (!SERIES_METRIC.test(name)) return null;
  return ofSamples(name, [], 'raw', ['percent', 'milliseconds', 'bytes'], { describes: 'a series' });
}

/** Shares of a whole: 0 to 100 %. Others may pass it: CPU of several cores, growth, what is served of what was planned. */
const PARTS: readonly string[] = ['generator_late', 'cache_hit_rate', 'memory_usage'];

export const isPartOfWhole = ({ name, unit, minCount }: AlertMetric): boolean =>
  unit === 'percent' && (minCount !== null || PARTS.includes(name));

/** Every name that a rule may write, for suggestions. */
export const alertMetricNames = (): string[] => ALERT_METRICS.flatMap(({ name, aliases }) => [name, ...aliases]);
