import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seedProfile, seedWith } from '../../tests/support/profile.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../base/zone.ts';
import type { ArrivalPlan, PlanEdit } from '../model/plan.ts';
import { buildPlan } from './build.ts';
import { previewPlan } from './preview.ts';
import { multiplierAt, requestsBetween, requestsPerMinuteAt } from './rate.ts';
import { usersNeeded } from './users.ts';

const MONDAY = Date.UTC(2026, 5, 1);
const real = (startMs: number) => ({ startMs, compression: 1 });
const hourly = (plan: ArrivalPlan): number[] =>
  Array.from({ length: Math.round((plan.endMs - plan.startMs) / HOUR_MS) }, (_, hour) =>
    requestsBetween(plan, plan.startMs + hour * HOUR_MS, plan.startMs + (hour + 1) * HOUR_MS),
  );

describe('the plan of the 72 h soak', () => {
  const plan = buildPlan(seedProfile(), real(MONDAY), []);

  it('offers base rate, peak and night by the hour of the day', () => {
    expect(requestsPerMinuteAt(plan, MONDAY + 8.5 * HOUR_MS)).toBe(30);
    expect(requestsPerMinuteAt(plan, MONDAY + 11.5 * HOUR_MS)).toBe(75);
    expect(requestsPerMinuteAt(plan, MONDAY + 13.5 * HOUR_MS)).toBe(30);
    expect(requestsPerMinuteAt(plan, MONDAY + 23.5 * HOUR_MS)).toBe(9);
    expect(requestsPerMinuteAt(plan, MONDAY + 3.5 * HOUR_MS)).toBe(9);
  });

  it('changes linearly over five minutes around the full hour', () => {
    const ten = MONDAY + 10 * HOUR_MS;
    expect(requestsPerMinuteAt(plan, ten - 2.5 * MINUTE_MS)).toBe(30);
    expect(requestsPerMinuteAt(plan, ten)).toBeCloseTo(52.5, 9);
    expect(requestsPerMinuteAt(plan, ten + 1.25 * MINUTE_MS)).toBeCloseTo(63.75, 9);
    expect(requestsPerMinuteAt(plan, ten + 2.5 * MINUTE_MS)).toBe(75);
  });

  it('offers on each whole day what the multipliers add up to', () => {
    const perDay = 60 * 30 * (10 * 2.5 + 8 * 0.3 + 6);
    // Both ends of a day are at night, so no ramp crosses midnight.
    for (const day of [0, 1, 2]) {
      expect(requestsBetween(plan, MONDAY + day * DAY_MS, MONDAY + (day + 1) * DAY_MS)).toBeCloseTo(perDay, 6);
    }
  });

  it('has two points for each change of the rate and two for the ends', () => {
    // Six changes a day: 6, 10, 13, 14, 21 and 22 o'clock.
    expect(plan.points).toHaveLength(3 * 6 * 2 + 2);
    expect(plan.points[0]?.atMs).toBe(plan.startMs);
    expect(plan.points.at(-1)?.atMs).toBe(plan.endMs);
  });

  it('is the same whenever it is built', () => {
    expect(buildPlan(seedProfile(), real(MONDAY), [])).toEqual(plan);
  });

  it('carries the mean number of requests of the conversations', () => {
    // 0.4 · 1 + 0.35 · (3 + 3 + 4 + 4) / 4 + 0.25 · (6 + 8 + 7) / 3
    expect(plan.requestsPerIteration).toBeCloseTo(3.375, 12);
  });
});

describe('weekdays', () => {
  it('multiply the hours', () => {
    const profile = seedWith({ weekdayMultipliers: [1, 1, 1, 1, 1, 0.5, 0], rampMs: 0 });
    const plan = buildPlan(profile, real(MONDAY + 4 * DAY_MS), []);
    expect(requestsPerMinuteAt(plan, MONDAY + 4 * DAY_MS + 11 * HOUR_MS)).toBe(75);
    expect(requestsPerMinuteAt(plan, MONDAY + 5 * DAY_MS + 11 * HOUR_MS)).toBe(37.5);
    expect(requestsPerMinuteAt(plan, MONDAY + 6 * DAY_MS + 11 * HOUR_MS)).toBe(0);
  });
});

