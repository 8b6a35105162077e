import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { generate } from '../vectors.ts';
import { type Followed, Trend } from './finding.ts';

/** Readings by the minute; `noise` is its standard deviation as a share, uniform. */
function followed(days: number, value: (hour: number) => number, noise: number, own: Partial<Followed> = {}): Followed {
  const hours = generate(days * 1440, (minute) => minute / 60);
  const random = seededRandom(5);
  return {
    name: 'series',
    kind: 'growth',
    readings: { hours, values: hours.map((hour) => value(hour) * (1 + 3.46 * noise * (random() - 0.5))) },
    load: { hours, values: hours.map((hour) => 300 + 200 * Math.sin((2 * Math.PI * hour) / 24)) },
    restarts: null,
    collected: false,
    leftOut: [],
    limit: null,
    ...own,
  };
}

describe('what is said of a series', () => {
  it('is growing, too early, of a resident set that rises for one day', () => {
    const finding = new Trend(
      followed(1, (hour) => 3e8 * (1 + (0.3 * hour) / 24), 0.005),
      1,
    ).at(24);
    expect(finding.verdict).toBe('growing');
  });

  it('is a leak in the same day where what is read has been collected', () => {
    const leak = followed(1, (hour) => 3e8 * (1 + (0.3 * hour) / 24), 0.005, { collected: true });
    expect(new Trend(leak, 1).at(24).verdict).toBe('leak');
  });

  it('is not stable where a growth that matters may hide', () => {
    const noisy = followed(1, () => 3e8, 0.5, { load: null });
    const sparse = noisy.readings.hours.map((_, at) => at).filter((at) => at % 15 === 0);
    const readings = {
      hours: sparse.map((at) => noisy.readings.hours[at] ?? 0),
      values: sparse.map((at) => noisy.readings.values[at] ?? 0),
    };
    const finding = new Trend({ ...noisy, readings }, 1).at(24);
    expect(finding.growthPercentPer24h?.high).toBeGreaterThan(20);
    expect(finding.verdict).toBe('insufficient');
  });

  it('counts drift in shares of where it began, by the day, whatever its shape', () => {
    const straight = followed(3, (hour) => 40 * (1 + (0.4 * hour) / 72), 0.01, { kind: 'drift' });
    const bent = followed(3, (hour) => 40 * 1.4 ** (hour / 72), 0.01, { kind: 'drift' });
    for (const drift of [straight, bent]) {
      const finding = new Trend(drift, 1).at(72);
      expect(finding.verdict).toBe('drift');
      expect(finding.growthPercentPer24h?.estimate).toBeCloseTo(40 / 3, 0);
      expect(Math.abs((finding.answer?.level ?? 0) / 40 - 1)).toBeLessThan(0.02);
    }
  });

  it('has no rate where the load leaves nothing to tell it by: that is not a rate of 0', () => {
    const flat = followed(2, () => 3e8, 0.005);
    const ramp = { hours: flat.readings.hours, values: flat.readings.hours.map((hour) => 100 + 5 * hour) };
    expect(new Trend({ ...flat, load: ramp }, 1).at(48).growthPercentPer24h).toBeNull();
    expect(new Trend(flat, 1).at(48).growthPercentPer24h).not.toBeNull();
  });

  it('could see what it called, however close that was', () => {
    const leak = followed(1, (hour) => 3e8 * (1 + (0.04 * hour) / 24), 0.01, { collected: true });
    const { verdict, growthPercentPer24h: rate, detectablePercentPer24h: least } = new Trend(leak, 1).at(24);
    expect(verdict).toBe('leak');
    expect(least).toBe(rate?.estimate);
  });

  it('tells no leak of caches that would have to empty themselves', () => {
    // A night job that fills a buffer and lets it go, and a cache: with caches of both signs that is steady growth.
    const value = (hour: number): number =>
      3e8 * (1 + 0.2 * -Math.expm1(-hour / 5) + (hour > 14 && hour < 19 ? 0.08 : 0));
    expect(new Trend(followed(1, value, 0.004, { collected: true }), 1).at(24).verdict).not.toBe('leak');
  });
});

describe('what was emptied and fills again', () => {
  const load = (hour: number): number => 300 + 200 * Math.sin((2 * Math.PI * hour) / 24);
  /** A cache of a quarter of the level that fills within hours, from the start and again from hour 30. */
  const refilled = (hour: number): number =>
    4e8 * (1 - 0.25 * Math.exp(-(hour < 30 ? hour : hour - 30) / 4)) + 5e4 * load(hour);

  it('is no leak, though nobody named the restart', () => {
    expect(new Trend(followed(3, refilled, 0.01), 1).at(72).verdict).toBe('stable');
  });

  it('hides no leak that goes on beside it', () => {
    const leaking = (hour: number): number => refilled(hour) + 4e8 * 0.1 * (hour / 24);
    expect(new Trend(followed(3, leaking, 0.01), 1).at(72).verdict).toBe('leak');
  });
});

describe('what still fills when a run ends', () => {
  it('is growing: one day does not tell it from a leak', () => {
    const finding = new Trend(
      followed(1, (hour) => 3e8 * (1 - 0.5 * Math.exp(-hour / 22)), 0.004, { collected: true }),
      1,
    ).at(24);
    expect(finding.verdict).toBe('growing');
  });

  it('is stable once it has filled', () => {
    const finding = new Trend(
      followed(1, (hour) => 3e8 * (1 - 0.5 * Math.exp(-hour / 3)), 0.004, { collected: true }),
      1,
    ).at(24);
    expect(finding.verdict).toBe('stable');
  });
});
