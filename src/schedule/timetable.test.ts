import { describe, expect, it } from 'vitest';
import { DAY_MS, MINUTE_MS } from '../base/zone.ts';
import type { Schedule } from '../model/schedule.ts';
import { readSchedule } from './read-schedule.ts';
import { timetable } from './timetable.ts';

const FROM_MS = Date.parse('2026-11-21T00:00:00Z');

const scheduleOf = (yaml: string, lengthMs = 100_000): Schedule => {
  const read = readSchedule(yaml, {
    fileName: 'schedule.yaml',
    defaultTargetUrl: 'http://staging.example:8080',
    profile: () => ({ ok: true, lengthMs, targetUrl: null }),
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.schedule;
};

const each = (minute: number, onConflict = 'skip', rest = ''): string =>
  `entries: { busy: { cron: "*/${minute} * * * *", profile: short, on_conflict: ${onConflict}, late_limit: 1m${rest} } }`;

describe('a timetable', () => {
  it('works out only the first starts when it is told how many, and those are the same', () => {
    const schedule = scheduleOf(`${each(1)}\nblackouts: [{ daily: 02:00-04:00, reason: backup }]`);
    const some = timetable(schedule, { fromMs: FROM_MS, untilMs: FROM_MS + 366 * DAY_MS, most: 500 });
    expect(some).toHaveLength(500);
    expect(some.at(-1)?.dueMs).toBe(FROM_MS + 499 * MINUTE_MS);
    const day = timetable(schedule, { fromMs: FROM_MS, untilMs: FROM_MS + DAY_MS });
    expect(some.slice(0, 490)).toEqual(day.slice(0, 490));
    expect(day.filter(({ outcome }) => outcome === 'blackout')).toHaveLength(120);
  });

  it('lets no queue grow of starts that rather skip: each begins within its late limit', () => {
    const rows = timetable(scheduleOf(each(1)), { fromMs: FROM_MS, untilMs: FROM_MS + 2 * 60 * MINUTE_MS });
    const delays = rows.flatMap(({ dueMs, startMs }) => (startMs === null ? [] : [startMs - dueMs]));
    expect(Math.max(...delays)).toBeLessThanOrEqual(MINUTE_MS);
    // The target has room for 36 runs of 100 s an hour.
    expect(delays.length).toBeGreaterThan(48);
    expect(rows.filter(({ outcome }) => outcome === 'skip').length).toBeGreaterThan(40);
  });
});