describe('a change of the clocks', () => {
  // A multiplier that names its hour: 1.00 to 1.23.
  const hourlyMultipliers = Array.from({ length: 24 }, (_, hour) => 1 + hour / 100);
  const planFrom = (timezone: string, startMs: number, hours: number): ArrivalPlan =>
    buildPlan(
      seedWith({ timezone, hourlyMultipliers, rampMs: 0, baseRatePerMinute: 100 }, { durationMs: hours * HOUR_MS }),
      real(startMs),
      [],
    );
  const hourSeenAt = (plan: ArrivalPlan, atMs: number): number => Math.round(requestsPerMinuteAt(plan, atMs + 1) - 100);

  it.each([
    ['Europe/Berlin', Date.UTC(2026, 2, 28, 23), [0, 1, 3, 4]],
    ['Europe/Berlin', Date.UTC(2026, 9, 24, 22), [0, 1, 2, 2, 3]],
    ['America/New_York', Date.UTC(2026, 2, 8, 5), [0, 1, 3, 4]],
    ['America/New_York', Date.UTC(2026, 10, 1, 4), [0, 1, 1, 2]],
    ['Asia/Kolkata', Date.UTC(2026, 2, 28, 18, 30), [0, 1, 2, 3]],
  ])('in %s follows the clock on the wall, hour by hour', (timezone, midnightMs, hoursSeen) => {
    const plan = planFrom(timezone, midnightMs, 6);
    expect(hoursSeen.map((_, index) => hourSeenAt(plan, midnightMs + index * HOUR_MS))).toEqual(hoursSeen);
  });

  it('of half an hour (Lord Howe) gives the hour thirty minutes more in autumn and thirty less in spring', () => {
    // 5 April 2026, 2:00 becomes 1:30; 4 October 2026, 2:00 becomes 2:30.
    const autumn = Date.UTC(2026, 3, 4, 13);
    expect(
      [0, 60, 120, 149, 150].map((minutes) =>
        hourSeenAt(planFrom('Australia/Lord_Howe', autumn, 6), autumn + minutes * MINUTE_MS),
      ),
    ).toEqual([0, 1, 1, 1, 2]);
    const spring = Date.UTC(2026, 9, 3, 13, 30);
    expect(
      [0, 60, 120, 149, 150].map((minutes) =>
        hourSeenAt(planFrom('Australia/Lord_Howe', spring, 6), spring + minutes * MINUTE_MS),
      ),
    ).toEqual([0, 1, 2, 2, 3]);
  });

  it('keeps the total right over a run across both changes, ramps included', () => {
    const startMs = Date.UTC(2026, 2, 20);
    const days = 230;
    const profile = seedWith({ timezone: 'Europe/Berlin' }, { durationMs: days * DAY_MS });
    const plan = buildPlan(profile, real(startMs), []);
    // Spring loses the hour from 2 to 3, autumn repeats it, both at night: the total is that of plain days.
    expect(plan.points.length).toBeGreaterThan(2000);
    expect(requestsBetween(plan, startMs, plan.endMs)).toBeCloseTo(days * 60 * 30 * (10 * 2.5 + 8 * 0.3 + 6), 3);
  });
});

describe('a recorded curve', () => {
  const points = [
    { offsetMs: 6 * HOUR_MS, ratePerMinute: 10 },
    { offsetMs: 12 * HOUR_MS, ratePerMinute: 70 },
    { offsetMs: 18 * HOUR_MS, ratePerMinute: 10 },
  ];

  it('by the day is interpolated, across midnight too, and repeats', () => {
    const profile = seedWith({ curve: { file: 'c.csv', clock: 'day', points } });
    const plan = buildPlan(profile, real(MONDAY), []);
    for (const day of [0, 1, 2]) {
      expect(requestsPerMinuteAt(plan, MONDAY + day * DAY_MS + 9 * HOUR_MS)).toBeCloseTo(40, 9);
      expect(requestsPerMinuteAt(plan, MONDAY + day * DAY_MS + 23 * HOUR_MS)).toBeCloseTo(10, 9);
      expect(requestsPerMinuteAt(plan, MONDAY + day * DAY_MS + HOUR_MS)).toBeCloseTo(10, 9);
    }
    expect(plan.points).toHaveLength(3 * 3 + 2);
  });

  it('may be as long as the longest run, and still be a plan', () => {
    const long = Array.from({ length: 60 * 1440 }, (_, at) => ({
      offsetMs: at * MINUTE_MS,
      ratePerMinute: 1 + (at % 7),
    }));
    const profile = { ...seedWith({ curve: { file: 'c.csv', clock: 'run', points: long } }), durationMs: 60 * DAY_MS };
    const plan = buildPlan(profile, real(MONDAY), []);
    expect(usersNeeded(profile, plan).peakIterationsPerSecond).toBeCloseTo(7 / 60 / plan.requestsPerIteration, 9);
    expect(previewPlan(profile, real(MONDAY)).preview).toMatchObject({
      lowestRequestsPerMinute: 1,
      peakRequestsPerMinute: 7,
    });
  });

  it('by the run counts from the start and stays level after its last point', () => {
    const profile = seedWith({ curve: { file: 'c.csv', clock: 'run', points } });
    const plan = buildPlan(profile, real(MONDAY + 5 * HOUR_MS), []);
    expect(requestsPerMinuteAt(plan, plan.startMs)).toBeCloseTo(10, 9);
    expect(requestsPerMinuteAt(plan, plan.startMs + 9 * HOUR_MS)).toBeCloseTo(40, 9);
    expect(requestsPerMinuteAt(plan, plan.startMs + 70 * HOUR_MS)).toBeCloseTo(10, 9);
  });
});

