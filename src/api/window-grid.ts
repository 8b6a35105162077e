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
] as const;
export type WindowColumn = (typeof WINDOW_COLUMNS)[number];

type Columns = Record<WindowColumn, (number | null)[]>;

const OUTCOME_COLUMNS = {
  ok: 'okRequests',
  http_error: 'httpErrorRequests',
  timeout: 'timeoutRequests',
  connect: 'connectRequests',
} as const;

/** Counters summed over each step; what is a level (in flight, lag) is the largest of the step. Null: no window. */
export class WindowGrid {
  readonly columns: Columns;
  readonly #grid: Grid;

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
