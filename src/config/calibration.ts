import { z } from 'zod';
import { formatDuration } from '../base/duration.ts';
import { type Parsed, parsed, quote, unreadable } from '../base/parsed.ts';
import type { Calibration, Traffic } from '../model/profile.ts';
import type { ResolveContext } from './resolve.ts';
import { section } from './section.ts';
import { parseRate } from './traffic.ts';
import { duration, value } from './value.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A run this long has a second day, which shows each hour's load again; a shorter one gets windows unasked. */
const DEFAULT_BELOW_MS = 48 * HOUR_MS;
const DEFAULT_EVERY_MS = 3 * HOUR_MS;
/** Ten samples at the default interval, and at least one whole slice of five minutes of durations. */
const DEFAULT_LENGTH_MS = 10 * MINUTE_MS;

const RATE_HINT = 'write base, a multiple of it such as 0.5x, or requests a minute such as 30 or 2/s';

/** One rate for all windows: `base`, a multiple of the base rate (`0.5x`), or a rate of its own (`30`, `2/s`). */
export function parseCalibrationRate(input: unknown): Parsed<{ timesBase: number } | { perMinute: number }> {
  if (input === 'base') return parsed({ timesBase: 1 });
  const [, factor] = (typeof input === 'string' ? /^([0-9]+(?:\.[0-9]+)?)\s*[x×]$/i.exec(input.trim()) : null) ?? [];
  if (factor === undefined) {
    const rate = parseRate(input);
    return rate.ok ? parsed({ perMinute: rate.value }) : unreadable(rate.problem, RATE_HINT);
  }
  const timesBase = Number(factor);
  if (timesBase <= 0) return unreadable(`${quote(input)} is not above 0`, RATE_HINT);
  if (timesBase > 1000) return unreadable(`${quote(input)} is above 1000 times the base rate`, RATE_HINT);
  return parsed({ timesBase });
}

const settingsSchema = section(
  {
    every: duration('from the start of one window to the start of the next; the first follows the warm-up', {
      minMs: 10 * MINUTE_MS,
      maxMs: 60 * DAY_MS,
      example: '3h',
    }).optional(),
    length: duration('how long a window keeps its rate', {
      minMs: MINUTE_MS,
      maxMs: 6 * HOUR_MS,
      example: '10m',
    }).optional(),
    rate: value(parseCalibrationRate, {
      type: ['number', 'string'],
      description: 'the one rate of all windows: base, a multiple of it, or requests a minute',
      examples: ['base', '0.5x', 30],
    }).optional(),
  },
  (right, given, report) => {
    const everyMs = right.every ?? (given('every') ? null : DEFAULT_EVERY_MS);
    const lengthMs = right.length ?? (given('length') ? null : DEFAULT_LENGTH_MS);
    if (everyMs === null || lengthMs === null || 2 * lengthMs <= everyMs) return;
    const problem = `windows of ${formatDuration(lengthMs)} take more than half of every ${formatDuration(everyMs)}`;
    if (given('length')) report(['length'], problem, `write at most ${formatDuration(everyMs / 2)}`);
    else report(['every'], problem, `write at least ${formatDuration(2 * lengthMs)}`);
  },
);

/** `on`, `off`, or what to do otherwise than by default. */
export const calibrationSchema = z.union([z.literal(['on', 'off', true, false]), settingsSchema]);

/**
 * The calibration windows of a profile, null for none. `input` is null when the profile does not speak of them: then
 * a run under 48 h has some if two fit into it.
 */
export function resolveCalibration(
  input: z.output<typeof calibrationSchema> | null,
  { baseRatePerMinute, warmupMs }: Traffic,
  sampleIntervalMs: number,
  { durationMs, fallback, problem }: ResolveContext,
): Calibration | null {
  const at = 'calibration';
  if (input === 'off' || input === false) return null;
  if (input === null) {
    const preset = presetFor(durationMs, warmupMs);
    const windows = { everyMs: DEFAULT_EVERY_MS, lengthMs: DEFAULT_LENGTH_MS, requestsPerMinute: baseRatePerMinute };
    return fallback<Calibration | null>([at], undefined, preset.on ? windows : null, preset.text);
  }
  const given: z.output<typeof settingsSchema> = typeof input === 'object' ? input : {};
  const everyMs = fallback([at, 'every'], given.every, DEFAULT_EVERY_MS, formatDuration(DEFAULT_EVERY_MS));
  const lengthMs = fallback([at, 'length'], given.length, DEFAULT_LENGTH_MS, formatDuration(DEFAULT_LENGTH_MS));
  const rate = fallback([at, 'rate'], given.rate, { timesBase: 1 }, 'base');
  if (lengthMs < sampleIntervalMs) {
    problem(
      given.length === undefined ? [at] : [at, 'length'],
      `windows of ${formatDuration(lengthMs)} are shorter than the sampling interval of ${formatDuration(sampleIntervalMs)}`,
      `write a length of at least ${formatDuration(sampleIntervalMs)}`,
    );
  }
  return {
    everyMs,
    lengthMs,
    requestsPerMinute: 'perMinute' in rate ? rate.perMinute : rate.timesBase * baseRatePerMinute,
  };
}

/** A single window compares with nothing. */
function presetFor(durationMs: number, warmupMs: number): { on: boolean; text: string } {
  if (durationMs >= DEFAULT_BELOW_MS) return { on: false, text: 'off (on in runs under 48h)' };
  if (warmupMs + DEFAULT_EVERY_MS + DEFAULT_LENGTH_MS > durationMs) {
    return { on: false, text: 'off (the run is too short for two windows)' };
  }
  return { on: true, text: 'every 3h, 10m at the base rate (runs under 48h)' };
}