describe('a rehearsal', () => {
  it('plays the same curve faster, with the same rate a real minute', () => {
    const profile = seedProfile({ timezone: 'Europe/Berlin' });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 365 * 24 }), fc.integer({ min: 2, max: 1000 }), (hour, compression) => {
        const startMs = MONDAY + hour * HOUR_MS;
        const slow = buildPlan(profile, real(startMs), []);
        const fast = buildPlan(profile, { startMs, compression }, []);
        expect(fast.endMs - startMs).toBe(Math.round((slow.endMs - startMs) / compression));
        // Instants are whole milliseconds: at 1000 times the speed a ramp of five minutes moves by 1/300 of its height.
        for (let share = 0.001; share < 1; share += 0.007) {
          const ahead = share * (slow.endMs - startMs);
          const wanted = multiplierAt(slow, startMs + ahead);
          expect(Math.abs(multiplierAt(fast, startMs + ahead / compression) - wanted)).toBeLessThan(0.02);
        }
        const total = requestsBetween(fast, startMs, fast.endMs) * compression;
        const wanted = requestsBetween(slow, startMs, slow.endMs);
        expect(Math.abs(total - wanted) / wanted).toBeLessThan(0.002);
      }),
      { numRuns: 50 },
    );
  });
});

describe('edits of a live run', () => {
  const profile = seedWith({ rampMs: 300_000 }, { durationMs: 24 * HOUR_MS });
  const at = (hour: number): number => MONDAY + hour * HOUR_MS;

  it('multiply the rate until they end', () => {
    const plan = buildPlan(profile, real(MONDAY), [{ kind: 'rate', atMs: at(11), factor: 2, untilMs: at(12) }]);
    expect(plan.revision).toBe(2);
    expect(requestsPerMinuteAt(plan, at(11) - 1)).toBe(75);
    expect(requestsPerMinuteAt(plan, at(11))).toBe(150);
    expect(requestsPerMinuteAt(plan, at(12) - 1)).toBe(150);
    expect(requestsPerMinuteAt(plan, at(12))).toBe(75);
  });

  it('give way to a later one and come back when that one ends', () => {
    const plan = buildPlan(profile, real(MONDAY), [
      { kind: 'rate', atMs: at(14.5), factor: 2, untilMs: null },
      { kind: 'rate', atMs: at(15), factor: 3, untilMs: at(16) },
    ]);
    expect([14.75, 15.5, 16.5].map((hour) => requestsPerMinuteAt(plan, at(hour)))).toEqual([150, 225, 150]);
  });

  it('pause and resume; what the pause costs is not offered, and the rate that would have been stays visible', () => {
    const plan = buildPlan(profile, real(MONDAY), [
      { kind: 'pause', atMs: at(11) },
      { kind: 'resume', atMs: at(11.5) },
    ]);
    expect(requestsPerMinuteAt(plan, at(11.25))).toBe(0);
    expect(plan.points.find(({ atMs }) => atMs === at(11))).toMatchObject({ paused: true, requestsPerMinute: 75 });
    expect(plan.points.find(({ atMs }) => atMs === at(11.5))).toMatchObject({ paused: false, requestsPerMinute: 75 });
    expect(requestsBetween(plan, at(10.75), at(11.75))).toBeCloseTo(30 * 75, 9);
  });

  it('extend the run, with the hours that follow', () => {
    const plan = buildPlan(profile, real(MONDAY), [{ kind: 'extend', atMs: at(3), byMs: 12 * HOUR_MS }]);
    expect(plan.endMs).toBe(at(36));
    expect(requestsPerMinuteAt(plan, at(35))).toBe(75);
  });

  it('change nothing outside their own time', () => {
    const instant = fc.integer({ min: -60, max: 26 * 60 }).map((minute) => MONDAY + minute * MINUTE_MS);
    const edit: fc.Arbitrary<PlanEdit> = fc.oneof(
      fc.record({
        kind: fc.constant('rate' as const),
        atMs: instant,
        factor: fc.double({ min: 0, max: 5, noNaN: true }),
        untilMs: fc.option(instant),
      }),
      fc.record({ kind: fc.constant('pause' as const), atMs: instant }),
      fc.record({ kind: fc.constant('resume' as const), atMs: instant }),
    );
    const plain = buildPlan(profile, real(MONDAY), []);
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 6 }), instant, (edits, probe) => {
        const plan = buildPlan(profile, real(MONDAY), edits);
        const before = plan.points.every((point, index) => point.atMs >= (plan.points[index - 1]?.atMs ?? 0));
        expect(before).toBe(true);
        const atMs = probe + 7;
        // The plain definition, one instant at a time.
        const inForce = edits
          .filter((one) => one.kind !== 'extend' && one.atMs <= atMs)
          .toSorted((a, b) => (a.kind === 'extend' || b.kind === 'extend' ? 0 : a.atMs - b.atMs));
        const rate = inForce.findLast((one) => one.kind === 'rate' && (one.untilMs === null || one.untilMs > atMs));
        const paused = inForce.findLast((one) => one.kind === 'pause' || one.kind === 'resume')?.kind === 'pause';
        const factor = rate?.kind === 'rate' ? rate.factor : 1;
        const wanted = paused ? 0 : requestsPerMinuteAt(plain, atMs) * factor;
        expect(requestsPerMinuteAt(plan, atMs)).toBeCloseTo(wanted, 5);
      }),
    );
  });
});

