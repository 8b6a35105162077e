/** The schedule's file: YAML, strict, in the manner of profiles. docs/schedule.md describes every key. */
import { z } from 'zod';
import { quote } from '../base/parsed.ts';
import { readInstant } from '../base/zone.ts';
import { CLOCK_RANGE_PATTERN, parseClockRange } from '../config/hours.ts';
import { section } from '../config/section.ts';
import { checkTargetUrl } from '../config/target.ts';
import { parseTimezone } from '../config/timezone.ts';
import { WEEKDAY_KEYS } from '../config/traffic.ts';
import { duration, nonEmptyText, textValue, value } from '../config/value.ts';
import { LABEL_NAME } from '../model/labels.ts';
import { CONFLICT_CHOICES } from '../model/schedule.ts';
import { parseCron } from './cron.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Of an entry: it is part of addresses of the API. */
export const ENTRY_NAME = /^[a-z][a-z0-9-]{0,63}$/;
export const PROFILE_NAME = /^[\w-][\w.-]{0,99}$/;

const timezone = value(parseTimezone, {
  type: 'string',
  description: 'IANA name of the zone whose clock is followed, right across clock changes',
  examples: ['Europe/Berlin', 'UTC'],
});

const targetUrl = value(checkTargetUrl, {
  type: 'string',
  description: 'base address of what is soaked; beats the target of the profile',
  examples: ['http://shop.staging.example:8080'],
});

const lateLimit = duration('a start that is later than this, because soakd was away or the target down, is missed', {
  minMs: MINUTE_MS,
  maxMs: 7 * DAY_MS,
  example: '1h',
});

const requestSchema = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE']).describe('GET unless told').optional(),
  path: z
    .string()
    .regex(/^\/\S*$/, { error: 'does not begin with /' })
    .describe('below the address of the target'),
  headers: z.record(z.string(), z.string()).describe('values may be env:NAME').optional(),
  within: duration('it is tried again for so long until it succeeds; 10m unless told', {
    minMs: MINUTE_MS,
    maxMs: DAY_MS,
    example: '10m',
  }).optional(),
});

const entrySchema = section(
  {
    cron: value(parseCron, {
      type: 'string',
      description: 'minute, hour, day of month, month, day of week; both days must hold',
      examples: ['0 8 * * sat'],
    }),
    timezone: timezone.optional(),
    week_of_month: z
      .int()
      .min(1, 'is no week of a month')
      .max(5, 'is no week of a month')
      .describe(
        'only in this week: 1 is the days 1 to 7, 2 the days 8 to 14, …; with a day of the week the n-th of the month',
      )
      .optional(),
    profile: z
      .string()
      .regex(PROFILE_NAME, { error: 'is no name of a profile' })
      .describe('name of a file in the folder of the profiles, without .yaml')
      .optional(),
    request: requestSchema.describe('one HTTP request to the target instead of a run').optional(),
    target: targetUrl.optional(),
    labels: z
      .record(z.string().regex(LABEL_NAME), value(textValue, { type: ['string', 'number', 'boolean'] }))
      .describe('free keys and values, kept with the run')
      .optional(),
    on_conflict: z
      .enum(CONFLICT_CHOICES)
      .describe('while another run has the target: skip this start, delay it, or absorb it into that run')
      .optional(),
    late_limit: lateLimit.optional(),
    delay_limit: duration('a start that waits for its target is given up after this; 24h unless told', {
      minMs: MINUTE_MS,
      maxMs: 7 * DAY_MS,
      example: '24h',
    }).optional(),
    rehearse: duration('compress the whole profile into this time: to try the schedule', {
      minMs: 30_000,
      maxMs: DAY_MS,
      example: '6m',
    }).optional(),
    enabled: z.boolean().describe('false: never starts by itself').optional(),
  },
  (_, given, report) => {
    const how = 'give either profile: NAME or request: { path: /health }';
    if (!given('profile') && !given('request')) report([], 'starts nothing', how);
    if (given('profile') && given('request')) report([], 'has both profile and request', how);
    if (given('request') && given('rehearse')) report(['rehearse'], 'goes with profile, not with request', 'remove it');
  },
);

const instantText = nonEmptyText('an instant, or a date and time by the clock of the zone: 2026-12-24 18:00');

const namesZone = (text: string): boolean => /(?:Z|[+-]\d\d:?\d\d)$/i.test(text.slice('2026-12-24'.length));

const blackoutSchema = section(
  {
    from: instantText.optional(),
    until: instantText.optional(),
    daily: value(parseClockRange, {
      type: 'string',
      pattern: CLOCK_RANGE_PATTERN,
      description: 'by the clock on the wall, each day or on the days of `weekdays`',
      examples: ['02:00-04:00'],
    }).optional(),
    weekdays: z
      .array(z.enum(WEEKDAY_KEYS))
      .min(1, 'is empty')
      .describe('only the days that begin so; for daily')
      .optional(),
    timezone: timezone.optional(),
    reason: nonEmptyText('why nothing may start'),
  },
  ({ from, until, timezone: zone = 'UTC' }, given, report) => {
    const how = 'give either from: and until:, or daily: 02:00-04:00';
    const fixed = given('from') || given('until');
    if (!fixed && !given('daily')) report([], 'says not when', how);
    if (fixed && given('daily')) report([], 'has both from or until and daily', how);
    else if (given('from') !== given('until')) report([], 'has only one of from and until', how);
    for (const key of ['from', 'until'] as const) {
      const text = key === 'from' ? from : until;
      if (text !== undefined && readInstant(text, zone) === null)
        report([key], `${quote(text)} is no instant`, 'write 2026-12-24 18:00, or 2026-12-24T18:00:00Z');
    }
    // Which of two comes first the zone of the file says only where one of them names its own.
    if (from !== undefined && until !== undefined && namesZone(from) === namesZone(until)) {
      const [fromMs, untilMs] = [readInstant(from, zone), readInstant(until, zone)];
      if (fromMs !== null && untilMs !== null && untilMs <= fromMs)
        report(['until'], 'ends before it begins', 'exchange from and until');
    }
    if (given('weekdays') && fixed) report(['weekdays'], 'goes with daily, not with from and until', 'remove it');
  },
);

export const scheduleSchema = z.strictObject({
  profiles: nonEmptyText('folder of the profiles, relative to this file; its own folder unless told').optional(),
  timezone: timezone.describe('of entries and blackouts that name none; UTC unless told').optional(),
  target: targetUrl.describe('of entries that name none').optional(),
  late_limit: lateLimit.describe('of entries that name none; 1h unless told').optional(),
  entries: z
    .record(z.string().regex(ENTRY_NAME), entrySchema)
    .describe('what is started when; of two that are due at one moment the one that stands first has its turn first'),
  blackouts: z
    .array(blackoutSchema)
    .max(1000, 'has more than 1000 entries')
    .describe('nothing is started inside')
    .optional(),
});

export type ScheduleInput = z.output<typeof scheduleSchema>;

/** As JSON Schema, for editors. */
export const scheduleJsonSchema = (): object => ({
  $id: 'schedule.schema.json',
  title: 'soakd schedule',
  ...z.toJSONSchema(scheduleSchema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' }),
});
