import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seedWith } from '../../tests/support/profile.ts';
import { intersectionOf, lengthOf } from '../base/stretches.ts';
import { HOUR_MS, MINUTE_MS } from '../base/zone.ts';
import type { ArrivalPlan, PlanEdit } from '../model/plan.ts';
import type { Calibration, Exclusion, Profile, Traffic } from '../model/profile.ts';
import { buildPlan } from './build.ts';
import { calibrationSchedule } from './calibration.ts';
import { excludedStretches } from './exclusions.ts';
import { levelAt, profileClock, requestsBetween, requestsPerMinuteAt } from './rate.ts';
import { usersNeeded } from './users.ts';

const MONDAY = Date.UTC(2026, 5, 1);
const at = (hour: number, minute = 0): number => MONDAY + hour * HOUR_MS + minute * MINUTE_MS;
const EVERY_3H: Calibration = { everyMs: 3 * HOUR_MS, lengthMs: 10 * MINUTE_MS, requestsPerMinute: 30 };

/** A day of the seed's traffic, 30 requests a minute at base, an hour of warm-up. */
function day(
  calibration: Calibration | null = EVERY_3H,
  rest: Partial<Profile> = {},
  traffic: Partial<Traffic> = {},
): Profile {
  return seedWith(traffic, { durationMs: 24 * HOUR_MS, calibration, ...rest });
}

const build = (profile: Profile, edits: PlanEdit[] = [], startMs = MONDAY, compression = 1): ArrivalPlan =>
  buildPlan(profile, { startMs, compression }, edits);

/** Hours since Monday at which the windows begin. */
const beginnings = ({ calibration }: ArrivalPlan): number[] =>
  calibration.map(({ fromMs }) => (fromMs - MONDAY) / HOUR_MS);

describe('calibration windows', () => {
  it('begin behind the warm-up, then come at a fixed distance, and see different hours of the day', () => {
    const plan = build(day());
    expect(beginnings(plan)).toEqual([1, 4, 7, 10, 13, 16, 19, 22]);
    expect(plan.calibration[1]).toEqual({ fromMs: at(4), untilMs: at(4, 10), requestsPerMinute: 30 });
  });

  it('keep to one rate from their first millisecond to their last, whatever the hour around them', () => {
    const plan = build(day());
    for (const { fromMs, untilMs } of plan.calibration) {
      expect([fromMs, (fromMs + untilMs) / 2, untilMs - 1].map((ms) => requestsPerMinuteAt(plan, ms))).toEqual([
        30, 30, 30,
      ]);
      expect(requestsBetween(plan, fromMs, untilMs)).toBeCloseTo(300, 9);
    }
    // At night, and in the middle of the ramp to the peak at ten.
    expect([at(4) - 1, at(4, 10)].map((ms) => requestsPerMinuteAt(plan, ms))).toEqual([9, 9]);
    expect(requestsPerMinuteAt(plan, at(10) - 1)).toBeCloseTo(52.5, 2);
    expect(requestsPerMinuteAt(plan, at(10, 10))).toBe(75);
  });

  it('take from the total what the hours would have offered, and give what they offer', () => {
    const plan = build(day());
    const hours = build(day(null));
    const swapped = plan.calibration.reduce(
      (sum, { fromMs, untilMs }) => sum + 300 - requestsBetween(hours, fromMs, untilMs),
      0,
    );
    const total = (one: ArrivalPlan): number => requestsBetween(one, one.startMs, one.endMs);
    expect(swapped).not.toBe(0);
    expect(total(plan)).toBeCloseTo(total(hours) + swapped, 6);
  });

  it('add no point to a load that is at their rate anyway', () => {
    const steady: Partial<Traffic> = { hourlyMultipliers: Array(24).fill(1) };
    const plan = build(day(EVERY_3H, {}, steady));
    expect(plan.points).toEqual(build(day(null, {}, steady)).points);
    expect(plan.calibration).toHaveLength(8);
  });

  it('count to the level of their rate, and users are ready for it', () => {
    const level = (requestsPerMinute: number): string => {
      const profile = day({ ...EVERY_3H, requestsPerMinute });
      return levelAt(build(profile), profile, at(4, 5));
    };
    expect([30, 60, 90].map(level)).toEqual(['normal', 'peak', 'stress']);
    const loud = day({ ...EVERY_3H, requestsPerMinute: 750 });
    expect(usersNeeded(loud, build(loud)).peakIterationsPerSecond).toBeCloseTo(750 / 60 / 3.375, 9);
  });

  it('are only scheduled whole', () => {
    expect(beginnings(build(day(EVERY_3H, { durationMs: 22 * HOUR_MS + 10 * MINUTE_MS })))).toContain(22);
    expect(beginnings(build(day(EVERY_3H, { durationMs: 22 * HOUR_MS + 9 * MINUTE_MS })))).not.toContain(22);
    const short = day(EVERY_3H, { durationMs: 65 * MINUTE_MS });
    expect(build(short).calibration).toEqual([]);
    expect(calibrationSchedule(short, build(short), []).whyNone).toBe(
      'no window of 10m fits between the warm-up and the end',
    );
  });

  it('are absent from a profile without them, also from one that was stored before there were any', () => {
    expect(build(day(null)).calibration).toEqual([]);
    const stored: Profile = JSON.parse(JSON.stringify({ ...day(null), calibration: undefined }));
    expect(build(stored)).toEqual(build(day(null)));
  });
});

