import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correlatedNoise, normalNoise } from '../../../tests/support/noise.ts';
import { generate } from '../vectors.ts';
import type { Watched } from './change-bins.ts';
import { type DatedChange, datedChanges } from './dated-changes.ts';

interface Made {
  readonly seed?: number;
  readonly hours?: number;
  readonly everyMinutes?: number;
  /** Share of the level, by hour, load over its mean, and hours of mean load served. */
  readonly extra?: (hour: number, load: number, served: number) => number;
  /** Load over its mean, by hour; by default it follows the day. */
  readonly loadAt?: (hour: number) => number;
  /** False: nobody knows the load. */
  readonly known?: boolean;
  readonly kind?: Watched['kind'];
}

const day = (hour: number): number => 1 - 0.6 * Math.cos((2 * Math.PI * (hour + 3)) / 24);

/** A service of 400 MB, or one that answers in 80 ms. */
function service({ seed = 1, hours = 72, everyMinutes = 1, ...made }: Made): Watched {
  const { extra = () => 0, loadAt = day, known = true, kind = 'growth' } = made;
  const white = normalNoise(seed);
  const slow = correlatedNoise(seed + 100, 0.97 ** everyMinutes);
  const at = generate((hours * 60) / everyMinutes, (place) => (place * everyMinutes) / 60);
  const load = at.map((hour) => 300 * loadAt(hour));
  let served = 0;
  const values = at.map((hour, place) => {
    const relative = (load[place] ?? 0) / 300;
    served += (relative * everyMinutes) / 60;
    const moved = 0.08 * relative + extra(hour, relative, served) + 0.003 * slow();
    return kind === 'drift' ? 80 * Math.exp(moved + 0.03 * white()) : 4e8 * (1 + moved + 0.004 * white());
  });
  return { kind, readings: { hours: at, values }, load: known ? { hours: at, values: load } : null };
}

/** Changes as `hour label`, hours to the nearest quarter. */
const said = (changes: readonly DatedChange[]): string[] =>
  changes.map(({ hour, label }) => `${Math.round(4 * hour) / 4} ${label}`);
const changesOf = (made: Made, restarts: readonly number[] = []): string[] =>
  said(datedChanges(service(made), restarts));

const SIZES = [
  { hours: 24, everyMinutes: 1 },
  { hours: 72, everyMinutes: 5 },
] as const;
const WITH_AND_WITHOUT_LOAD = SIZES.flatMap((size) => [
  { ...size, known: true },
  { ...size, known: false },
]);

describe('the dated changes of a series', () => {
  it.each(WITH_AND_WITHOUT_LOAD)('are its steps up and down, to the minute (%o)', (size) => {
    const extra = (hour: number): number => (hour >= 8.2 && hour < 17.4 ? 0.12 : 0);
    const changes = datedChanges(service({ ...size, extra }), []);
    expect(changes.map(({ label }) => label)).toEqual(['unexplained', 'unexplained']);
    expect(Math.abs((changes[0]?.hour ?? 0) - 8.2)).toBeLessThan(0.1);
    expect(Math.abs((changes[1]?.hour ?? 0) - 17.4)).toBeLessThan(0.1);
  });

  it('are found in latency by factors, and beside a leak', () => {
    expect(changesOf({ kind: 'drift', extra: (hour) => (hour >= 40 ? Math.log(1.15) : 0) })).toEqual([
      '40 unexplained',
    ]);
    expect(changesOf({ extra: (hour) => (0.2 * hour) / 24 + (hour >= 40 ? 0.1 : 0) })).toEqual(['40 unexplained']);
  });

  it.each(WITH_AND_WITHOUT_LOAD)('are one with the restart that they belong to (%o)', (size) => {
    const age = (hour: number): number => (hour < 15.2 ? hour + 30 : hour - 15.2);
    const extra = (hour: number): number => -0.4 * Math.exp(-age(hour) / 0.5) + (0.3 * age(hour)) / 24;
    expect(changesOf({ ...size, extra }, [15.2])).toEqual(['15.25 restart']);
  });

  it('hold every restart, whether the level moved or not', () => {
    expect(changesOf({}, [50.5, 20])).toEqual(['20 restart', '50.5 restart']);
  });

  it('have the label of what is known to have happened', () => {
    const extra = (hour: number): number => (hour >= 40 ? 0.12 : 0);
    const happened = [{ atHour: 39.9, label: 'deploy of v2' }];
    expect(said(datedChanges(service({ extra }), [], happened))).toEqual(['40 deploy of v2']);
  });

  it.each(SIZES)('are a load change where the load itself moved for good (%o)', (size) => {
    const loadAt = (hour: number): number => day(hour) + (hour >= 14 ? 0.7 : 0);
    const extra = (_: number, load: number): number => 0.25 * load;
    expect(changesOf({ ...size, loadAt, extra })).toEqual(['14 load change']);
    expect(changesOf({ ...size, loadAt, extra, known: false })).toEqual(['14 unexplained']);
  });
});

