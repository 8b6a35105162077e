import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PastRun, storeWith } from '../../tests/support/past-runs.ts';
import { runRows } from '../../tests/support/run-rows.ts';
import { judge } from '../verdict/judge.ts';
import { historyOf } from './history.ts';
import { trendOverRuns } from './trend-over-runs.ts';

const { criteria } = judge(runRows({ hours: 1, series: {} }));
const grown = (id: string, endedDay: number, percent: number | null): PastRun => ({
  ...{ id, endedDay, state: 'passed' },
  run: { labels: { build: id } },
  verdict: { criteria: criteria.map((one) => (one.id === 'memory_leak' ? { ...one, actual: percent } : one)) },
});

describe('the history of a profile', () => {
  it('tells its last runs, oldest first, and where each number goes', async () => {
    const past = [1, 2, 3, 4, 5, 6].map((at) => grown(`r${at}`, at, at / 2));
    const store = await storeWith([...past, { id: 'x', state: 'rehearsed', endedDay: 7, run: { rehearsal: true } }]);
    const history = await historyOf(store, { profile: 'weekly', last: 5 });
    expect(history.runs.map(({ runId, build, values }) => [runId, build, values.growth])).toEqual(
      [2, 3, 4, 5, 6].map((at) => [`r${at}`, `r${at}`, at / 2]),
    );
    expect(history.trends.growth).toMatchObject({ direction: 'rising', runs: 5, perRun: 0.5 });
    expect(history.trends.mttr).toMatchObject({ direction: 'too_few', runs: 0 });
    expect(history.runs[0]?.values.p95).toBeGreaterThan(0);
  });

  it('leaves out of a trend the runs that have no value', async () => {
    const store = await storeWith([1, 2, 3, 4, 5, 6].map((at) => grown(`r${at}`, at, at === 3 ? null : at)));
    const { runs, trends } = await historyOf(store, { profile: 'weekly', last: 20 });
    expect(runs).toHaveLength(6);
    expect(trends.growth.runs).toBe(5);
  });

  it('of a profile that never ran is empty', async () => {
    expect((await historyOf(await storeWith([]), { profile: 'weekly', last: 5 })).runs).toEqual([]);
  });
});

describe('a trend from run to run', () => {
  it('is exact for few values: two of the 120 orders of five are as clear as a straight rise', () => {
    expect(trendOverRuns([1, 2, 3, 4, 5]).probability).toBeCloseTo(2 / 120, 12);
    // Kendall, Rank Correlation Methods, table 1: P(S >= 11) of six is 0.0083 + 0.0014.
    expect(trendOverRuns([1, 2, 3, 5, 4, 6]).probability).toBeCloseTo(2 * (0.001_389 + 0.006_944 + 0), 4);
  });

  it('is not called of four runs, nor of an order that chance gives often', () => {
    expect(trendOverRuns([1, 2, 3, 4]).direction).toBe('too_few');
    expect(trendOverRuns([3, 1, 4, 2, 5]).direction).toBe('none');
    expect(trendOverRuns([2, 2, 2, 2, 2, 2])).toMatchObject({ direction: 'none', perRun: 0 });
  });

  it('turns round with its values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 5, maxLength: 30 }), (values) => {
        const there = trendOverRuns(values);
        const back = trendOverRuns(values.toReversed());
        expect(back.probability).toBeCloseTo(there.probability ?? Number.NaN, 9);
        expect(back.perRun).toBeCloseTo(-(there.perRun ?? Number.NaN), 9);
        const opposite = { rising: 'falling', falling: 'rising', none: 'none', too_few: 'too_few' } as const;
        expect(back.direction).toBe(opposite[there.direction]);
      }),
    );
  });
});
