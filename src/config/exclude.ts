import { z } from 'zod';
import { parseDuration } from '../base/duration.ts';
import { type Parsed, parsed, quote, unreadable } from '../base/parsed.ts';
import type { Exclusion } from '../model/profile.ts';
import { CLOCK_RANGE_PATTERN, parseClockRange } from './hours.ts';
import { section } from './section.ts';
import { WEEKDAY_KEYS } from './traffic.ts';
import { nonEmptyText, value } from './value.ts';

/** `12h-14h`, since the start of the run. */
export function parseRunRange(input: unknown): Parsed<{ fromMs: number; untilMs: number }> {
  const [fromText, untilText, more] = typeof input === 'string' ? input.split(/\s*(?:-|–|\.\.)\s*/) : [];
  const from = fromText === '0' ? parsed(0) : parseDuration(fromText);
  const until = parseDuration(untilText);
  if (more !== undefined || !from.ok || !until.ok) {
    return unreadable(
      `${quote(input)} is not a stretch of the run`,
      'write for example 12h-14h, counted from the start',
    );
  }
  if (until.value <= from.value)
    return unreadable(`${quote(input)} ends before it begins`, `write ${untilText}-${fromText}`);
  return parsed({ fromMs: from.value, untilMs: until.value });
}

export const exclusionSchema = section(
  {
    daily: value(parseClockRange, {
      type: 'string',
      pattern: CLOCK_RANGE_PATTERN,
      description: 'by the clock on the wall, each day',
      examples: ['02:00-03:30'],
    }).optional(),
    weekdays: z
      .array(z.enum(WEEKDAY_KEYS))
      .min(1, 'is empty')
      .describe('only the days that begin so; for daily')
      .optional(),
    run: value(parseRunRange, {
      type: 'string',
      description: 'counted from the start of the run',
      examples: ['12h-14h'],
    }).optional(),
    reason: nonEmptyText('why it is not judged; the report says so'),
  },
  (_, given, report) => {
    const how = 'give either daily: 02:00-03:30 or run: 12h-14h';
    if (!given('daily') && !given('run')) report([], 'says not when', how);
    if (given('daily') && given('run')) report([], 'has both daily and run', how);
    else if (given('weekdays') && given('run')) report(['weekdays'], 'goes with daily, not with run', 'remove it');
  },
);

export const excludeSchema = z.array(exclusionSchema).max(100, 'has more than 100 entries');

/** The exclusions in the order in which they are written. */
export function resolveExclude(input: z.output<typeof excludeSchema>): Exclusion[] {
  return input.flatMap(({ daily, run, weekdays, reason }): Exclusion[] => {
    if (run !== undefined) return [{ kind: 'hours', ...run, reason }];
    if (daily === undefined) return [];
    return [
      {
        kind: 'daily',
        fromMinuteOfDay: daily.fromMinute,
        untilMinuteOfDay: daily.untilMinute,
        weekdays: weekdays?.map((day) => WEEKDAY_KEYS.indexOf(day)) ?? null,
        reason,
      },
    ];
  });
}