describe('over a change of the clocks', () => {
  it.each([
    ['spring', Date.UTC(2026, 2, 28, 12), ['14:00', '17:00', '20:00', '23:00', '03:00', '06:00', '09:00', '12:00']],
    ['autumn', Date.UTC(2026, 9, 24, 11), ['14:00', '17:00', '20:00', '23:00', '02:00', '04:00', '07:00', '10:00']],
  ])('in %s they stay three hours apart and move on the clock', (_, startMs, clocks) => {
    const profile = day(EVERY_3H, {}, { timezone: 'Europe/Berlin' });
    const plan = build(profile, [], startMs);
    expect(plan.calibration.map(({ fromMs }) => (fromMs - startMs) / HOUR_MS)).toEqual([1, 4, 7, 10, 13, 16, 19, 22]);
    expect(plan.calibration.map(({ fromMs }) => profileClock(profile, plan, fromMs).slice(4))).toEqual(clocks);
  });

  it.each([
    ['spring', Date.UTC(2026, 2, 28, 23, 55)],
    ['autumn', Date.UTC(2026, 9, 24, 23, 55)],
  ])('in %s one that lies across it is as long as the others', (_, startMs) => {
    const plan = build(day(EVERY_3H, {}, { timezone: 'Europe/Berlin' }), [], startMs);
    const [first] = plan.calibration;
    expect(first).toEqual({
      fromMs: startMs + HOUR_MS,
      untilMs: startMs + HOUR_MS + 10 * MINUTE_MS,
      requestsPerMinute: 30,
    });
    expect(requestsBetween(plan, startMs + HOUR_MS, startMs + HOUR_MS + 10 * MINUTE_MS)).toBeCloseTo(300, 9);
  });
});

