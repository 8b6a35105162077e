import type { Stretch } from '../base/stretches.ts';
import { stepStart } from '../model/duration-grid.ts';
import { addToSketch, emptySketch, mergeSketch, quantileOf, type Sketch } from '../model/sketch.ts';
import type { LoadWindow } from '../model/window.ts';
import type { SketchRow, WindowRow } from '../store/store.ts';

const MINUTE_MS = 60_000;
/** k6 writes a window each 10 s: nothing for this long means that there is no rate to tell. */
const STALE_MS = 60_000;
/** Latency and error rate are told over five minutes, as the alert rules of the reliability plan (§10.2) do. */
const RECENT_MINUTES = 5;

interface Counts {
  startMs: number;
  endMs: number;
  started: number;
  requests: number;
  failed: number;
}

/** The newest minute of windows: rates, and the stretches that they are rates of. */
export interface LastMinute {
  startedPerMinute: number;
  requestsPerMinute: number;
  stretches: Stretch[];
}

/**
 * The last five minutes of load, window by window, in constant memory. Durations are kept by
 * minute, as the store keeps them, so that a projection rebuilt from rows says the same.
 */
export class RecentLoad {
  readonly #timeoutMs: number;
  readonly #originMs: number;
  #windows: Counts[] = [];
  readonly #minutes = new Map<number, Sketch>();
  #newestEndMs: number | null = null;

  /**
   * `timeoutMs`: a failed request counts as this slow (docs/formulas.md, latency). `originMs`: where the steps begin into
   * which the store merges durations.
   */
  constructor(timeoutMs: number, originMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#originMs = originMs;
  }

  /** End of the newest window, Unix ms. */
  get newestEndMs(): number | null {
    return this.#newestEndMs;
  }

  addWindow(window: LoadWindow): void {
    this.addCounters(window);
    for (const cell of window.requests) {
      if (cell.outcome === 'ok') this.#addDurations(this.#minuteOf(window.startMs), cell.durationsMs);
    }
  }

  /** A stored window, or the counters of a fresh one. */
  addCounters(window: WindowRow | LoadWindow): void {
    let requests = 0;
    let failed = 0;
    for (const cell of window.requests) {
      requests += cell.count;
      if (cell.outcome !== 'ok') failed += cell.count;
    }
    this.#newestEndMs = Math.max(this.#newestEndMs ?? window.endMs, window.endMs);
    const { startMs, endMs } = window;
    this.#windows.push({ startMs, endMs, started: window.iterations.started, requests, failed });
    this.#forget();
    if (failed > 0) this.#withMinute(this.#minuteOf(startMs), (minute) => addToSketch(minute, this.#timeoutMs, failed));
  }

  /** Durations as stored; only needed when rebuilding. */
  addStoredDurations(row: SketchRow): void {
    if (row.outcome === 'ok') this.#addDurations(this.#minuteOf(row.atMs), row.durationsMs);
  }

  /** Iterations started and requests answered a minute, over the newest minute of windows; null when it is stale. */
  lastMinute(nowMs: number): LastMinute | null {
    if (this.#isStale(nowMs, STALE_MS)) return null;
    const newest = this.#newestEndMs ?? 0;
    let coveredMs = 0;
    let started = 0;
    let requests = 0;
    const stretches: Stretch[] = [];
    for (const window of this.#windows) {
      if (window.endMs <= newest - MINUTE_MS) continue;
      coveredMs += window.endMs - window.startMs;
      stretches.push({ fromMs: window.startMs, untilMs: window.endMs });
      started += window.started;
      requests += window.requests;
    }
    if (coveredMs <= 0) return null;
    const perMinute = (count: number): number => (count * MINUTE_MS) / coveredMs;
    return { startedPerMinute: perMinute(started), requestsPerMinute: perMinute(requests), stretches };
  }

  /** Share of failed requests in percent over five minutes; null without requests. */
  errorRatePercent(nowMs: number): number | null {
    if (this.#isStale(nowMs)) return null;
    let requests = 0;
    let failed = 0;
    for (const window of this.#windows) {
      requests += window.requests;
      failed += window.failed;
    }
    return requests === 0 ? null : (100 * failed) / requests;
  }

  latency(nowMs: number): { p50Ms: number | null; p95Ms: number | null; p99Ms: number | null } {
    if (this.#isStale(nowMs)) return { p50Ms: null, p95Ms: null, p99Ms: null };
    const all = emptySketch();
    for (const minute of this.#minutes.values()) mergeSketch(all, minute);
    return { p50Ms: quantileOf(all, 0.5), p95Ms: quantileOf(all, 0.95), p99Ms: quantileOf(all, 0.99) };
  }

  #isStale(nowMs: number, limitMs = RECENT_MINUTES * MINUTE_MS): boolean {
    return this.#newestEndMs === null || nowMs - this.#newestEndMs > limitMs;
  }

  #addDurations(minuteMs: number, durations: Sketch): void {
    this.#withMinute(minuteMs, (minute) => mergeSketch(minute, durations));
  }

  #withMinute(minuteMs: number, add: (minute: Sketch) => void): void {
    if (minuteMs < this.#oldestMinuteMs()) return;
    let minute = this.#minutes.get(minuteMs);
    if (minute === undefined) {
      minute = emptySketch();
      this.#minutes.set(minuteMs, minute);
    }
    add(minute);
  }

  #oldestMinuteMs(): number {
    return this.#newestEndMs === null ? 0 : this.#minuteOf(this.#newestEndMs - 1) - (RECENT_MINUTES - 1) * MINUTE_MS;
  }

  #minuteOf(atMs: number): number {
    return stepStart(atMs, MINUTE_MS, this.#originMs);
  }

  #forget(): void {
    const oldestMs = this.#oldestMinuteMs();
    if ((this.#windows[0]?.startMs ?? oldestMs) < oldestMs) {
      this.#windows = this.#windows.filter((window) => window.startMs >= oldestMs);
    }
    for (const minuteMs of this.#minutes.keys()) if (minuteMs < oldestMs) this.#minutes.delete(minuteMs);
  }
}
