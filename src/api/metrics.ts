/**
 * What Prometheus may know: the live runs from their projections, the newest run that ended, and soakd itself. Every
 * value is read at the scrape; what is unknown has no line, never a zero.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { describeError } from '../base/errors.ts';
import { isFinal, type RunState } from '../model/run.ts';
import { START_OUTCOMES } from '../model/schedule.ts';
import type { RunStatus } from '../model/status.ts';
import { type SeriesTrend, TREND_STATES } from '../model/verdict.ts';
import { OUTCOMES } from '../model/window.ts';
import { type DutyNow, dutyNow } from './duty-metrics.ts';
import { type CountedRun, EventCounts } from './event-metrics.ts';
import type { ApiPorts } from './ports.ts';
import { RUN_METRICS } from './run-metrics.ts';
import { runStateSchema } from './schemas.ts';

const seconds = (ms: number | null | undefined): number | null => (ms === null || ms === undefined ? null : ms / 1_000);

/** Among so many that do not live here is one that is over. */
const RECENT_RUNS = 8;

const STATES = runStateSchema.options;
const CRITERION_STATES = ['pass', 'fail', 'inconclusive', 'not_applicable'] as const;

type MetricsPorts = Pick<
  ApiPorts,
  'control' | 'store' | 'duty' | 'schedule' | 'delivery' | 'storeHealth' | 'selfUsage' | 'version' | 'log'
>;

export class Metrics {
  readonly #registry = new Registry();
  readonly #ports: MetricsPorts;
  readonly #events: EventCounts;
  readonly #requests: Histogram<'route' | 'method' | 'code'>;
  readonly #wrongTokens: Counter;
  readonly #known = new Map<string, Gauge<string> | Counter<string>>();
  #scraping: Promise<unknown> = Promise.resolve();

