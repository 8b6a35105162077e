import { z } from 'zod';
import { formatDuration } from '../base/duration.ts';
import { type Parsed, parsed, quote, unreadable } from '../base/parsed.ts';
import type { RecordedCurve, Traffic } from '../model/profile.ts';
import { parseCurveCsv } from './curve-file.ts';
import { parseHours } from './hours.ts';
import { unusableFile } from './named-file.ts';
import type { ResolveContext } from './resolve.ts';
import { section } from './section.ts';
import { parseTimezone } from './timezone.ts';
import { duration, multiplier, nonEmptyText, value } from './value.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const PER_MINUTE: Record<string, number> = {
  s: 60,
  sec: 60,
  second: 60,
  min: 1,
  m: 1,
  minute: 1,
  h: 1 / 60,
  hour: 1 / 60,
};

/** Requests a minute: a number, `30/min`, `2/s` or `1800/h`. */
export function parseRate(input: unknown): Parsed<number> {
  const [, count, unit] =
    (typeof input === 'string'
      ? /^([0-9.]+)\s*(?:req(?:uests)?)?\s*(?:\/|per)\s*([a-z]+)$/i.exec(input.trim())
      : null) ?? [];
  const rate = typeof input === 'number' ? input : Number(count) * (PER_MINUTE[unit ?? ''] ?? Number.NaN);
  if (!Number.isFinite(rate))
    return unreadable(`${quote(input)} is not a rate`, 'write requests a minute, for example 30, 30/min or 2/s');
  if (rate <= 0) return unreadable(`${quote(input)} is not above 0`, 'write requests a minute, for example 30');
  if (rate > 6_000_000)
    return unreadable(`${quote(input)} is above 6000000 requests a minute`, 'it counts requests a minute, not an hour');
  return parsed(rate);
}

const hours = (description: string) =>
  value(parseHours, {
    type: ['array', 'string'],
    items: { type: 'integer', minimum: 0, maximum: 23 },
    description,
    examples: ['22-06'],
  });

const weekday = multiplier('factor on the load of this day');

export const WEEKDAY_KEYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export const curveSchema = z.strictObject({
  file: nonEmptyText('CSV file with the columns time and requests_per_minute, relative to the profile'),
  clock: z
    .enum(['day', 'run'])
    .describe('day: times of the clock on the wall, repeated daily; run: durations since the start')
    .optional(),
});

export const trafficSchema = section(
  {
    base_rate: value(parseRate, {
      type: ['number', 'string'],
      description: 'requests a minute at multiplier 1; counts requests, not conversations',
      examples: [30, '2/s'],
    }).optional(),
    peak_hours: hours('hours of the day with the peak multiplier').optional(),
    peak_multiplier: multiplier('load in peak hours; a window above it counts as stress').optional(),
    night_multiplier: multiplier('load at night').optional(),
    night_hours: hours('hours of the day with the night multiplier').optional(),
    hourly_multipliers: z
      .array(multiplier('factor on the load of this hour'))
      .length(24, 'needs 24 numbers, one for each hour from 0 to 23')
      .describe('factor for each hour of the day, 24 numbers; instead of peak and night hours')
      .optional(),
    weekday_multipliers: z
      .strictObject({
        mon: weekday.optional(),
        tue: weekday.optional(),
        wed: weekday.optional(),
        thu: weekday.optional(),
        fri: weekday.optional(),
        sat: weekday.optional(),
        sun: weekday.optional(),
      })
      .describe('factor for days of the week, on top of the hours; a day that is not named has 1')
      .optional(),
    ramp: duration('linear transition, centred on each change of the hour', {
      minMs: 0,
      maxMs: HOUR_MS,
      example: '5m',
    }).optional(),
    timezone: value(parseTimezone, {
      type: 'string',
      description: 'IANA name of the zone whose clock the hours follow, right across clock changes',
      examples: ['Europe/Berlin', 'UTC'],
    }).optional(),
    warmup: duration('stretch at the start that is loaded but not judged', {
      minMs: 0,
      maxMs: 2 * DAY_MS,
      example: '30m',
    }).optional(),
    arrivals: z
      .enum(['poisson', 'even'])
      .describe('gaps between arrivals: as independent users make them, or all equal')
      .optional(),
    seed: z
      .int()
      .min(0, 'is below 0')
      .max(2 ** 31 - 1, 'is too large')
      .describe('start of the random numbers: the same seed gives the same arrivals')
      .optional(),
    curve: curveSchema.describe('a recorded load, instead of multipliers by the hour').optional(),
  },
  (right, given, report) => {
    const byHours = ['peak_hours', 'night_hours', 'night_multiplier'] as const;
    if (!given('base_rate') && !given('curve')) {
      report([], 'base_rate is missing', 'add base_rate: 30 (requests a minute)');
    }
    for (const key of byHours.filter(given)) {
      if (!given('hourly_multipliers')) continue;
      report([key], 'contradicts hourly_multipliers, which sets all 24 hours', 'keep one of the two');
    }
    for (const key of ([...byHours, 'hourly_multipliers', 'ramp'] as const).filter(given)) {
      if (given('curve')) report([key], 'contradicts curve, which sets the whole load', 'keep one of the two');
    }
    if (right.curve?.clock === 'run' && given('weekday_multipliers')) {
      report(['weekday_multipliers'], 'contradicts a curve since the start of the run', 'keep one of the two');
    }
    if (given('peak_hours') && !given('peak_multiplier') && !given('curve')) {
      report(['peak_hours'], 'has no effect without peak_multiplier', 'add peak_multiplier: 2.5');
    }
    if (given('night_hours') && !given('night_multiplier') && !given('curve')) {
      report(['night_hours'], 'has no effect without night_multiplier', 'add night_multiplier: 0.3');
    }
    const night = given('night_hours') ? right.night_hours : given('night_multiplier') ? DEFAULT_NIGHT : [];
    const both = (right.peak_hours ?? []).filter((hour) => night?.includes(hour));
    if (both.length > 0) {
      report(
        ['peak_hours'],
        `${both.length === 1 ? 'hour' : 'hours'} ${both.join(', ')} ${both.length === 1 ? 'is' : 'are'} night hours too`,
        given('night_hours') ? 'let each hour be one of the two' : 'set night_hours; the default is 22-06',
      );
    }
  },
);

