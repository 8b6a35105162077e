/**
 * Seeded traces of memory and durations as soaked services show them: a load that follows the hours, the sawtooth of
 * a garbage collector, correlated and white noise, and the disturbances that are taken for leaks.
 */
import { type Random, seededRandom } from '../../src/base/random.ts';
import type { Stretch } from '../../src/base/stretches.ts';
import type { DriftInput } from '../../src/detect/drift.ts';
import type { GrowthInput } from '../../src/detect/growth.ts';
import { addToSketch, emptySketch } from '../../src/model/sketch.ts';
import { normalNoise } from './noise.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What disturbs a clean trace. `plain` has load, sawtooth and noise only. */
export const DISTURBANCES = [
  'plain',
  'long collections',
  'cache that fills',
  'deploy step',
  'restarts',
  'slow noise',
] as const;
export type Disturbance = (typeof DISTURBANCES)[number];

export interface TraceOptions {
  seed: number;
  hours: number;
  disturbance: Disturbance;
  /** Percent of the level a day. */
  leakPercentPerDay: number;
  /** Distance of samples in minutes of profile time: 18 is a rehearsal of 72 h in four minutes. */
  stepMinutes?: number;
  /** The leak grows with requests instead of with time. */
  byRequests?: boolean;
}

interface Shape {
  random: Random;
  between: (low: number, high: number) => number;
  /** Relative load at an hour since the start. */
  load: (hour: number) => number;
}

function shapeOf(seed: number): Shape {
  const random = seededRandom(seed * 2654435761);
  for (let warm = 0; warm < 8; warm++) random();
  const between = (low: number, high: number): number => low + (high - low) * random();
  const startHour = between(0, 24);
  const night = between(0.2, 0.5);
  const peak = between(1.5, 3);
  const load = (hour: number): number => {
    const clock = (hour + startHour) % 24;
    return clock < 6 || clock >= 22 ? night : clock >= 10 && clock < 20 ? peak : 1;
  };
  return { random, between, load };
}

/** One reading a minute, all of it judged. */
export function memoryTrace({
  seed,
  hours,
  disturbance,
  leakPercentPerDay,
  byRequests = false,
  stepMinutes = 1,
}: TraceOptions): GrowthInput {
  const { random, between, load } = shapeOf(seed);
  const normal = normalNoise(seed + 77);
  const base = between(80e6, 2e9);
  const loadShare = between(0.02, 0.2);
  const sawtooth = {
    size: between(0.05, 0.4),
    hours: disturbance === 'long collections' ? between(2, 8) : between(0.05, 1),
  };
  const slow = disturbance === 'slow noise';
  const correlation = slow ? between(0.985, 0.998) : between(0.8, 0.97);
  const correlated = slow ? between(0.005, 0.015) : between(0.001, 0.006);
  const white = between(0.001, 0.006);
  const cache = disturbance === 'cache that fills' ? { size: between(0.05, 0.4), hours: between(1, 12) } : null;
  const step = disturbance === 'deploy step' ? { at: between(0.1, 0.9) * hours, size: between(0.03, 0.15) } : null;
  const restarts = disturbance === 'restarts' ? [between(0.15, 0.45) * hours, between(0.55, 0.85) * hours] : [];
  const samples: { atMs: number; value: number }[] = [];
  let state = normal();
  let tooth = random();
  let smooth = load(0);
  let born = 0;
  let leaked = 0;
  const meanLoad = Array.from({ length: 24 }, (_, hour) => load(hour)).reduce((sum, one) => sum + one, 0) / 24;
  for (let minute = 0; minute < hours * 60; minute++) {
    const hour = minute / 60;
    if (restarts.some((at) => at > hour - 1 / 60 && at <= hour)) {
      born = hour;
      leaked = 0;
    }
    const age = hour - born;
    smooth += (load(hour) - smooth) / 5;
    tooth += (0.3 + 0.7 * smooth) / 60 / sawtooth.hours;
    if (tooth >= 1) tooth = between(0, 0.1);
    state = correlation * state + Math.sqrt(1 - correlation * correlation) * normal();
    let level = 1 + loadShare * smooth + sawtooth.size * tooth + correlated * state + white * normal();
    if (cache !== null) level += cache.size * (1 - Math.exp(-age / cache.hours));
    if (step !== null && hour >= step.at) level += step.size;
    leaked += (leakPercentPerDay / 100 / 1440) * (byRequests ? load(hour) / meanLoad : 1);
    level += leaked;
    if (born > 0) level *= 1 - 0.3 * Math.exp(-age / 0.25);
    if (minute % stepMinutes === 0) samples.push({ atMs: minute * MINUTE_MS, value: base * level });
  }
  return {
    samples,
    intervalMs: stepMinutes * MINUTE_MS,
    compression: 1,
    restartsMs: restarts.map((at) => Math.ceil(at * 60) * MINUTE_MS),
    judged: [{ fromMs: 0, untilMs: hours * HOUR_MS }],
    meanLoad: meanOver(load),
    floors: true,
  };
}

/** Sketches of five minutes each; the p95 follows the load, noise, and a drift to `driftPercent` at the end. */
export function durationTrace(options: {
  seed: number;
  hours: number;
  driftPercent: number;
  ratePerMinute: number;
}): DriftInput {
  const { seed, hours, driftPercent, ratePerMinute } = options;
  const { random, between, load } = shapeOf(seed + 5000);
  const normal = normalNoise(seed + 99);
  const base = between(5, 400);
  const loadShare = between(0.02, 0.3);
  const shape = between(2.5, 6);
  const correlation = between(0.6, 0.95);
  const size = between(0.005, 0.03);
  let state = normal();
  let burst = 0;
  const slices: (Stretch & { durationsMs: ReturnType<typeof emptySketch> })[] = [];
  for (let slice = 0; slice < hours * 12; slice++) {
    const hour = slice / 12;
    state = correlation * state + Math.sqrt(1 - correlation * correlation) * normal();
    if (random() < 0.003) burst = 3;
    const slow = burst-- > 0 ? 1.5 : 1;
    const drift = (1 + driftPercent / 100) ** (hour / hours);
    const median = base * (1 + loadShare * load(hour) ** 2) * Math.exp(size * state) * slow * drift;
    const durationsMs = emptySketch();
    const count = Math.round(ratePerMinute * load(hour) * 5);
    const strata = Math.min(count, 60);
    for (let at = 0; at < strata; at++) {
      const weight = Math.floor(((at + 1) * count) / strata) - Math.floor((at * count) / strata);
      const quantile = Math.min(0.9999, (at + random()) / strata);
      addToSketch(durationsMs, median * (quantile / (1 - quantile)) ** (1 / shape), weight);
    }
    slices.push({ fromMs: slice * 5 * MINUTE_MS, untilMs: (slice + 1) * 5 * MINUTE_MS, durationsMs });
  }
  return { slices, compression: 1, meanLoad: meanOver(load) };
}

const meanOver =
  (load: (hour: number) => number) =>
  (fromMs: number, untilMs: number): number => {
    let sum = 0;
    for (let part = 0; part < 6; part++) sum += load((fromMs + ((part + 0.5) / 6) * (untilMs - fromMs)) / HOUR_MS);
    return (60 * sum) / 6;
  };
