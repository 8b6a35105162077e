import { formatDuration } from '../base/quantity.ts';
import type { AlertCondition } from '../model/alert.ts';
import type { AlertMetric } from '../model/alert-metrics.ts';
import { RUN_STATES, type RunEvent, type RunState } from '../model/run.ts';
import type { SeriesInfo } from '../model/sample.ts';
import { TREND_STATES } from '../model/verdict.ts';
import { exact, notJudged, type Reading } from './reading.ts';
import type { RunTime } from './run-time.ts';

/** The longest time that a condition may look back. */
const LONGEST_OVER_MS = 24 * 3_600_000;
const WORDS: readonly string[] = TREND_STATES;

/** Counted over a time that passes, so that an alert about it is over at last. */
type Counted = 'k6_restarts' | 'target_restarts' | 'missed_ticks';

interface Source {
  kind: string;
  /** null: it can be read. */
  failedMs: number | null;
  reason: string;
}

/** What events tell, and the time between them: sources, the state of the run, counts of what happened, trends. */
export class MomentReadings {
  readonly #time: RunTime;
  readonly #sources = new Map<string, Source>();
  readonly #trends = new Map<string, { state: number; why: string; atMs: number }>();
  readonly #counted: { metric: Counted; atMs: number; count: number }[] = [];
  #state: RunState;

  constructor(time: RunTime, state: RunState) {
    this.#time = time;
    this.#state = state;
  }

  addSeries(series: readonly SeriesInfo[]): void {
    for (const { source, kind, role } of series)
      if (role !== 'generator' && role !== 'self') {
        // One that failed before it gave a series is known by its failure, and its kind only now.
        const known = this.#sources.get(source) ?? { failedMs: null, reason: '' };
        this.#sources.set(source, { ...known, kind });
      }
  }

  setState(state: RunState): void {
    this.#state = state;
  }

  addEvent({ kind, atMs, data, message }: RunEvent): void {
    const source = typeof data.source === 'string' ? data.source : null;
    if (kind === 'source_failed' && source !== null) {
      // A soakd that was started again finds anew what was blind before: it has been blind since.
      const known = this.#sources.get(source) ?? { kind: '', failedMs: null };
      this.#sources.set(source, { ...known, failedMs: known.failedMs ?? atMs, reason: String(data.reason ?? message) });
    } else if (kind === 'source_recovered' && source !== null) {
      const known = this.#sources.get(source) ?? { kind: '' };
      this.#sources.set(source, { ...known, failedMs: null, reason: '' });
    } else if (kind === 'k6_exited' || kind === 'k6_start_failed') this.#count('k6_restarts', atMs, 1);
    else if (kind === 'target_restarted') {
      // A deploy in excluded time, and what happens in the warm-up, is nobody's trouble.
      if (this.#time.isJudged(atMs - 1, atMs)) this.#count('target_restarts', atMs, 1);
    } else if (kind === 'ticks_missed' || kind === 'samples_missed')
      this.#count('missed_ticks', atMs, Number(data.intervals ?? 0));
    else if (kind === 'trend_changed' && typeof data.series === 'string') {
      const state = WORDS.indexOf(String(data.to));
      if (state >= 0) this.#trends.set(data.series, { state, why: message, atMs });
    }
  }

  /** What is said of each series at an instant: it holds until something else is said. */
  trends(atMs: number): Reading[] {
    return [...this.#trends].map(([series, known]) =>
      exact(Math.max(atMs, known.atMs), series, known.state, known.why),
    );
  }

  /** What a rule asks at an instant: one reading for each source, or one for the run. */
  read(
    metric: AlertMetric,
    atMs: number,
    newestWindowEndMs: number | null,
    asked: Pick<AlertCondition, 'overMs'> = { overMs: null },
  ): Reading[] {
    switch (metric.name) {
      case 'redis_up':
      case 'sampler_up':
        return [...this.#sources].flatMap(([name, source]) => {
          if (metric.name === 'redis_up' && source.kind !== 'redis') return [];
          // A blind sampler is soakd's own trouble, at any time; a dependency that is away counts when time counts.
          if (metric.name === 'redis_up' && !this.#time.isJudged(atMs - 1, atMs))
            return [notJudged(atMs, name, 'time that is not judged')];
          const since = source.failedMs === null ? '' : ` for ${formatDuration(atMs - source.failedMs)}`;
          const evidence =
            source.failedMs === null ? `${name} can be read` : `${name} cannot be read${since}: ${source.reason}`;
          return [exact(atMs, name, source.failedMs === null ? 1 : 0, evidence)];
        });
      case 'run_state':
        return [exact(atMs, null, RUN_STATES.indexOf(this.#state), `the run is ${this.#state.replace('_', ' ')}`)];
      case 'load_silence':
        return [this.#silence(atMs, newestWindowEndMs)];
      case 'k6_restarts':
      case 'target_restarts':
      case 'missed_ticks': {
        const overMs = asked.overMs ?? metric.overMs;
        const count = this.#counted
          .filter((one) => one.metric === metric.name && one.atMs > atMs - overMs && one.atMs <= atMs)
          .reduce((sum, one) => sum + one.count, 0);
        return [exact(atMs, null, count, `${count} in ${formatDuration(overMs)}`)];
      }
      default:
        return [];
    }
  }

  #count(metric: Counted, atMs: number, count: number): void {
    this.#counted.push({ metric, atMs, count });
    while ((this.#counted[0]?.atMs ?? atMs) <= atMs - LONGEST_OVER_MS) this.#counted.shift();
  }

  /** Load that is planned and not paused, and of which no window tells. */
  #silence(atMs: number, newestWindowEndMs: number | null): Reading {
    const isPlanned = this.#state === 'running' || this.#state === 'warming_up';
    if (!isPlanned || this.#time.plannedPerMinute(atMs) <= 0 || atMs <= this.#time.startMs)
      return notJudged(atMs, null, 'no load is planned');
    const sinceMs = Math.max(this.#time.startMs, newestWindowEndMs ?? 0);
    const ms = Math.max(0, atMs - sinceMs);
    return exact(atMs, null, ms, `k6 has told nothing for ${formatDuration(ms)}`);
  }
}
