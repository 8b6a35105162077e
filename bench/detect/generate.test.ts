import { describe, expect, it } from 'vitest';
import { families } from './families/all.ts';
import { generate } from './generate.ts';
import { medianOf } from './moment.ts';
import type { Family } from './plan.ts';
import type { Trace, TraceSeries } from './trace.ts';

const clean = families.filter(({ fault }) => fault === 'none');
const leaking = families.filter(({ fault }) => fault === 'leak');
const drifting = families.filter(({ fault }) => fault === 'drift');
const named = (list: readonly Family[]) => list.map((family) => ({ title: `${family.set}: ${family.name}`, family }));

describe('the families', () => {
  it('are at least as many as the benchmark promises, of both sets', () => {
    expect(clean.length).toBeGreaterThanOrEqual(14);
    expect(leaking.length + drifting.length).toBeGreaterThanOrEqual(10);
    for (const set of ['tuning', 'sealed']) {
      for (const list of [clean, leaking, drifting]) expect(list.some((family) => family.set === set)).toBe(true);
    }
  });

  it('have names of their own, so that none is in both sets', () => {
    expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
  });
});

describe.each(named(families))('$title', ({ family }) => {
  const percent = family.fault === 'none' ? 0 : 10;

  it('gives the same run for the same seed, and another for another', () => {
    const run = (seed: number) => generate(family, { seed, lengthHours: 24, percent, evidence: false });
    expect(run(5)).toEqual(run(5));
    expect(run(6)).not.toEqual(run(5));
  });

  it.each([
    { lengthHours: 72, evidence: false },
    { lengthHours: 24, evidence: true },
  ])('is a run of $lengthHours h as a sampler would see it', ({ lengthHours, evidence }) => {
    for (let seed = 1; seed <= 2; seed += 1) {
      const trace = generate(family, { seed, lengthHours, percent, evidence });
      expect(isAscending(trace.hours)).toBe(true);
      expect(trace.hours.at(-1)).toBeLessThan(lengthHours + 0.25);
      expect(trace.loadRpm?.every((rpm) => Number.isNaN(rpm) || rpm >= 0)).not.toBe(false);
      expect(new Set(trace.series.map(({ name }) => name)).size).toBe(trace.series.length);
      expect(
        trace.series.filter(({ kind, collected }) => kind === 'growth' && !collected).length,
      ).toBeGreaterThanOrEqual(2);
      expect(trace.series.some(({ kind }) => kind === 'drift')).toBe(true);
      for (const { values, truth } of trace.series) {
        expect(values.length).toBe(trace.hours.length);
        expect(values.every((value) => Number.isNaN(value) || (value >= 0 && value < Number.POSITIVE_INFINITY))).toBe(
          true,
        );
        expect(values.filter((value) => Number.isNaN(value)).length).toBeLessThan(values.length / 5);
        expect(truth.level).toBeGreaterThan(0);
      }
      expect(trace.evidence === null).toBe(!evidence);
    }
  });
});

describe.each(named(clean))('clean, $title', ({ family }) => {
  it('has no fault in any series', () => {
    const trace = generate(family, { seed: 3, lengthHours: 72, percent: 0, evidence: false });
    expect(trace.series.some(({ truth }) => truth.faulty || truth.percentPer24h !== 0)).toBe(false);
  });
});

describe.each(named(leaking))('$title', ({ family }) => {
  it('grows by exactly what its truth says more than the same run without the leak', () => {
    for (let seed = 1; seed <= 3; seed += 1) {
      const options = { seed, lengthHours: 72, percent: 10, evidence: true };
      const faulty = generate(family, options);
      const healthy = generate(family, { ...options, withoutFault: true });
      expect(healthy.series.some(({ truth }) => truth.faulty)).toBe(false);
      for (const [index, series] of faulty.series.entries()) {
        if (!series.truth.faulty || series.collected) continue;
        const twin = healthy.series[index];
        if (twin === undefined) throw new Error('a series is missing from the twin');
        const grown = grownOverLives(faulty, series, twin);
        const days = (72 - series.truth.onsetHour) / 24;
        const perDay = (100 * grown) / series.truth.level / days;
        // One unit, and half of the largest lump, may be on its way.
        expect(Math.abs(perDay - series.truth.percentPer24h)).toBeLessThan(
          0.1 * series.truth.percentPer24h + unit(series) / days,
        );
        expect(valuesBefore(faulty, series, series.truth.onsetHour)).toEqual(
          valuesBefore(healthy, twin, series.truth.onsetHour),
        );
      }
    }
  });

  it('leaks in one series of the target, and in its heap after collection', () => {
    const { series } = generate(family, { seed: 2, lengthHours: 24, percent: 10, evidence: true });
    expect(series.filter(({ truth, collected }) => truth.faulty && !collected)).toEqual([series[0]]);
    expect(series.every(({ truth, collected }) => !collected || truth.faulty || truth.percentPer24h === 0)).toBe(true);
  });
});

