import { formatDuration, formatValue } from '../base/quantity.ts';
import { notJudged, type Reading } from './reading.ts';
import type { RunTime } from './run-time.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A level is the median of so long: collections and single requests come and go within it. */
const LEVEL_MS = 10 * MINUTE_MS;
/** What was seen longer ago says nothing of the load's effect now; a day holds each hour of it once. */
const HISTORY_MS = 26 * HOUR_MS;
/** Memory may follow the load this much later: sessions end by their time-out, pools shrink slowly. */
const LAGS_MS = [0, 15 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS];
/** After a start caches and pools fill: growth then is none of a leak. */
const SETTLE_MS = 30 * MINUTE_MS;
/** Hours with a change of load of which its effect is learnt. */
const LEAST_HOURS = 10;
const LEAST_EXPLAINED = 0.5;
/** Hourly changes taken each ten minutes overlap sixfold, so their errors count as √6 times as large; three of them. */
const ERRORS = 3 * Math.sqrt(6);

interface Level {
  atMs: number;
  value: number;
}

/** Bytes for each request a minute more, from hourly changes before. */
interface Learnt {
  slope: number;
  error: number;
  lagMs: number;
}

/** What the load of the time did to memory, bytes, and what is not sure about it. */
interface LoadEffect {
  low: number;
  high: number;
  text: string;
}

/**
 * Growth of one series of memory over a time such as an hour, with what follows from the planned load taken out. A service
 * that follows its load grows every morning. What the load does is learnt from the hours before, by regression of hourly
 * changes on those of the planned load (whatever lag explains most); until it is known memory may follow the load up to
 * proportionally, at any lag, and growth that this could explain is none. Growth counts above the highest level of the day
 * before only, so that a sawtooth of collections is none either.
 */
export class MemoryGrowth {
  readonly #time: RunTime;
  #readings: Level[] = [];
  /** Medians of whole stretches of `LEVEL_MS`. */
  #levels: Level[] = [];
  #bornMs: number;
  /** What was learnt of the levels up to an instant: asked each minute, new each ten. */
  #known: { untilMs: number; learnt: Learnt | null } = { untilMs: Number.NaN, learnt: null };

  constructor(time: RunTime) {
    this.#time = time;
    this.#bornMs = time.startMs;
  }

  /** Another process: what its predecessor held says nothing of it. */
  restart(atMs: number): void {
    this.#bornMs = Math.max(this.#bornMs, atMs);
    this.#readings = this.#readings.filter((one) => one.atMs >= atMs);
    this.#levels = this.#levels.filter((one) => one.atMs > atMs);
    this.#known = { untilMs: Number.NaN, learnt: null };
  }