describe('any profile', () => {
  const traffic = fc.record({
    hourlyMultipliers: fc.array(
      fc.integer({ min: 0, max: 8 }).map((quarters) => quarters / 4),
      { minLength: 24, maxLength: 24 },
    ),
    rampMs: fc.integer({ min: 0, max: 60 }).map((minutes) => minutes * MINUTE_MS),
    timezone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC'),
  });
  const start = fc.integer({ min: 0, max: 365 * 24 * 60 }).map((minute) => MONDAY + minute * MINUTE_MS);

  it('keeps the sum of its hours: what a ramp takes from one hour it gives to the next', () => {
    fc.assert(
      fc.property(traffic, start, (changes, startMs) => {
        const steps = buildPlan(seedWith({ ...changes, rampMs: 0 }), real(startMs), []);
        const ramps = buildPlan(seedWith(changes), real(startMs), []);
        const offered = hourly(ramps);
        const wanted = hourly(steps);
        const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);
        // Half a ramp at either end of the run may lie outside it.
        const atEnds = 2 * (30 * 2) * 30;
        expect(Math.abs(total(offered) - total(wanted))).toBeLessThanOrEqual(atEnds);
        expect(Math.min(...offered)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 60 },
    );
  });

  it('offers in all windows together what it offers in the whole', () => {
    fc.assert(
      fc.property(traffic, start, fc.integer({ min: 1, max: 3600 }), (changes, startMs, windowSeconds) => {
        const plan = buildPlan(seedWith(changes), real(startMs), []);
        let sum = 0;
        for (let fromMs = plan.startMs; fromMs < plan.endMs; fromMs += windowSeconds * 1000) {
          sum += requestsBetween(plan, fromMs, fromMs + windowSeconds * 1000);
        }
        expect(sum).toBeCloseTo(requestsBetween(plan, plan.startMs, plan.endMs), 4);
      }),
      { numRuns: 20 },
    );
  });

  it('has no point that could be left out', () => {
    fc.assert(
      fc.property(traffic, start, (changes, startMs) => {
        const { points } = buildPlan(seedWith(changes), real(startMs), []);
        for (let index = 1; index < points.length - 1; index++) {
          const [left, point, right] = [points[index - 1], points[index], points[index + 1]];
          if (left === undefined || point === undefined || right === undefined) continue;
          if (left.atMs === point.atMs || point.atMs === right.atMs) {
            expect(left.atMs === right.atMs).toBe(false);
            continue;
          }
          const share = (point.atMs - left.atMs) / (right.atMs - left.atMs);
          const straight = left.multiplier + share * (right.multiplier - left.multiplier);
          expect(Math.abs(point.multiplier - straight)).toBeGreaterThan(1e-9);
        }
      }),
      { numRuns: 40 },
    );
  });
});
