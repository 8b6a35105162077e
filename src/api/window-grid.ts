import type { ArrivalPlan } from '../model/plan.ts';
import { addToSketch, emptySketch, mergeSketch, quantileOf, type Sketch } from '../model/sketch.ts';
import { requestsBetween } from '../plan/rate.ts';
import type { SketchRow, WindowRow } from '../store/store.ts';
import { addAt, emptyColumn, type Grid, stepAt } from './grid.ts';

export const WINDOW_COLUMNS = [
  'plannedRequests',
  'plannedIterations',
  'startedIterations',
  'finishedIterations',
  'starvedIterations',
  'lateIterations',
  'pausedIterations',
  'interruptedIterations',
  'requests',
  'failedRequests',
  'okRequests',
  'httpErrorRequests',
  'timeoutRequests',
  'connectRequests',
  'bytesSent',
  'bytesReceived',
  'inFlightRequests',
  'oldestRequestMs',
  'generatorLagMs',
  'leastServedPerMinute',
  'mostServedPerMinute',
  'worstFailedPercent',
] as const;
export type WindowColumn = (typeof WINDOW_COLUMNS)[number];

type Columns = Record<WindowColumn, (number | null)[]>;

const OUTCOME_COLUMNS = {
  ok: 'okRequests',
  http_error: 'httpErrorRequests',
  timeout: 'timeoutRequests',
  connect: 'connectRequests',
} as const;

/** What came within one minute of the wall clock: the finest of which a rate or a share says something. */
interface Minute {
  startMs: number;
  coveredMs: number;
  requests: number;
  failed: number;
}

const MINUTE_MS = 60_000;
/** A minute that was seen for less than this has no rate of its own. */
const LEAST_COVERED_MS = 30_000;

/**
 * Counters summed over each step; what is a level (in flight, lag) is the largest of the step; of rate and failures the extremes
 * by minute, where a step holds minutes. Null: no window.
 */
export class WindowGrid {
  readonly columns: Columns;
  readonly #grid: Grid;
  #minute: Minute | null = null;

  constructor(grid: Grid) {
    this.#grid = grid;
    const column = (): (number | null)[] => emptyColumn(grid);
    this.columns = {
      ...{ plannedRequests: column(), plannedIterations: column(), startedIterations: column() },
      ...{ finishedIterations: column(), starvedIterations: column(), lateIterations: column() },
      ...{ pausedIterations: column(), interruptedIterations: column(), requests: column() },
      ...{ failedRequests: column(), okRequests: column(), httpErrorRequests: column(), timeoutRequests: column() },
      ...{ connectRequests: column(), bytesSent: column(), bytesReceived: column(), inFlightRequests: column() },
      ...{ oldestRequestMs: column(), generatorLagMs: column() },
      ...{ leastServedPerMinute: column(), mostServedPerMinute: column(), worstFailedPercent: column() },
    };
  }