  /** A reading at the end of its interval, in order of time. */
  add(atMs: number, value: number): void {
    if (atMs < this.#bornMs) return;
    const before = this.#readings.at(-1);
    const block = (ms: number): number => Math.floor((ms - 1) / LEVEL_MS);
    if (before !== undefined && block(atMs) > block(before.atMs)) {
      const endMs = (block(before.atMs) + 1) * LEVEL_MS;
      const level = this.#level(endMs);
      if (level !== null) this.#levels.push({ atMs: endMs, value: level });
    }
    this.#readings.push({ atMs, value });
    const oldestMs = atMs - HISTORY_MS;
    if ((this.#readings[0]?.atMs ?? atMs) < oldestMs - HOUR_MS) {
      this.#readings = this.#readings.filter((one) => one.atMs >= oldestMs);
      this.#levels = this.#levels.filter((one) => one.atMs >= oldestMs);
    }
  }

  /** Growth in percent over `overMs` up to `atMs`, with the bounds that the load leaves. */
  read(series: string, atMs: number, overMs: number): Reading {
    const fromMs = atMs - overMs;
    if (this.#time.rehearsal) return notJudged(atMs, series, 'hours of a rehearsal pass in seconds');
    if (fromMs - LEVEL_MS < this.#bornMs + SETTLE_MS || !this.#time.isJudged(fromMs - LEVEL_MS, atMs))
      return notJudged(atMs, series, `not judged for ${formatDuration(overMs)} yet`);
    const now = this.#level(atMs);
    const then = this.#level(fromMs);
    if (now === null || then === null || then <= 0) return notJudged(atMs, series, 'too few readings');
    const earlier = this.#levels.filter((one) => one.atMs <= fromMs);
    const highest = earlier.reduce((most, { value }) => Math.max(most, value), then);
    const effect = this.#effect(earlier, then, fromMs, atMs);
    const value = (100 * (now - then)) / then;
    // The highest level counts as it was, whatever its load: more of it is not known to be a leak.
    const low = (100 * (now - Math.max(highest, then + effect.high))) / then;
    const high = (100 * (now - then - effect.low)) / then;
    const evidence = `${formatValue(value, 'percent')} in ${formatDuration(overMs)}, ${formatValue(then, 'bytes')} to ${formatValue(now, 'bytes')}; ${effect.text}; at least ${formatValue(Math.max(0, low), 'percent')} is neither load nor seen before`;
    return {
      atMs,
      instance: series,
      told: 'known',
      value,
      low: Math.min(low, value),
      high: Math.max(high, value),
      evidence,
    };
  }

  /** Median of the readings of the ten minutes before; null for fewer than half of them. */
  #level(atMs: number): number | null {
    const values: number[] = [];
    for (let at = this.#indexAfter(atMs) - 1; at >= 0; at--) {
      const one = this.#readings[at];
      if (one === undefined || one.atMs <= atMs - LEVEL_MS) break;
      values.push(one.value);
    }
    const wanted = LEVEL_MS / this.#time.sampleIntervalMs;
    if (values.length < Math.max(1, wanted / 2)) return null;
    const sorted = values.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? null;
  }

  /** Index of the first reading after an instant. */
  #indexAfter(atMs: number): number {
    let low = 0;
    let high = this.#readings.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#readings[middle]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Mean planned load of the ten minutes that ended `lagMs` before an instant. */
  #load(atMs: number, lagMs: number): number {
    const untilMs = atMs - lagMs;
    return this.#time.plannedBetween(untilMs - LEVEL_MS, untilMs) / (LEVEL_MS / MINUTE_MS);
  }

  #effect(earlier: readonly Level[], then: number, fromMs: number, atMs: number): LoadEffect {
    const learnt = this.#learnt(earlier);
    if (learnt !== null) {
      const change = this.#load(atMs, learnt.lagMs) - this.#load(fromMs, learnt.lagMs);
      const bounds = [learnt.slope - ERRORS * learnt.error, learnt.slope + ERRORS * learnt.error].map(
        (one) => one * change,
      );
      const text = `the planned load explains about ${formatValue(Math.max(0, learnt.slope * change), 'bytes')} of it, as in the hours before`;
      return { low: Math.min(...bounds), high: Math.max(...bounds), text };
    }
    const shares = LAGS_MS.map((lagMs) => {
      const loadThen = Math.max(this.#load(fromMs, lagMs), 1e-9);
      return (this.#load(atMs, lagMs) - loadThen) / loadThen;
    });
    const most = Math.max(0, ...shares);
    return {
      low: Math.max(-1, Math.min(0, ...shares)) * then,
      high: most * then,
      text:
        most < 0.01
          ? 'the planned load did not rise'
          : `the planned load rose by ${formatValue(100 * most, 'percent')}`,
    };
  }

  /** The same as it was while no level has been added. */
  #learnt(levels: readonly Level[]): Learnt | null {
    const untilMs = levels.at(-1)?.atMs ?? Number.NaN;
    if (untilMs !== this.#known.untilMs) this.#known = { untilMs, learnt: this.#learn(levels) };
    return this.#known.learnt;
  }

  #learn(levels: readonly Level[]): Learnt | null {
    if (levels.length < (LEAST_HOURS * HOUR_MS) / LEVEL_MS) return null;
    const at = new Map(levels.map(({ atMs, value }) => [atMs, value]));
    let best: (Learnt & { explained: number }) | null = null;
    for (const lagMs of LAGS_MS) {
      const pairs = levels.flatMap(({ atMs, value }) => {
        const before = at.get(atMs - HOUR_MS);
        if (before === undefined) return [];
        return [{ x: this.#load(atMs, lagMs) - this.#load(atMs - HOUR_MS, lagMs), y: value - before }];
      });
      const fit = fitted(pairs);
      if (fit !== null && fit.explained > (best?.explained ?? LEAST_EXPLAINED)) best = { ...fit, lagMs };
    }
    return best;
  }
}

/** Least squares with an intercept, which takes steady growth out of the effect of the load. */
function fitted(
  pairs: readonly { x: number; y: number }[],
): { slope: number; error: number; explained: number } | null {
  const count = pairs.length;
  if (count < 12) return null;
  const meanX = pairs.reduce((sum, { x }) => sum + x, 0) / count;
  const meanY = pairs.reduce((sum, { y }) => sum + y, 0) / count;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const { x, y } of pairs) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
    yy += (y - meanY) ** 2;
  }
  if (xx <= 0 || yy <= 0) return null;
  const slope = xy / xx;
  const left = Math.max(0, yy - slope * xy);
  return { slope, error: Math.sqrt(left / (count - 2) / xx), explained: 1 - left / yy };
}
