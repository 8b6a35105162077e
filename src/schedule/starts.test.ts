import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, MINUTE_MS } from '../base/zone.ts';
import { parseCron } from './cron.ts';
import { nextStart, type StartRule, startsBetween } from './starts.ts';

const YEAR_FROM = Date.parse('2026-03-01T00:00:00Z');
const STEP_MS = 15 * MINUTE_MS;
const STEPS = (366 * DAY_MS) / STEP_MS;

const rule = (cron: string, timezone: string, weekOfMonth: number | null = null): StartRule => {
  const read = parseCron(cron);
  if (!read.ok) throw new Error(read.problem);
  return { cron: read.value, timezone, weekOfMonth };
};

const iso = (starts: readonly number[]): string[] => starts.map((atMs) => new Date(atMs).toISOString().slice(0, 16));

const on = (cron: string, timezone: string, from: string, until: string): string[] =>
  iso(startsBetween(rule(cron, timezone), Date.parse(`${from}Z`), Date.parse(`${until}Z`)));

/** Both hemispheres, half an hour, quarters of an hour, midnight, and none at all. */
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Pacific/Chatham',
  'Africa/Cairo',
  'Asia/Kolkata',
];

/** The clock on the wall at each quarter of an hour of a year, read by another library than the one that is tested. */
const walls = new Map<string, number[]>();
function wallOf(zone: string): number[] {
  const known = walls.get(zone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  const read = Array.from({ length: STEPS }, (_, step) =>
    Date.parse(`${clock.format(YEAR_FROM + step * STEP_MS).replace(' ', 'T')}Z`),
  );
  walls.set(zone, read);
  return read;
}

interface Wanted {
  hours: number[];
  minutes: number[];
  /** 0 is Sunday, as in cron. */
  weekdays: number[];
  week: number | null;
}

const wants = ({ hours, minutes, weekdays, week }: Wanted, wallMs: number): boolean => {
  const wall = new Date(wallMs);
  return (
    hours.includes(wall.getUTCHours()) &&
    minutes.includes(wall.getUTCMinutes()) &&
    weekdays.includes(wall.getUTCDay()) &&
    (week === null || Math.floor((wall.getUTCDate() - 1) / 7) + 1 === week)
  );
};

/** What the rules say, minute by minute: shown for the first time, or left out just before. */
function byLooking(wanted: Wanted, zone: string): number[] {
  const wall = wallOf(zone);
  const starts: number[] = [];
  let latestMs = (wall[0] ?? 0) - STEP_MS;
  wall.forEach((wallMs, step) => {
    // From the latest time that was shown to this one: one step on most days, a gap in spring, none in a repeated hour.
    let isDue = false;
    for (let shownMs = latestMs + STEP_MS; shownMs <= wallMs; shownMs += STEP_MS) isDue ||= wants(wanted, shownMs);
    if (isDue) starts.push(YEAR_FROM + step * STEP_MS);
    latestMs = Math.max(latestMs, wallMs);
  });
  return starts;
}

describe('starts by the clock on the wall', () => {
  it('are those that somebody would find who looks at the clock all year, in any zone', () => {
    const some = (most: number) => fc.uniqueArray(fc.integer({ min: 0, max: most }), { minLength: 1, maxLength: 5 });
    const wanted: fc.Arbitrary<Wanted> = fc.record({
      // The hours in which clocks are changed more often than the others.
      hours: fc.oneof(some(3), some(23)),
      minutes: fc.uniqueArray(fc.constantFrom(0, 15, 30, 45), { minLength: 1 }),
      weekdays: fc.oneof(some(6), fc.constantFrom<number[]>([0, 6], [0, 1, 2, 3, 4, 5, 6])),
      week: fc.option(fc.integer({ min: 1, max: 5 })),
    });
    fc.assert(
      fc.property(wanted, fc.constantFrom(...ZONES), (one, zone) => {
        const cron = `${one.minutes} ${one.hours} * * ${one.weekdays}`;
        const found = startsBetween(rule(cron, zone, one.week), YEAR_FROM, YEAR_FROM + 366 * DAY_MS);
        expect(iso(found)).toEqual(iso(byLooking(one, zone)));
      }),
      { numRuns: 150 },
    );
  });

  it('are the same however the time is cut, and the next one is the first of the rest', () => {
    const daily = rule('30 2 * * *', 'Europe/Berlin');
    const whole = startsBetween(daily, YEAR_FROM, YEAR_FROM + 366 * DAY_MS);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 366 * DAY_MS }), (cutMs) => {
        const atMs = YEAR_FROM + cutMs;
        const parts = [
          ...startsBetween(daily, YEAR_FROM, atMs),
          ...startsBetween(daily, atMs, YEAR_FROM + 366 * DAY_MS),
        ];
        expect(parts).toEqual(whole);
        expect(nextStart(daily, atMs)).toBe(startsBetween(daily, atMs, atMs + 3 * DAY_MS)[0]);
      }),
      { numRuns: 50 },
    );
  });

  it('that the clocks leave out come at the first moment after the gap', () => {
    expect(on('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00', '2026-03-30T12:00')).toEqual([
      '2026-03-29T01:00', // 03:00, where 02:30 would have been
      '2026-03-30T00:30',
    ]);
    expect(on('15 2 4 10 *', 'Australia/Lord_Howe', '2026-10-03T00:00', '2026-10-04T12:00')).toEqual([
      '2026-10-03T15:30', // 02:30, half an hour later
    ]);
    // Midnight of a day that begins at one o'clock.
    expect(on('0 0 6 9 *', 'America/Santiago', '2026-09-05T00:00', '2026-09-07T00:00')).toEqual(['2026-09-06T04:00']);
  });

  it('that fall into one gap, or right behind it, are one start', () => {
    expect(on('*/15 2,3 29 3 *', 'Europe/Berlin', '2026-03-28T12:00', '2026-03-29T12:00')).toEqual([
      '2026-03-29T01:00',
      '2026-03-29T01:15',
      '2026-03-29T01:30',
      '2026-03-29T01:45',
    ]);
  });

  it('that come twice start the first time only', () => {
    expect(on('30 1 1 11 *', 'America/New_York', '2026-10-31T12:00', '2026-11-02T12:00')).toEqual(['2026-11-01T05:30']);
    expect(on('0 * 25 10 *', 'Europe/Berlin', '2026-10-24T23:30', '2026-10-25T04:00')).toEqual([
      '2026-10-25T00:00', // 02:00; it comes again at 01:00Z, where nothing starts
      '2026-10-25T02:00',
      '2026-10-25T03:00',
    ]);
  });

  it('of a week of the month are on the n-th such weekday', () => {
    const third = startsBetween(rule('0 8 * * thu', 'UTC', 3), YEAR_FROM, YEAR_FROM + 92 * DAY_MS);
    expect(iso(third)).toEqual(['2026-03-19T08:00', '2026-04-16T08:00', '2026-05-21T08:00']);
    const fifth = startsBetween(rule('0 8 * * thu', 'UTC', 5), YEAR_FROM, YEAR_FROM + 92 * DAY_MS);
    expect(iso(fifth)).toEqual(['2026-04-30T08:00']);
  });

  it('may be years away, or never come', () => {
    expect(iso([nextStart(rule('0 0 29 2 *', 'UTC'), Date.parse('2096-03-01T00:00Z')) ?? 0])).toEqual([
      '2104-02-29T00:00',
    ]);
    expect(nextStart(rule('0 0 29-30 2 *', 'UTC', 1), YEAR_FROM)).toBeNull();
  });
});

describe('a cron expression', () => {
  it('may use what node-cron knows', () => {
    const starts = (cron: string) => iso(startsBetween(rule(cron, 'UTC'), YEAR_FROM, YEAR_FROM + 31 * DAY_MS));
    expect(starts('0 4 L * *')).toEqual(['2026-03-31T04:00']);
    expect(starts('0 4 15W * *')).toEqual(['2026-03-16T04:00']);
    expect(starts('0 4 * * tue#2')).toEqual(['2026-03-10T04:00']);
    expect(starts('0 0 8 5,20 mar *')).toHaveLength(2);
    expect(starts('@weekly')).toHaveLength(5);
  });

  it.each([
    ['0 25 * * *', 'hour'],
    ['0 0 * *', 'expected 5 or 6 fields but got 4'],
    ['0 0 31 2 *', 'impossible day of month'],
    ['*/20 * * * * *', 'names seconds'],
    [8, 'is not a cron expression'],
  ])('%s is refused with words that help', (text, words) => {
    const read = parseCron(text);
    expect(read).toMatchObject({ ok: false, problem: expect.stringContaining(words) });
  });
});
