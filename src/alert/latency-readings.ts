import { formatCount, formatDuration, formatValue } from '../base/quantity.ts';
import type { AlertCondition } from '../model/alert.ts';
import type { AlertMetric } from '../model/alert-metrics.ts';
import { stepStart } from '../model/duration-grid.ts';
import { addToSketch, emptySketch, mergeSketch, quantileOf, type Sketch } from '../model/sketch.ts';
import type { LoadWindow } from '../model/window.ts';
import type { SketchRow, WindowRow } from '../store/store.ts';
import { notJudged, type Reading } from './reading.ts';
import type { RunTime } from './run-time.ts';
import { shareInterval } from './share-interval.ts';

const MINUTE_MS = 60_000;

interface Minute {
  durations: Sketch;
  /** Every window of it was judged: a minute that is not is left out as a whole, as its stored durations are one. */
  judged: boolean;
}

/** Durations minute by minute, as the store keeps them: so a watch that was rebuilt from rows says the same. */
export class LatencyReadings {
  readonly #time: RunTime;
  readonly #keepMs: number;
  readonly #minutes = new Map<number, Minute>();
  #toldUntilMs = Number.NEGATIVE_INFINITY;

  constructor(time: RunTime, keepMs: number) {
    this.#time = time;
    this.#keepMs = keepMs;
  }

  /** A window as k6 wrote it: its counters, and the durations of what went well. */
  add(window: LoadWindow, judged: boolean): void {
    this.addCounters(window, judged);
    for (const { outcome, durationsMs } of window.requests)
      if (outcome === 'ok') mergeSketch(this.#minuteAt(window.startMs).durations, durationsMs);
  }

  /** A window as stored: its durations come by `addStored`. A failed request counts as long as its time-out. */
  addCounters(window: LoadWindow | WindowRow, judged: boolean): void {
    const minute = this.#minuteAt(window.startMs);
    minute.judged &&= judged;
    for (const { outcome, count } of window.requests)
      if (outcome !== 'ok') addToSketch(minute.durations, this.#time.timeoutMs, count);
  }

  /** What was merged to longer steps is taken as of the last minute of its step. */
  addStored({ atMs, stepMs, outcome, durationsMs }: SketchRow): void {
    if (outcome === 'ok') mergeSketch(this.#minuteAt(atMs + stepMs - 1).durations, durationsMs);
  }

  /** Ends of the minutes that are over by `atMs` and were not given before, in order. */
  completed(atMs: number): number[] {
    const starts = [...this.#minutes.keys()].toSorted((a, b) => a - b);
    const ends = starts
      .map((startMs) => startMs + MINUTE_MS)
      .filter((endMs) => endMs <= atMs && endMs > this.#toldUntilMs);
    this.#toldUntilMs = Math.max(this.#toldUntilMs, ends.at(-1) ?? this.#toldUntilMs);
    for (const startMs of starts) if (startMs < atMs - this.#keepMs - MINUTE_MS) this.#minutes.delete(startMs);
    return ends;
  }

  /** What a rule asks at the end of a minute. */
  read(metric: AlertMetric, condition: AlertCondition, atMs: number): Reading {
    const overMs = condition.overMs ?? metric.overMs;
    if (this.#minutes.get(atMs - MINUTE_MS)?.judged !== true) return notJudged(atMs, null, 'time that is not judged');
    const all = emptySketch();
    for (const [startMs, { durations, judged }] of this.#minutes)
      if (judged && startMs >= atMs - overMs && startMs < atMs) mergeSketch(all, durations);
    const quantile = Number(metric.name.slice(-2)) / 100;
    const value = quantileOf(all, quantile);
    if (value === null) return notJudged(atMs, null, `no requests in ${formatDuration(overMs)}`);
    const evidence = `${formatValue(value, 'milliseconds')} (${formatCount(all.count)} requests in ${formatDuration(overMs)})`;
    const reading = { atMs, instance: null, told: 'known' as const, value, evidence };
    if (all.count >= (condition.minCount ?? metric.minCount ?? 0)) return { ...reading, low: value, high: value };
    // The ranks that enclose the quantile of all requests that there might have been.
    const ranks = shareInterval(quantile * all.count, all.count);
    const isBounded = ranks.high * all.count <= all.count - 1;
    return {
      ...reading,
      low: quantileOf(all, ranks.low) ?? value,
      high: isBounded ? (quantileOf(all, ranks.high) ?? value) : Number.POSITIVE_INFINITY,
    };
  }

  #minuteAt(atMs: number): Minute {
    const startMs = stepStart(atMs, MINUTE_MS, this.#time.minutesOriginMs);
    const known = this.#minutes.get(startMs);
    if (known !== undefined) return known;
    const minute = { durations: emptySketch(), judged: true };
    this.#minutes.set(startMs, minute);
    return minute;
  }
}
