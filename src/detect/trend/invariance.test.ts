import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correlatedNoise, normalNoise } from '../../../tests/support/noise.ts';
import { generate } from '../vectors.ts';
import { evaluate } from './evaluate.ts';
import { type Finding, type Followed, Trend } from './finding.ts';
import type { Answer } from './question.ts';

/** An evaluation takes tens of milliseconds: few cases, the same ones every time. */
const FEW = { numRuns: 12, seed: 20_261_121 };
/** An eighth of an hour is a binary fraction, so that sums of it are exact. */
const EVERY_MINUTES = 7.5;

interface Shape {
  readonly seed: number;
  readonly hours: number;
  readonly leakPerDay: number;
  readonly stepAt: number;
  readonly step: number;
  readonly isLoadKnown: boolean;
  readonly kind: 'growth' | 'drift';
}

const shapes = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  hours: fc.constantFrom(24, 40, 72),
  leakPerDay: fc.constantFrom(0, 0.03, 0.1, 0.4),
  stepAt: fc.integer({ min: 8, max: 20 }),
  step: fc.constantFrom(0, 0.1, -0.1),
  isLoadKnown: fc.boolean(),
  kind: fc.constantFrom('growth' as const, 'drift' as const),
});

/** A service of 200 MB, or one that answers in 80 ms, under a load that follows the day. */
function followed({ seed, hours, leakPerDay, stepAt, step, isLoadKnown, kind }: Shape): Followed {
  const white = normalNoise(seed);
  const slow = correlatedNoise(seed + 1, 0.8);
  const at = generate((hours * 60) / EVERY_MINUTES, (place) => (place * EVERY_MINUTES) / 60);
  const load = at.map((hour) => 300 * (1 - 0.6 * Math.cos((2 * Math.PI * hour) / 24)));
  const values = at.map((hour, place) => {
    const moved =
      (leakPerDay * hour) / 24 + (hour < stepAt ? 0 : step) + (0.08 * (load[place] ?? 0)) / 300 + 0.003 * slow();
    return kind === 'drift' ? 80 * Math.exp(moved + 0.02 * white()) : 2e8 * (1 + moved + 0.003 * white());
  });
  return {
    name: 'a',
    kind,
    readings: { hours: at, values },
    load: isLoadKnown ? { hours: at, values: load } : null,
    restarts: null,
    collected: false,
    leftOut: [],
    limit: null,
  };
}

const withValues = (one: Followed, value: (value: number, hour: number) => number): Followed => ({
  ...one,
  readings: {
    ...one.readings,
    values: one.readings.values.map((was, at) => value(was, one.readings.hours[at] ?? 0)),
  },
});

const findingAt = (one: Followed, hour: number, series = 3): Finding => new Trend(one, series).at(hour);
const answerAt = (one: Followed, hour: number): Answer => {
  const answer = evaluate(one, hour);
  if (answer === null) throw new Error('no answer');
  return answer;
};

/** Equal but for rounding, in proportion to `size` or to the values themselves. */
const near = (value: number, expected: number, size = 0): void =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-6 * Math.max(size, Math.abs(expected)) + 1e-12);

function sameAnswer(answer: Answer, expected: Answer): void {
  expect(answer.finding).toBe(expected.finding);
  expect(answer.rival).toEqual(expected.rival);
  expect(answer.beside).toEqual(expected.beside);
  expect(answer.restarts).toEqual(expected.restarts);
  expect(answer.steps.map(({ hour }) => hour)).toEqual(expected.steps.map(({ hour }) => hour));
  near(answer.ratePerHour, expected.ratePerHour, expected.rateError);
  near(answer.rateError, expected.rateError);
  if (Number.isFinite(expected.evidence)) near(answer.evidence, expected.evidence, 1);
  else expect(answer.evidence).toBe(expected.evidence);
}