export const DEFAULT_NIGHT: readonly number[] = [22, 23, 0, 1, 2, 3, 4, 5];

export type TrafficInput = z.output<typeof trafficSchema>;

/** The traffic section with every default filled in. */
export function resolveTraffic(input: TrafficInput, curve: RecordedCurve | null, context: ResolveContext): Traffic {
  const at = 'traffic_pattern';
  const { fallback } = context;
  const hourly =
    input.hourly_multipliers ?? (curve === null ? multipliersByHour(input, context) : Array<number>(24).fill(1));
  const meanOfCurve =
    curve === null
      ? 1
      : curve.points.reduce((sum, { ratePerMinute }) => sum + ratePerMinute, 0) / Math.max(1, curve.points.length);
  const weekly = WEEKDAY_KEYS.map((day) => input.weekday_multipliers?.[day] ?? 1);
  if (hourly.every((factor) => factor === 0)) {
    const key = input.hourly_multipliers === undefined ? 'peak_multiplier' : 'hourly_multipliers';
    context.problem([at, key], 'leaves no load at all: the factor of each hour is 0', 'let an hour have more than 0');
  }
  if (weekly.every((factor) => factor === 0)) {
    const problem = 'leaves no load at all: the factor of each day is 0';
    context.problem([at, 'weekday_multipliers'], problem, 'let a day have more than 0');
  }
  const warmupMs = Math.min(HOUR_MS, context.durationMs / 10);
  const highest = Math.max(1, ...hourly);
  return {
    baseRatePerMinute:
      input.base_rate ??
      fallback([at, 'base_rate'], undefined, meanOfCurve || 1, `${meanOfCurve || 1} (mean of the curve)`),
    hourlyMultipliers: hourly,
    weekdayMultipliers: weekly,
    peakMultiplier: Math.max(
      1,
      fallback([at, 'peak_multiplier'], input.peak_multiplier, highest, `${highest} (the highest hour)`),
    ),
    rampMs: curve === null ? fallback([at, 'ramp'], input.ramp, 300_000, '5m') : 0,
    timezone: fallback(
      [at, 'timezone'],
      input.timezone,
      context.systemTimezone,
      `${context.systemTimezone} (zone of this machine)`,
    ),
    warmupMs: fallback(
      [at, 'warmup'],
      input.warmup,
      warmupMs,
      `${formatDuration(warmupMs)} (a tenth of the duration, at most 1h)`,
    ),
    arrivals: fallback([at, 'arrivals'], input.arrivals, 'poisson', 'poisson'),
    seed: fallback([at, 'seed'], input.seed, 1, '1'),
    curve,
  };
}

function multipliersByHour(input: TrafficInput, { fallback }: ResolveContext): number[] {
  const at = 'traffic_pattern';
  const peakHours = fallback([at, 'peak_hours'], input.peak_hours, [], '[] (none)');
  const night = fallback([at, 'night_multiplier'], input.night_multiplier, 1, '1');
  const nightHours =
    input.night_multiplier === undefined
      ? []
      : fallback([at, 'night_hours'], input.night_hours, [...DEFAULT_NIGHT], '22-06');
  return Array.from({ length: 24 }, (_, hour) => {
    if (peakHours.includes(hour)) return input.peak_multiplier ?? 1;
    return nightHours.includes(hour) ? night : 1;
  });
}

/** The curve that the profile names; null when its file is unusable, which is then a problem of the profile. */
export function readCurve(input: z.output<typeof curveSchema>, context: ResolveContext): RecordedCurve | null {
  const at = ['traffic_pattern', 'curve'] as const;
  const clock = context.fallback([...at, 'clock'], input.clock, 'day', 'day');
  let text: string;
  try {
    text = context.readFile(input.file);
  } catch (thrown) {
    context.problem([...at, 'file'], ...unusableFile(input.file, thrown));
    return null;
  }
  const { points, problems } = parseCurveCsv(text, clock);
  const [first, ...more] = problems;
  if (first !== undefined && !context.quoteFiles) {
    const lines = `line ${first.line}${more.length === 0 ? '' : `, and ${more.length} more`}`;
    const hint = '`soakd validate` where the file lies tells what is wrong with them';
    context.problem([...at, 'file'], `${quote(input.file)} is no curve: ${lines}`, hint);
    return null;
  }
  for (const { line, problem, hint } of problems) {
    context.problem([...at, 'file'], `line ${line} of ${input.file}: ${problem}`, hint);
  }
  if (problems.length === 0 && !points.some(({ ratePerMinute }) => ratePerMinute > 0)) {
    context.problem([...at, 'file'], `${quote(input.file)} holds no load`, 'add lines such as 09:30,45');
  }
  return { file: input.file, clock, points };
}