describe.each(named(drifting))('$title', ({ family }) => {
  it('is slower at the end by exactly what its truth says', () => {
    const options = { seed: 4, lengthHours: 72, percent: 20, evidence: false };
    const faulty = generate(family, options).series.find(({ truth }) => truth.faulty);
    const twin = generate(family, { ...options, withoutFault: true }).series.find(({ name }) => name === faulty?.name);
    const ratios = faulty?.values
      .map((value, index) => value / (twin?.values[index] ?? Number.NaN))
      .filter((ratio) => ratio > 0);
    expect(faulty?.truth.totalPercent).toBe(20);
    expect(ratios?.at(-1)).toBeCloseTo(1.2, 2);
    expect(ratios?.[0]).toBeCloseTo(1, 2);
  });
});

describe('the level that percentages refer to', () => {
  it('is what a steady run shows once it is warm', () => {
    const family = families.find(({ name }) => name === 'constant load');
    if (family === undefined) throw new Error('the family is gone');
    const trace = generate(family, { seed: 7, lengthHours: 72, percent: 0, evidence: false });
    for (const { values, truth, kind } of trace.series) {
      if (kind !== 'growth') continue;
      const late = values.filter((_, index) => (trace.hours[index] ?? 0) > 12);
      expect(medianOf(late) / truth.level).toBeGreaterThan(0.95);
      expect(medianOf(late) / truth.level).toBeLessThan(1.05);
    }
  });
});

describe('evidence', () => {
  it('schedules ten minutes at one rate every three hours, and the load series shows them', () => {
    const family = families.find(({ name }) => name === 'daily load');
    if (family === undefined) throw new Error('the family is gone');
    const trace = generate(family, { seed: 9, lengthHours: 24, percent: 0, evidence: true });
    const windows = trace.evidence?.calibration ?? [];
    expect(windows.map(({ fromHour }) => fromHour)).toEqual([3, 6, 9, 12, 15, 18, 21]);
    for (const { fromHour, toHour, rpm } of windows) {
      expect((toHour - fromHour) * 60).toBeCloseTo(10);
      const inside = trace.loadRpm?.filter((_, index) => {
        const hour = trace.hours[index] ?? 0;
        return hour >= fromHour && hour < toHour;
      });
      const seen = medianOf(inside ?? new Float64Array());
      expect(Math.abs(seen - rpm)).toBeLessThan(4 * Math.sqrt(rpm) + 1);
    }
  });

  it('names every restart that lies within the run', () => {
    const family = families.find(({ name }) => name === 'restarts');
    if (family === undefined) throw new Error('the family is gone');
    const trace = generate(family, { seed: 9, lengthHours: 24, percent: 0, evidence: true });
    expect(trace.evidence?.processStartHours.length).toBeGreaterThan(0);
    expect(trace.evidence?.processStartHours.every((hour) => hour > 0 && hour < 24)).toBe(true);
  });
});

/** What the leak has added by the end of each life of the process, summed. */
function grownOverLives(trace: Trace, series: TraceSeries, twin: TraceSeries): number {
  const ends = [...(trace.evidence?.processStartHours ?? []), Number.POSITIVE_INFINITY];
  return ends.reduce((sum, end, life) => {
    const from = life === 0 ? 0 : (ends[life - 1] ?? 0);
    const added = [...trace.hours.entries()]
      .filter(([, hour]) => hour >= from && hour < end)
      .map(([index]) => (series.values[index] ?? Number.NaN) - (twin.values[index] ?? Number.NaN))
      .filter((value) => !Number.isNaN(value));
    return sum + (added.at(-1) ?? 0);
  }, 0);
}

function valuesBefore(trace: Trace, series: TraceSeries, hour: number): Float64Array {
  return series.values.filter((_, index) => (trace.hours[index] ?? 0) < hour);
}

/** The least step that a series can show, in percent of its level. */
function unit({ name, truth }: TraceSeries): number {
  if (name.startsWith('connections')) return 100 / truth.level;
  return name === 'memory_percent' ? 25 / truth.level : 0.01;
}

function isAscending(hours: Float64Array): boolean {
  return hours.every((hour, index) => index === 0 || hour > (hours[index - 1] ?? Number.POSITIVE_INFINITY));
}
