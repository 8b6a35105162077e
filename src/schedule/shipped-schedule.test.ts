import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../config/problem.ts';
import type { Schedule } from '../model/schedule.ts';
import { collisionsIn, remarksOn } from './collisions.ts';
import { loadSchedule } from './load-schedule.ts';
import { lengthOf, type TimetableRow, timetable } from './timetable.ts';

const FILE = 'config/schedule.yaml';
const DAY_MS = 86_400_000;
/** A Thursday in every zone. */
const fromMs = Date.parse('2026-11-19T12:00:00Z');

const shipped = (change: (source: string) => string = (source) => source): Schedule => {
  const read = loadSchedule(FILE, {
    readFile: (path) => (path === FILE ? change(readFileSync(path, 'utf8')) : readFileSync(path, 'utf8')),
    listFolder: () => [],
    profiles: { readFile: (path) => readFileSync(path, 'utf8') },
    defaultTargetUrl: null,
  });
  if (!read.ok) throw new Error(read.problems.map(formatProblem).join('\n'));
  return read.loaded.schedule;
};

const year = (schedule: Schedule): TimetableRow[] => timetable(schedule, { fromMs, untilMs: fromMs + 366 * DAY_MS });

const open = (rows: readonly TimetableRow[]): string[] =>
  collisionsIn(rows).flatMap(({ first, second, dates }) =>
    dates.some(({ problem }) => problem !== null) ? [`${first.name} <- ${second.name}`] : [],
  );

/** By the clock of the zone: `Sat`. */
const weekday = (atMs: number, timezone: string): string =>
  new Intl.DateTimeFormat('en', { timeZone: timezone, weekday: 'short' }).format(atMs);

describe('the shipped schedule', () => {
  it('holds the fourteen tests of the plan, with their times and lengths', () => {
    const tests = shipped().entries.map((entry) => [entry.cron.text, entry.weekOfMonth, lengthOf(entry) / 60_000]);
    expect(tests).toEqual([
      ['0 8 * * thu', 1, 480],
      ['0 8 * * thu', 2, 240],
      ['0 8 * * thu', 3, 480],
      ['0 8 * * thu', 4, 240],
      ['30 7 * * sat', null, 4320],
      ['30 7 * * mon', null, 1440],
      ['0 9 * * wed', null, 480],
      ['0 13 * * fri', null, 240],
      ['0 0 * * *', null, 10],
      ['15 0 * * *', null, 15],
      ['0 2 * * *', null, 120],
      ['0 6 * * *', null, 60],
      ['0 12 * * *', null, 15],
      ['0 18 * * *', null, 120],
    ]);
  });

  it.each(['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago', 'Africa/Cairo'])(
    'leaves no collision open in a year of %s, never has two runs at once, and starts every soak',
    (zone) => {
      const schedule = shipped((source) => source.replace('timezone: UTC', `timezone: ${zone}`));
      const rows = year(schedule);
      expect(open(rows)).toEqual([]);
      expect(remarksOn(schedule, rows)).toEqual([]);
      const runs = rows
        .flatMap(({ entry, outcome, startMs, endMs }) =>
          outcome === 'start' && startMs !== null && endMs !== null ? [{ name: entry.name, startMs, endMs }] : [],
        )
        .toSorted((a, b) => a.startMs - b.startMs);
      for (const [index, run] of runs.entries()) {
        const next = runs[index + 1];
        if (next !== undefined)
          expect(next.startMs, `${run.name}, then ${next.name}`).toBeGreaterThanOrEqual(run.endMs);
      }
      const count = (name: string): number => runs.filter((run) => run.name === name).length;
      expect(count('soak-72h')).toBeGreaterThanOrEqual(52);
      expect(count('continuous-24h')).toBeGreaterThanOrEqual(51);
      expect(count('chaos')).toBeGreaterThanOrEqual(52);
      expect(count('disaster-recovery')).toBe(12);
      const days = runs.filter(({ name }) => name === 'continuous-24h').map(({ startMs }) => weekday(startMs, zone));
      expect(new Set(days)).toEqual(new Set(['Tue']));
    },
  );

  it('collides as the plan is written: the soak with Monday and with every daily test', () => {
    const rows = year(shipped((source) => source.replaceAll(/^ +on_conflict:.*$/gm, '')));
    expect(open(rows)).toEqual(
      expect.arrayContaining([
        'soak-72h <- continuous-24h',
        'soak-72h <- environment-reset',
        'soak-72h <- health-check',
        'soak-72h <- failure-recovery',
        'soak-72h <- consistency',
        'soak-72h <- midday-health-check',
        'soak-72h <- peak-load',
      ]),
    );
  });

  it('is told what is not settled when a delay is too short, with both sides and the date', () => {
    const [collision] = collisionsIn(
      year(shipped((source) => source.replace('delay_limit: 36h', 'delay_limit: 12h'))),
    ).filter(({ second }) => second.name === 'continuous-24h');
    const [date] = collision?.dates ?? [];
    expect(collision?.first.name).toBe('soak-72h');
    expect(new Date(date?.dueMs ?? 0).toISOString()).toBe('2026-11-23T07:30:00.000Z');
    expect(new Date(date?.firstUntilMs ?? 0).toISOString()).toBe('2026-11-24T07:30:00.000Z');
    expect(date?.problem).toContain('for longer than 12h');
  });

  it('is noted where a run reaches into a blackout, and where an entry never starts', () => {
    const always = 'blackouts: [{ daily: 17:00-20:00, reason: rush hour }]';
    const schedule = shipped((source) => `${source}\n${always}`);
    expect(remarksOn(schedule, year(schedule)).map(({ entry, text }) => `${entry} ${text}`)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^soak-72h is still at work when a blackout begins, 53 of 53 times/),
        expect.stringMatching(/^peak-load is due 36\d times and never starts/),
      ]),
    );
  });
});