  add(window: WindowRow): void {
    const at = stepAt(this.#grid, window.startMs);
    if (at === null) return;
    const sum = (column: WindowColumn, value: number): void => addAt(this.columns[column], at, value);
    const peak = (column: WindowColumn, value: number | null): void => {
      const before = this.columns[column][at] ?? null;
      if (value !== null) this.columns[column][at] = before === null ? value : Math.max(before, value);
    };
    const { iterations, inFlight, clock, bytes } = window;
    sum('plannedIterations', iterations.planned);
    sum('startedIterations', iterations.started);
    sum('finishedIterations', iterations.finished);
    sum('starvedIterations', iterations.starved);
    sum('lateIterations', iterations.late);
    sum('pausedIterations', iterations.paused);
    sum('interruptedIterations', iterations.interrupted);
    // A window without requests is a fact, not a gap.
    for (const column of ['requests', 'failedRequests', ...Object.values(OUTCOME_COLUMNS)] as const) sum(column, 0);
    for (const { outcome, count } of window.requests) {
      sum('requests', count);
      if (outcome !== 'ok') sum('failedRequests', count);
      sum(OUTCOME_COLUMNS[outcome], count);
    }
    sum('bytesSent', bytes.sent);
    sum('bytesReceived', bytes.received);
    peak('inFlightRequests', inFlight.requests);
    peak('oldestRequestMs', inFlight.oldestRequestMs);
    peak('generatorLagMs', clock.timerLagMs);
    this.#addToMinute(window);
  }

  /** After the last window: the extremes of its minute. */
  close(): void {
    const minute = this.#minute;
    this.#minute = null;
    if (minute === null || minute.coveredMs < LEAST_COVERED_MS) return;
    const at = stepAt(this.#grid, minute.startMs);
    if (at === null) return;
    const { leastServedPerMinute: least, mostServedPerMinute: most, worstFailedPercent: worst } = this.columns;
    const rate = (minute.requests * MINUTE_MS) / minute.coveredMs;
    least[at] = Math.min(least[at] ?? rate, rate);
    most[at] = Math.max(most[at] ?? rate, rate);
    if (minute.requests === 0) return;
    const percent = (100 * minute.failed) / minute.requests;
    worst[at] = Math.max(worst[at] ?? percent, percent);
  }

  #addToMinute({ startMs, endMs, requests }: WindowRow): void {
    if (this.#grid.stepMs % MINUTE_MS !== 0) return;
    const minuteMs = Math.floor(startMs / MINUTE_MS) * MINUTE_MS;
    if (this.#minute?.startMs !== minuteMs) {
      this.close();
      this.#minute = { startMs: minuteMs, coveredMs: 0, requests: 0, failed: 0 };
    }
    this.#minute.coveredMs += endMs - startMs;
    for (const { outcome, count } of requests) {
      this.#minute.requests += count;
      if (outcome !== 'ok') this.#minute.failed += count;
    }
  }

  /** What the plan asked for in each step, whether or not a window came; null outside the run. */
  addPlan(plan: ArrivalPlan): void {
    const { fromMs, stepMs, count } = this.#grid;
    for (let at = 0; at < count; at++) {
      const stepFromMs = Math.max(plan.startMs, fromMs + at * stepMs);
      const stepUntilMs = Math.min(plan.endMs, fromMs + (at + 1) * stepMs);
      if (stepUntilMs > stepFromMs) this.columns.plannedRequests[at] = requestsBetween(plan, stepFromMs, stepUntilMs);
    }
  }
}

/** Latency over steps no finer than the sketches are stored: quantiles of all requests, a failure as the time-out. */
export class LatencyGrid {
  readonly #grid: Grid;
  readonly #sketches: (Sketch | null)[];
  readonly #timeoutMs: number;

  constructor(grid: Grid, timeoutMs: number) {
    this.#grid = grid;
    this.#timeoutMs = timeoutMs;
    this.#sketches = new Array<Sketch | null>(grid.count).fill(null);
  }

  /** The grid is the wall clock's, the stored slices begin with the judged time: the middle of a slice decides. */
  add({ atMs, stepMs, outcome, durationsMs }: SketchRow): void {
    const at = stepAt(this.#grid, atMs + stepMs / 2);
    if (at === null || durationsMs.count === 0) return;
    const sketch = this.#sketches[at] ?? emptySketch();
    this.#sketches[at] = sketch;
    if (outcome === 'ok') mergeSketch(sketch, durationsMs);
    else addToSketch(sketch, Math.max(this.#timeoutMs, quantileOf(durationsMs, 0.5) ?? 0), durationsMs.count);
  }

  columns(): Record<'p50Ms' | 'p95Ms' | 'p99Ms', (number | null)[]> {
    const column = (quantile: number): (number | null)[] =>
      this.#sketches.map((sketch) => (sketch === null ? null : quantileOf(sketch, quantile)));
    return { p50Ms: column(0.5), p95Ms: column(0.95), p99Ms: column(0.99) };
  }
}
