import { isoTime } from '../base/iso-time.ts';
import { formatCount, formatDuration, formatValue } from '../base/quantity.ts';
import type { AlertCondition } from '../model/alert.ts';
import type { AlertMetric } from '../model/alert-metrics.ts';
import { notOfferedBecause } from '../model/offered.ts';
import type { LoadWindow } from '../model/window.ts';
import type { WindowRow } from '../store/store.ts';
import { exact, notJudged, type Reading } from './reading.ts';
import type { RunTime } from './run-time.ts';
import { shareInterval } from './share-interval.ts';

/** A lone failed request is an error, not an outage; at least half of what is asked must fail (docs/formulas.md, outages). */
const MIN_FAILURES = 3;
const DOWN_SHARE = 0.5;
const MINUTE_MS = 60_000;

interface Counts {
  startMs: number;
  endMs: number;
  /** The load was offered, and the time counts. */
  judged: boolean;
  ended: number;
  ok: number;
  timeouts: number;
  starved: number;
  started: number;
  late: number;
  checksPassed: number;
  checksFailed: number;
  inFlight: number;
  oldestRequestMs: number | null;
  timerLagMs: number;
}

/** The newest windows of load, and what rules ask of them. */
export class LoadReadings {
  readonly #time: RunTime;
  readonly #keepMs: number;
  #windows: Counts[] = [];
  #wasAsked = false;
  /** Windows in a row of which at least half failed; null: the newest showed the target up. */
  #outage: { sinceMs: number; failed: number; asked: number } | null = null;
  #newestEndMs: number | null = null;

  /** `keepMs`: the longest time that a rule looks back. */
  constructor(time: RunTime, keepMs: number) {
    this.#time = time;
    this.#keepMs = Math.max(keepMs, MINUTE_MS);
  }

  get newestEndMs(): number | null {
    return this.#newestEndMs;
  }

  /** Requests answered a minute in the newest minute; null when there is no window. */
  servedPerMinute(): number | null {
    const windows = this.#over(MINUTE_MS, false);
    const lengthMs = windows.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
    return lengthMs === 0 ? null : (sumOf(windows, 'ended') * MINUTE_MS) / lengthMs;
  }

  /** In order of their end; false for one that is older than what was seen, of which nothing is asked any more. */
  add(window: LoadWindow | WindowRow): boolean {
    const counts = this.#counted(window);
    const isNew = this.#newestEndMs === null || counts.endMs > this.#newestEndMs;
    if (!isNew) return false;
    this.#windows.push(counts);
    this.#newestEndMs = counts.endMs;
    this.#windows = this.#windows.filter(({ endMs }) => endMs > counts.endMs - this.#keepMs);
    this.#watchUp(counts);
    return true;
  }

  /** Is the newest window one in which load was offered and judged? */
  get newestIsJudged(): boolean {
    return this.#windows.find(({ endMs }) => endMs === this.#newestEndMs)?.judged ?? false;
  }

  /** What a rule asks, at the end of the newest window; null when the metric is none of windows, or there is nothing yet. */
  read(metric: AlertMetric, condition: AlertCondition): Reading | null {
    const atMs = this.#newestEndMs;
    const newest = this.#windows.find(({ endMs }) => endMs === atMs);
    if (atMs === null || newest === undefined) return null;
    const overMs = condition.overMs ?? metric.overMs;
    if (metric.name === 'generator_lag')
      return exact(
        atMs,
        null,
        newest.timerLagMs,
        `the timer of k6 came ${formatValue(newest.timerLagMs, 'milliseconds')} late`,
      );
    if (metric.name === 'generator_late') {
      const windows = this.#over(overMs, false);
      const late = sumOf(windows, 'late');
      const all = late + sumOf(windows, 'started') + sumOf(windows, 'starved');
      return shareOf(atMs, late, all, condition.minCount ?? metric.minCount ?? 0, 'arrivals', overMs);
    }
    if (!newest.judged) return notJudged(atMs, null, 'time that is not judged');
    const windows = this.#over(overMs, true);
    const least = condition.minCount ?? metric.minCount ?? 0;
    const sum = (key: CountKey): number => sumOf(windows, key);
    const share = (count: number, of: number, things: string): Reading =>
      shareOf(atMs, count, of, least, things, overMs);
    switch (metric.name) {
      case 'error_rate':
        return share(sum('ended') - sum('ok'), sum('ended'), 'requests');
      case 'timeout_rate':
        return share(sum('timeouts'), sum('ended'), 'requests');
      case 'availability':
        return share(sum('ok'), sum('ended') + sum('starved'), 'requests and starved arrivals');
      case 'starved_rate':
        return share(sum('starved'), sum('started') + sum('starved'), 'arrivals');
      case 'check_failures':
        return share(sum('checksFailed'), sum('checksFailed') + sum('checksPassed'), 'checks');
      case 'served_rate':
      case 'served_share':
        return this.#served(metric, atMs, windows, overMs);
      case 'in_flight':
        return exact(atMs, null, newest.inFlight, `${formatCount(newest.inFlight)} requests in flight`);
      case 'oldest_request': {
        const ageMs = newest.oldestRequestMs ?? 0;
        return exact(atMs, null, ageMs, `the oldest request in flight is ${formatValue(ageMs, 'milliseconds')} old`);
      }
      case 'up':
        return this.#up(atMs);
      default:
        return null;
    }
  }