describe('calibration windows of a live run', () => {
  const untilFurther = (hour: number, minute: number, factor: number): PlanEdit => ({
    kind: 'rate',
    atMs: at(hour, minute),
    factor,
    untilMs: null,
  });

  it('keep their rate under a factor above 1', () => {
    const plan = build(day(), [untilFurther(3, 30, 2)]);
    expect([at(4) - 1, at(4, 5), at(4, 10)].map((ms) => requestsPerMinuteAt(plan, ms))).toEqual([18, 30, 18]);
    expect(plan.calibration).toEqual(build(day()).calibration);
  });

  it('are not kept while a factor below 1 asks for less load', () => {
    const plan = build(day(), [untilFurther(4, 5, 0.5)]);
    expect(plan.calibration.map(({ fromMs, untilMs }) => [fromMs, untilMs])).toEqual([
      [at(1), at(1, 10)],
      [at(4), at(4, 5)],
    ]);
    expect([at(4, 4), at(4, 5), at(7, 5)].map((ms) => requestsPerMinuteAt(plan, ms))).toEqual([30, 4.5, 15]);
    const stopped = build(day(), [untilFurther(4, 5, 0)]);
    expect(requestsBetween(stopped, at(4, 5), stopped.endMs)).toBe(0);
  });

  it('go on when such a factor ends within them', () => {
    const plan = build(day(), [{ kind: 'rate', atMs: at(4, 3), factor: 0.5, untilMs: at(4, 5) }]);
    expect(plan.calibration.slice(1, 3)).toEqual([
      { fromMs: at(4), untilMs: at(4, 3), requestsPerMinute: 30 },
      { fromMs: at(4, 5), untilMs: at(4, 10), requestsPerMinute: 30 },
    ]);
  });

  it('lose what a pause takes; the rate that would have been stays visible', () => {
    const plan = build(day(), [
      { kind: 'pause', atMs: at(4, 3) },
      { kind: 'resume', atMs: at(4, 6) },
    ]);
    expect(plan.calibration.slice(1, 3)).toEqual([
      { fromMs: at(4), untilMs: at(4, 3), requestsPerMinute: 30 },
      { fromMs: at(4, 6), untilMs: at(4, 10), requestsPerMinute: 30 },
    ]);
    expect(plan.points.find(({ atMs }) => atMs === at(4, 3))).toMatchObject({ paused: true, requestsPerMinute: 30 });
    expect(requestsBetween(plan, at(4), at(4, 10))).toBeCloseTo(7 * 30, 9);
    const through = build(day(), [
      { kind: 'pause', atMs: at(3) },
      { kind: 'resume', atMs: at(5) },
    ]);
    expect(beginnings(through)).toEqual([1, 7, 10, 13, 16, 19, 22]);
  });

  it('are not listed where less than a sampling interval is left of them', () => {
    const plan = build(day(), [
      { kind: 'pause', atMs: at(4, 0.5) },
      { kind: 'resume', atMs: at(4, 6) },
    ]);
    expect(plan.calibration[1]?.fromMs).toBe(at(4, 6));
    expect(requestsPerMinuteAt(plan, at(4, 0.25))).toBe(30);
  });

  it('go on through the hours by which the run is extended', () => {
    const plan = build(day(), [{ kind: 'extend', atMs: at(3), byMs: 12 * HOUR_MS }]);
    expect(beginnings(plan).slice(7)).toEqual([22, 25, 28, 31, 34]);
  });

  it('never come into what has passed: one that would have begun before the extension is not made up', () => {
    const almost = day(EVERY_3H, { durationMs: 22 * HOUR_MS + 5 * MINUTE_MS });
    const extendedAt = (atMs: number): number[] =>
      beginnings(build(almost, [{ kind: 'extend', atMs, byMs: 4 * HOUR_MS }])).slice(7);
    expect(extendedAt(at(21))).toEqual([22, 25]);
    expect(extendedAt(at(22, 2))).toEqual([25]);
  });

  it('and all of the plan are, up to each edit, what they were before it', () => {
    const exclude: Exclusion[] = [
      {
        kind: 'daily',
        fromMinuteOfDay: 12 * 60 + 50,
        untilMinuteOfDay: 13 * 60 + 30,
        weekdays: null,
        reason: 'backup',
      },
    ];
    const profile = day(EVERY_3H, { durationMs: 22 * HOUR_MS + 5 * MINUTE_MS, exclude });
    // Also just before and inside the window that the end cuts off.
    const minute = fc
      .oneof(fc.integer({ min: 1, max: 22 * 60 }), fc.integer({ min: 21 * 60 + 55, max: 22 * 60 + 4 }))
      .map((minutes) => at(0, minutes));
    const length = fc.integer({ min: 1, max: 6 * 60 }).map((minutes) => minutes * MINUTE_MS);
    const edit: fc.Arbitrary<PlanEdit> = fc.oneof(
      fc
        .record({ atMs: minute, factor: fc.constantFrom(0, 0.5, 1, 2), forMs: fc.option(length) })
        .map(({ atMs, factor, forMs }) => ({
          kind: 'rate' as const,
          atMs,
          factor,
          untilMs: forMs === null ? null : atMs + forMs,
        })),
      fc.record({ kind: fc.constantFrom('pause' as const, 'resume' as const), atMs: minute }),
      fc.record({ kind: fc.constant('extend' as const), atMs: minute, byMs: length }),
    );
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (unsorted) => {
        const edits = unsorted.toSorted((a, b) => a.atMs - b.atMs);
        edits.forEach(({ atMs }, index) => {
          const before = build(profile, edits.slice(0, index));
          const after = build(profile, edits.slice(0, index + 1));
          for (let ms = MONDAY + 30_000; ms < atMs; ms += MINUTE_MS) {
            expect(requestsPerMinuteAt(after, ms)).toBeCloseTo(requestsPerMinuteAt(before, ms), 9);
          }
          const passed = (plan: ArrivalPlan) => plan.calibration.filter(({ untilMs }) => untilMs < atMs);
          expect(passed(after)).toEqual(passed(before));
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe('calibration windows of a rehearsal', () => {
  it('shrink with it and keep their rate', () => {
    const plan = build(day(), [], MONDAY, 10);
    expect(plan.calibration).toHaveLength(8);
    expect(plan.calibration[1]).toEqual({
      fromMs: MONDAY + 24 * MINUTE_MS,
      untilMs: MONDAY + 25 * MINUTE_MS,
      requestsPerMinute: 30,
    });
  });

  it('are left out when they would be too short to measure in, and the plan says so', () => {
    // A window of the load's counters is ten seconds long.
    expect(build(day(), [], MONDAY, 60).calibration).toHaveLength(8);
    const fast = build(day(), [], MONDAY, 240);
    expect(fast.calibration).toEqual([]);
    expect(fast.points).toEqual(build(day(null), [], MONDAY, 240).points);
    expect(calibrationSchedule(day(), fast, []).whyNone).toBe(
      'a window would last 2s500ms, and 10s are the least that hold a count of requests and a sample',
    );
  });

  it('need a sampling interval of real time', () => {
    const seldom = day();
    seldom.monitoring = { ...seldom.monitoring, intervalMs: 10 * MINUTE_MS };
    expect(build(seldom).calibration).toHaveLength(8);
    seldom.monitoring = { ...seldom.monitoring, intervalMs: 15 * MINUTE_MS };
    expect(build(seldom).calibration).toEqual([]);
  });
});

describe('calibration windows and hours that are not judged', () => {
  const daily = (from: number, until: number, reason = 'backup'): Exclusion => ({
    kind: 'daily',
    fromMinuteOfDay: from,
    untilMinuteOfDay: until,
    weekdays: null,
    reason,
  });
  const scheduled = (exclude: Exclusion[]) => {
    const profile = day(EVERY_3H, { exclude });
    return calibrationSchedule(profile, build(profile), []);
  };

  it('meet: the window begins behind them', () => {
    const { windows, displaced } = scheduled([daily(4 * 60 + 5, 4 * 60 + 20)]);
    expect(displaced).toEqual([{ fromMs: at(4), movedToMs: at(4, 20), reason: 'backup' }]);
    expect(windows[1]).toEqual({ fromMs: at(4, 20), untilMs: at(4, 30) });
    expect(windows[2]?.fromMs).toBe(at(7));
  });

  it('meet twice in a row: it begins behind the last of them', () => {
    const { windows, displaced } = scheduled([daily(240, 260), daily(265, 300, 'deploy')]);
    expect(windows[1]?.fromMs).toBe(at(5));
    expect(displaced).toEqual([{ fromMs: at(4), movedToMs: at(5), reason: 'deploy' }]);
  });

  it('only touch: it stays where it is', () => {
    expect(scheduled([daily(230, 240), daily(250, 260)])).toMatchObject({ displaced: [] });
  });

  it('leave no room for it near by: it is left out', () => {
    const { windows, displaced } = scheduled([daily(240, 240 + 91)]);
    expect(displaced).toEqual([{ fromMs: at(4), movedToMs: null, reason: 'backup' }]);
    expect(windows.map(({ fromMs }) => (fromMs - MONDAY) / HOUR_MS)).toEqual([1, 7, 10, 13, 16, 19, 22]);
    expect(scheduled([daily(0, 24 * 60, 'migration')])).toMatchObject({
      windows: [],
      whyNone: 'each of them meets hours that are not judged',
    });
  });

  it('never share a millisecond, and windows are whole, apart and inside the judged run', () => {
    const exclusion: fc.Arbitrary<Exclusion> = fc.oneof(
      fc
        .tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 1, max: 300 }))
        .map(([from, minutes]) => daily(from, (from + minutes) % 1440 || 1440)),
      fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 600 })).map(([from, minutes]) => ({
        kind: 'hours' as const,
        fromMs: from * MINUTE_MS,
        untilMs: (from + minutes) * MINUTE_MS,
        reason: 'deploy',
      })),
    );
    const calibration = fc
      .tuple(fc.integer({ min: 10, max: 600 }), fc.double({ min: 0.02, max: 0.5, noNaN: true }))
      .map(([every, share]) => ({
        everyMs: every * MINUTE_MS,
        lengthMs: Math.max(1, Math.floor(every * share)) * MINUTE_MS,
        requestsPerMinute: 42,
      }));
    fc.assert(
      fc.property(
        fc.array(exclusion, { maxLength: 4 }),
        calibration,
        fc.integer({ min: 0, max: 365 * 24 * 60 }),
        fc.constantFrom('Europe/Berlin', 'Australia/Lord_Howe', 'UTC'),
        fc.constantFrom(1, 3, 50),
        (exclude, settings, startMinute, timezone, compression) => {
          const profile = day(settings, { exclude, durationMs: 50 * HOUR_MS }, { timezone });
          const plan = build(profile, [], at(0, startMinute), compression);
          expect(lengthOf(intersectionOf(plan.calibration, excludedStretches(profile, plan)))).toBe(0);
          plan.calibration.forEach(({ fromMs, untilMs }, index) => {
            expect(fromMs).toBeGreaterThanOrEqual(plan.startMs + Math.floor(HOUR_MS / compression));
            expect(untilMs).toBeLessThanOrEqual(plan.endMs);
            expect((untilMs - fromMs) % Math.round(settings.lengthMs / compression)).toBe(0);
            expect(fromMs).toBeGreaterThanOrEqual(plan.calibration[index - 1]?.untilMs ?? 0);
            expect(requestsBetween(plan, fromMs, untilMs)).toBeCloseTo((42 * (untilMs - fromMs)) / MINUTE_MS, 6);
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});