describe('the answer to a question of growth', () => {
  it('is the same in another unit: percent, evidence, verdict; the level is in that unit', () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(1 / 1024, 1e-3, 3, 1e6), (shape, factor) => {
        const one = followed(shape);
        const scaled = withValues(one, (value) => value * factor);
        const expected = answerAt(one, shape.hours);
        const answer = answerAt(scaled, shape.hours);
        sameAnswer(answer, expected);
        near(answer.level, expected.level * factor);
        expect(findingAt(scaled, shape.hours).verdict).toBe(findingAt(one, shape.hours).verdict);
      }),
      FEW,
    );
  });

  const perHour = ({ ratePerHour, level }: Answer): number => ratePerHour * level;
  const withConstant = (one: Followed, share: number): Followed => withValues(one, (value) => value + share * 2e8);

  it('is the same growth in the unit of the series when a constant is added, percent change by the level', () => {
    const clear = shapes.map(
      (shape): Shape => ({ ...shape, kind: 'growth', hours: 72, isLoadKnown: true, leakPerDay: 0.1, step: 0 }),
    );
    fc.assert(
      fc.property(clear, fc.constantFrom(0.02, 0.1, 0.3, 1), (shape, share) => {
        const before = answerAt(followed(shape), 72);
        const after = answerAt(withConstant(followed(shape), share), 72);
        expect(Math.abs(perHour(after) / perHour(before) - 1)).toBeLessThan(0.02);
        expect(Math.abs(after.level - before.level - share * 2e8)).toBeLessThan(0.01 * before.level);
      }),
      FEW,
    );
  });

  it('moves within its interval when a constant is added to what is not clear: what is usual is a share of the level', () => {
    const unclear = shapes.map((shape): Shape => ({ ...shape, kind: 'growth' }));
    fc.assert(
      fc.property(unclear, fc.constantFrom(0.02, 0.1, 0.3), (shape, share) => {
        const before = answerAt(followed(shape), shape.hours);
        const after = answerAt(withConstant(followed(shape), share), shape.hours);
        const error = Math.max(before.rateError * before.level, after.rateError * after.level);
        expect(Math.abs(perHour(after) - perHour(before))).toBeLessThanOrEqual(2 * error);
      }),
      FEW,
    );
  });

  it('does not depend on how the unit of the load is chosen', () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(1 / 60, 7, 1e4), (shape, factor) => {
        const one = followed({ ...shape, isLoadKnown: true });
        const load = one.load && { ...one.load, values: one.load.values.map((value) => value * factor) };
        sameAnswer(answerAt({ ...one, load }, shape.hours), answerAt(one, shape.hours));
      }),
      FEW,
    );
  });

  it('is not moved by anything that comes later', () => {
    fc.assert(
      fc.property(shapes, fc.double({ min: 0.3, max: 0.9, noNaN: true }), fc.integer(), (shape, share, other) => {
        const one = followed(shape);
        const hour = Math.max(8, Math.floor(share * shape.hours));
        const noise = normalNoise(other);
        const wild = withValues(one, (value, at) => (at < hour ? value : value * (3 + noise())));
        const cut = one.readings.hours.findIndex((at) => at >= hour);
        const short: Followed = {
          ...one,
          readings: { hours: one.readings.hours.slice(0, cut), values: one.readings.values.slice(0, cut) },
        };
        expect(findingAt(wild, hour)).toEqual(findingAt(one, hour));
        expect(findingAt(short, hour)).toEqual(findingAt(one, hour));
      }),
      FEW,
    );
  });

  it('does not depend on what was asked before', () => {
    fc.assert(
      fc.property(shapes, fc.array(fc.integer({ min: 1, max: 24 }), { maxLength: 6 }), (shape, hours) => {
        const trend = new Trend(followed(shape), 3);
        for (const hour of hours) trend.at(hour);
        expect(trend.at(24)).toEqual(findingAt(followed(shape), 24));
      }),
      FEW,
    );
  });

  it('takes a reading that is missing for one that was never there', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 1_000_000 }), (shape, seed) => {
        const random = normalNoise(seed);
        const gap = { from: 0.4 * shape.hours, to: 0.5 * shape.hours };
        const holed = withValues(followed(shape), (value, hour) =>
          random() > 1.3 || (hour >= gap.from && hour < gap.to) ? Number.NaN : value,
        );
        const { hours, values } = holed.readings;
        const without: Followed = {
          ...holed,
          readings: {
            hours: hours.filter((_, at) => !Number.isNaN(values[at])),
            values: values.filter((value) => !Number.isNaN(value)),
          },
        };
        expect(findingAt(holed, shape.hours)).toEqual(findingAt(without, shape.hours));
      }),
      FEW,
    );
  });

  it('is never a call where the series falls', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const one = followed({ ...shape, leakPerDay: -0.2 * Math.min(1, 24 / shape.hours) });
        expect(['leak', 'drift', 'suspect', 'growing']).not.toContain(findingAt(one, shape.hours).verdict);
      }),
      FEW,
    );
  });
});