  #served(metric: AlertMetric, atMs: number, windows: readonly Counts[], overMs: number): Reading {
    const answered = sumOf(windows, 'ended');
    const lengthMs = windows.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
    const planned = windows.reduce((sum, { startMs, endMs }) => sum + this.#time.plannedBetween(startMs, endMs), 0);
    const of = metric.name === 'served_rate' ? lengthMs / MINUTE_MS : planned / 100;
    if (of <= 0) return notJudged(atMs, null, 'nothing was planned');
    const unit = metric.name === 'served_rate' ? 'per_minute' : 'percent';
    // Arrivals are random: a count of n is known to about √n (score interval of a Poisson mean, 99 %).
    const spread = 2.576 * Math.sqrt(answered + 1.66);
    const bounds = { low: Math.max(0, answered + 3.32 - spread) / of, high: (answered + 3.32 + spread) / of };
    const evidence = `${formatValue(answered / of, unit)} (${formatCount(answered)} requests answered in ${formatDuration(overMs)}, ${formatCount(planned)} planned)`;
    return { atMs, instance: null, told: 'known', value: answered / of, ...bounds, evidence };
  }

  #up(atMs: number): Reading {
    if (!this.#wasAsked) return notJudged(atMs, null, 'nothing was asked yet');
    if (this.#outage === null || this.#outage.failed < MIN_FAILURES)
      return exact(atMs, null, 1, 'requests are answered');
    const { sinceMs, failed, asked } = this.#outage;
    // What follows from it is silent, so the share stands here.
    const share = formatValue((100 * failed) / asked, 'percent');
    const since = `${isoTime(sinceMs).slice(11, 19)} UTC`;
    const evidence = `${share} fail since ${since}: ${formatCount(failed)} of ${formatCount(asked)}`;
    return exact(atMs, null, 0, evidence);
  }

  /** As outages are judged: down while at least half of what is asked fails; silence carries the state on. */
  #watchUp({ startMs, judged, ended, ok, starved, oldestRequestMs }: Counts): void {
    if (!judged) return;
    const demand = ended + starved;
    const failed = demand - ok;
    const hangs = demand === 0 && (oldestRequestMs ?? 0) > this.#time.timeoutMs;
    if (demand === 0 && !hangs) return;
    this.#wasAsked = true;
    if (!hangs && failed / demand < DOWN_SHARE) {
      this.#outage = null;
      return;
    }
    const before = this.#outage ?? { sinceMs: startMs, failed: 0, asked: 0 };
    // A request that hangs beyond its time-out has failed, and is not counted yet.
    const { failed: failedNow, asked } = hangs ? { failed: 1, asked: 1 } : { failed, asked: demand };
    this.#outage = { ...before, failed: before.failed + failedNow, asked: before.asked + asked };
  }

  #over(overMs: number, judged: boolean): Counts[] {
    const untilMs = this.#newestEndMs ?? 0;
    const fromMs = untilMs - Math.max(overMs, 1);
    return this.#windows.filter((one) => one.endMs > fromMs && one.startMs < untilMs && (one.judged || !judged));
  }

  #counted(window: LoadWindow | WindowRow): Counts {
    const { startMs, endMs, iterations, inFlight, clock } = window;
    const counts: Counts = {
      ...{ startMs, endMs, ended: 0, ok: 0, timeouts: 0, checksPassed: 0, checksFailed: 0 },
      ...{ starved: iterations.starved, started: iterations.started, late: iterations.late },
      inFlight: inFlight.requests,
      oldestRequestMs: inFlight.oldestRequestMs,
      timerLagMs: clock.timerLagMs,
      judged: iterations.paused === 0 && notOfferedBecause(window) === null && this.#time.isJudged(startMs, endMs),
    };
    for (const { outcome, count } of window.requests) {
      counts.ended += count;
      if (outcome === 'ok') counts.ok += count;
      else if (outcome === 'timeout') counts.timeouts += count;
    }
    for (const { passes, fails } of window.checks) {
      counts.checksPassed += passes;
      counts.checksFailed += fails;
    }
    return counts;
  }
}

type CountKey = Exclude<keyof Counts, 'judged' | 'oldestRequestMs'>;

const sumOf = (windows: readonly Counts[], key: CountKey): number => windows.reduce((sum, one) => sum + one[key], 0);

/** A share in percent: as it is where there are enough things, else with its interval. */
function shareOf(atMs: number, count: number, of: number, least: number, things: string, overMs: number): Reading {
  if (of <= 0) return notJudged(atMs, null, `no ${things} in ${formatDuration(overMs)}`);
  const value = (100 * count) / of;
  const evidence = `${formatValue(value, 'percent')} (${formatCount(count)} of ${formatCount(of)} ${things} in ${formatDuration(overMs)})`;
  if (of >= least) return exact(atMs, null, value, evidence);
  const { low, high } = shareInterval(count, of);
  return { atMs, instance: null, told: 'known', value, low: 100 * low, high: 100 * high, evidence };
}