describe('what is no dated change', () => {
  const shapes: Record<string, Made['extra'] & {}> = {
    'a healthy day': () => 0,
    'memory that follows the load': (_, load) => 0.4 * load,
    'memory that follows the load more than in proportion': (_, load) => 0.2 * load * load,
    'a leak': (hour) => (0.3 * hour) / 24,
    'a slow leak': (hour) => (0.05 * hour) / 24,
    'a leak by requests': (_, __, served) => (0.3 * served) / 24,
    'a leak that begins later': (hour) => (0.2 * Math.max(0, hour - 10)) / 24,
    'a cache that fills': (hour) => -0.3 * Math.expm1(-hour / 9),
    'a heap that warms up': (hour) => -0.3 * Math.expm1(-hour / 0.4),
    'collections every 20 minutes': (hour) => 0.2 * ((hour % 0.35) / 0.35),
    'collections every two hours': (hour) => 0.2 * ((hour % 1.7) / 1.7),
    'collections every 5 hours': (hour) => 0.2 * ((hour % 5) / 5),
    'collections by requests': (_, __, served) => 0.2 * ((served % 6) / 6),
  };
  it.each(Object.keys(shapes))('%s: one series in a hundred by the design, one in twenty at most here', (name) => {
    const extra = shapes[name] ?? (() => 0);
    const series = WITH_AND_WITHOUT_LOAD.flatMap((size) => [1, 2, 3, 4, 5].map((seed) => ({ ...size, seed, extra })));
    expect(series.filter((made) => changesOf(made).length > 0).length).toBeLessThanOrEqual(1);
  });

  it('a job of every night, short or long', () => {
    for (const length of [2, 5]) {
      const extra = (hour: number): number => ((hour + 12) % 24 < length ? 0.3 : 0);
      expect(changesOf({ extra })).toEqual([]);
      expect(changesOf({ extra, known: false })).toEqual([]);
    }
  });

  it('the hours of a load that is planned in blocks', () => {
    const loadAt = (hour: number): number => (hour % 24 < 8 ? 0.4 : hour % 24 < 12 ? 1 : hour % 24 < 14 ? 1.8 : 1.2);
    const extra = (_: number, load: number): number => 0.3 * load;
    expect(changesOf({ loadAt, extra })).toEqual([]);
    expect(changesOf({ loadAt, extra, known: false })).toEqual([]);
    expect(changesOf({ loadAt, extra, hours: 24 })).toEqual([]);
  });

  it('a drift of latency', () => {
    expect(changesOf({ kind: 'drift', extra: (hour) => (Math.log(1.2) * hour) / 24 })).toEqual([]);
  });

  it('anything in a series of a few readings, or of none', () => {
    const nothing: Watched = {
      kind: 'growth',
      readings: { hours: new Float64Array(), values: new Float64Array() },
      load: null,
    };
    expect(datedChanges(nothing, [])).toEqual([]);
    expect(changesOf({ hours: 2, extra: (hour) => (hour > 1 ? 1 : 0) })).toEqual([]);
  });
});

describe('readings that are missing', () => {
  it('move no change, but into their gap', () => {
    const whole = service({ extra: (hour) => (hour >= 40 ? 0.12 : 0) });
    const values = whole.readings.values.map((value, minute) =>
      minute % 7 === 0 || (minute > 1200 && minute < 1500) ? Number.NaN : value,
    );
    const changes = datedChanges({ ...whole, readings: { ...whole.readings, values } }, []);
    expect(said(changes)).toEqual(['40 unexplained']);
  });
});

describe('dated changes do not depend on', () => {
  const FEW = { numRuns: 15, seed: 20_261_121 };
  const shapes = fc.record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    at: fc.integer({ min: 10, max: 60 }),
    size: fc.constantFrom(0, 0.03, 0.12, -0.12),
    leakPerDay: fc.constantFrom(0, 0.2),
    known: fc.boolean(),
  });
  type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;
  const watched = ({ seed, at, size, leakPerDay, known }: Shape): Watched =>
    service({
      ...{ seed, known, everyMinutes: 7.5 },
      extra: (hour) => (leakPerDay * hour) / 24 + (hour < at ? 0 : size),
    });
  /** Levels are fitted: their last digits depend on the order of sums. */
  const placed = (one: Watched) => datedChanges(one, []).map(({ hour, label }) => ({ hour, label }));
  const withReadings = (one: Watched, readings: Partial<Watched['readings']>): Watched => ({
    ...one,
    readings: { ...one.readings, ...readings },
  });

  it('a constant that is added, nor the unit', () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(1 / 1024, 3), fc.constantFrom(0, 1e8, -3e8), (shape, factor, constant) => {
        const one = watched(shape);
        const other = withReadings(one, { values: one.readings.values.map((value) => factor * (value + constant)) });
        expect(datedChanges(other, []).map(({ label }) => label)).toEqual(
          datedChanges(one, []).map(({ label }) => label),
        );
        for (const [at, { hour }] of datedChanges(other, []).entries())
          expect(hour).toBe(datedChanges(one, [])[at]?.hour);
      }),
      FEW,
    );
  });

  it('when the clock began, by whole hours', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 400 }), (shape, later) => {
        const one = watched(shape);
        const hours = one.readings.hours.map((hour) => hour + later);
        const other: Watched = {
          ...withReadings(one, { hours }),
          load: one.load && { hours, values: one.load.values },
        };
        expect(placed(other)).toEqual(placed(one).map(({ hour, label }) => ({ hour: hour + later, label })));
      }),
      FEW,
    );
  });

  it('the unit of the load', () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(1 / 60, 40), (shape, factor) => {
        const one = watched({ ...shape, known: true });
        const load = one.load && { ...one.load, values: one.load.values.map((value) => factor * value) };
        expect(placed({ ...one, load })).toEqual(placed(one));
      }),
      FEW,
    );
  });

  it('whether a missing reading is written down', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 1_000_000 }), (shape, seed) => {
        const one = watched(shape);
        const random = normalNoise(seed);
        const holed = one.readings.values.map((value) => (random() > 1.3 ? Number.NaN : value));
        const without = {
          hours: one.readings.hours.filter((_, at) => !Number.isNaN(holed[at])),
          values: holed.filter((value) => !Number.isNaN(value)),
        };
        expect(datedChanges(withReadings(one, { values: holed }), [])).toEqual(
          datedChanges(withReadings(one, without), []),
        );
      }),
      FEW,
    );
  });
});