  constructor(ports: MetricsPorts) {
    this.#ports = ports;
    this.#events = new EventCounts(ports.store);
    this.#requests = new Histogram({
      name: 'soakd_http_request_duration_seconds',
      help: 'Time to answer a request of the HTTP API.',
      labelNames: ['route', 'method', 'code'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers: [this.#registry],
    });
    this.#wrongTokens = new Counter({
      name: 'soakd_http_wrong_tokens_total',
      help: 'Requests that came with a token which is none of ours.',
      registers: [this.#registry],
    });
  }

  /** A request came with a token that is none of ours. */
  countWrongToken(): void {
    this.#wrongTokens.inc();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  observeRequest(route: string, method: string, code: number, seconds: number): void {
    this.#requests.observe({ route, method, code }, seconds);
  }

  /** The text of one scrape; scrapes at the same moment take turns. */
  text(): Promise<string> {
    const scrape = this.#scraping.then(() => this.#scrape());
    this.#scraping = scrape.catch(() => undefined);
    return scrape;
  }

  async #scrape(): Promise<string> {
    for (const gauge of this.#known.values()) gauge.reset();
    this.#readSelf();
    const { control } = this.#ports;
    const live = control.live();
    for (const id of live) {
      const status = control.status(id);
      if (status !== null) this.#readRun(status);
    }
    await this.#readStored(live);
    await this.#readLastEnded(new Set(live));
    this.#readDelivery();
    this.#readSchedule();
    return this.#registry.metrics();
  }

  #readSelf(): void {
    const { selfUsage, storeHealth, version, control } = this.#ports;
    const { rssBytes, heapUsedBytes, cpuMs, startedMs, eventLoopLagMs } = selfUsage();
    const { backlogRows, droppedRows, problem } = storeHealth();
    this.#set('soakd_build_info', 'A constant 1 with the version of soakd.', { version }, 1);
    this.#set('soakd_live_runs', 'Runs that live in this process.', {}, control.live().length);
    this.#set('soakd_store_backlog_rows', 'Rows that wait in memory for the store.', {}, backlogRows);
    this.#set('soakd_store_up', '1 while the store takes rows, 0 while they must wait.', {}, problem === null ? 1 : 0);
    this.#count('soakd_store_dropped_rows_total', 'Rows lost because the store did not take them.', {}, droppedRows);
    this.#set('process_resident_memory_bytes', 'Resident memory of soakd.', {}, rssBytes);
    this.#set('soakd_heap_used_bytes', 'Heap of JavaScript in use.', {}, heapUsedBytes);
    this.#count('process_cpu_seconds_total', 'CPU time of soakd, user and system.', {}, cpuMs / 1_000);
    this.#set('process_start_time_seconds', 'When soakd was started, since the epoch.', {}, startedMs / 1_000);
    this.#set(
      'soakd_event_loop_lag_seconds',
      'Largest delay of the event loop since the scrape before.',
      {},
      eventLoopLagMs === null ? null : eventLoopLagMs / 1_000,
    );
  }

  #readRun(status: RunStatus): void {
    const run = { run: status.runId, name: status.name };
    this.#oneHotState(run, status.state);
    const { requests, iterations, health } = status;
    const about = { ...run, target: status.targetUrl, rehearsal: String(status.rehearsal) };
    this.#set('soakd_run_info', 'A constant 1 with what is soaked.', about, 1);
    for (const { name, help, read } of RUN_METRICS) this.#set(`soakd_run_${name}`, help, run, read(status));
    for (const outcome of OUTCOMES) {
      this.#count(
        'soakd_run_requests_total',
        'Requests that ended.',
        { ...run, result: outcome === 'ok' ? 'ok' : 'failed', outcome },
        requests.byOutcome[outcome],
      );
    }
    for (const fate of ['started', 'starved', 'late', 'paused', 'interrupted'] as const) {
      this.#count(
        'soakd_run_arrivals_total',
        'Planned arrivals by what became of them.',
        { ...run, fate },
        iterations[fate],
      );
    }
    this.#count('soakd_run_missed_ticks_total', 'Sampling intervals that were missed.', run, health.missedTicks);
    for (const { id, unit, role, last, growth } of status.series) {
      const series = { ...run, series: id, unit, role };
      this.#set('soakd_target_series', 'Last value of a sampled series, in the unit of its label.', series, last);
      this.#set(
        'soakd_target_series_growth_per_day',
        'Growth a day of a sampled series with the load taken out, in the unit of its label.',
        series,
        growth?.growthPer24h ?? null,
      );
      if (growth !== null) this.#trend('soakd_target_series', { ...run, series: id, unit }, growth);
      this.#set(
        'soakd_target_series_exhaustion_time_seconds',
        'When the limit of a sampled series is reached if it grows on, since the epoch.',
        { ...run, series: id },
        seconds(growth?.exhaustion?.atMs),
      );
    }
    for (const one of status.drift) this.#trend('soakd_run_response_time', { ...run, request: one.request ?? '' }, one);
    for (const { id, status: standing, unit, actual, target } of status.criteria) {
      const criterion = { ...run, criterion: id, unit };
      this.#set(
        'soakd_run_criterion_actual',
        'Value of the criterion so far, in the unit of its label.',
        criterion,
        actual,
      );
      this.#set('soakd_run_criterion_limit', 'Limit of the criterion, in the unit of its label.', criterion, target);
      for (const state of CRITERION_STATES) {
        this.#set(
          'soakd_run_criterion',
          '1 for how the criterion stands now.',
          { ...run, criterion: id, status: state },
          standing === state ? 1 : 0,
        );
      }
    }
  }

  #trend(prefix: string, labels: Record<string, string>, trend: SeriesTrend): void {
    const { state: present, growthPercentPer24h, detectablePercentPer24h } = trend;
    for (const state of TREND_STATES)
      this.#set(`${prefix}_trend`, '1 for what is said of it now.', { ...labels, state }, state === present ? 1 : 0);
    this.#set(
      `${prefix}_growth_percent_per_day`,
      'Growth a day with the load taken out, percent of the level without it.',
      labels,
      growthPercentPer24h,
    );
    this.#set(
      `${prefix}_detectable_percent_per_day`,
      'The smallest growth a day that would have been called by now, percent.',
      labels,
      detectablePercentPer24h,
    );
  }

  /** What only the store knows. While it cannot be read, the rest is told all the same, and these have no line. */
  async #readStored(live: readonly string[]): Promise<void> {
    const { control, duty, store, log } = this.#ports;
    try {
      for (const [id, counted] of await this.#events.read(live)) {
        const run = { run: id, name: control.status(id)?.name ?? (await store.run(id))?.name ?? '' };
        this.#readEvents(run, counted);
      }
      this.#readDuty(await dutyNow(duty));
    } catch (thrown) {
      log.warn({ reason: describeError(thrown) }, 'a scrape goes without what only the store knows');
    }
  }

  #readEvents(run: { run: string; name: string }, { events, sources }: CountedRun): void {
    for (const { kind, severity, count, lastMs } of events) {
      const labels = { ...run, kind, severity };
      this.#count('soakd_run_events_total', 'Events of the run, by kind.', labels, count);
      this.#set(
        'soakd_run_last_event_time_seconds',
        'When an event of the kind happened last, since the epoch.',
        labels,
        seconds(lastMs),
      );
    }
    for (const { source, kind, up } of sources) {
      this.#set('soakd_run_source_up', '1 while the source can be read.', { ...run, source, kind }, up ? 1 : 0);
    }
  }

  #readSchedule(): void {
    for (const { entry, nextDueMs, last, lastStartedMs, missed } of this.#ports.schedule.figures()) {
      this.#set(
        'soakd_schedule_next_start_time_seconds',
        'When the entry is due next, since the epoch.',
        { entry },
        seconds(nextDueMs),
      );
      this.#set(
        'soakd_schedule_last_start_time_seconds',
        'When the entry was started last, since the epoch.',
        { entry },
        seconds(lastStartedMs),
      );
      this.#count('soakd_schedule_missed_total', 'Starts that were missed or refused.', { entry }, missed);
      for (const outcome of last === null ? [] : START_OUTCOMES) {
        const value = outcome === last?.outcome ? 1 : 0;
        this.#set('soakd_schedule_last_outcome', '1 for what became of the newest start.', { entry, outcome }, value);
      }
    }
  }

  #readDuty({ alerts, waiting }: DutyNow): void {
    for (const { count, firingMs, ...labels } of alerts) {
      this.#set('soakd_alerts', 'Open alerts of soakd.', labels, count);
      const { state: _, ...alert } = labels;
      if (firingMs === null) continue;
      this.#set(
        'soakd_alert_firing_time_seconds',
        'Since when an alert fires, since the epoch.',
        alert,
        seconds(firingMs),
      );
    }
    for (const [channel, messages] of Object.entries(waiting)) {
      this.#set('soakd_notifications_waiting', 'Messages that are not delivered yet.', { channel }, messages);
    }
  }

  /** A run that ended between two scrapes would else never be seen to have failed. */
  async #readLastEnded(live: ReadonlySet<string>): Promise<void> {
    const runs = await this.#ports.store.runs({ limit: live.size + RECENT_RUNS }).catch(() => []);
    const newest = runs.find(({ id, state }) => isFinal(state) && !live.has(id));
    if (newest === undefined) return;
    const run = { run: newest.id, name: newest.name };
    this.#oneHotState(run, newest.state);
    const help = 'When the newest run that is over ended, since the epoch.';
    this.#set('soakd_run_ended_time_seconds', help, { ...run, state: newest.state }, seconds(newest.endedMs));
  }

  #readDelivery(): void {
    const { delivery } = this.#ports;
    for (const { channel, failingSinceMs, delivered, retried, givenUp } of delivery.health()) {
      for (const [result, value] of Object.entries({ delivered, retried, given_up: givenUp })) {
        const help = 'Notifications by what became of a try to deliver them.';
        this.#count('soakd_notifications_total', help, { channel, result }, value);
      }
      const up = failingSinceMs === null ? 1 : 0;
      this.#set('soakd_notify_channel_up', '0 while nothing arrives by the channel.', { channel }, up);
    }
    const { lastMs } = delivery.heartbeat();
    const heard = 'When the heartbeat was heard last, since the epoch.';
    this.#set('soakd_heartbeat_last_success_seconds', heard, {}, lastMs === null ? null : lastMs / 1_000);
  }

  #oneHotState(run: { run: string; name: string }, present: RunState): void {
    for (const state of STATES) {
      this.#set('soakd_run_state', '1 for the state of the run.', { ...run, state }, state === present ? 1 : 0);
    }
  }

  #set(name: string, help: string, labels: Record<string, string>, value: number | null): void {
    let gauge = this.#known.get(name);
    if (gauge === undefined) {
      gauge = new Gauge({ name, help, labelNames: Object.keys(labels), registers: [this.#registry] });
      this.#known.set(name, gauge);
    }
    if (!(gauge instanceof Gauge)) return;
    if (value === null) gauge.remove(labels);
    else gauge.set(labels, value);
  }

  /** Counts are kept elsewhere: the counter, emptied before each scrape, only shows them. */
  #count(name: string, help: string, labels: Record<string, string>, value: number): void {
    let counter = this.#known.get(name);
    if (counter === undefined) {
      counter = new Counter({ name, help, labelNames: Object.keys(labels), registers: [this.#registry] });
      this.#known.set(name, counter);
    }
    if (counter instanceof Counter) counter.inc(labels, Math.max(0, value));
  }
}
