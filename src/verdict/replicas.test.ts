import { describe, expect, it } from 'vitest';
import { MEMORY, profileOf, type RunScript, runRows } from '../../tests/support/run-rows.ts';
import { judge } from './judge.ts';
import { sumOf } from './replicas.ts';

const clocked = (...readings: [number, number][]) => ({
  hours: Float64Array.from(readings, ([hour]) => hour),
  values: Float64Array.from(readings, ([, value]) => value),
});

/** A pod that holds more and more, by percent of its level a day. */
const pod = (percentPerDay: number, noise = 0.004) => ({
  ...MEMORY,
  noise,
  level: (hour: number) => 1e8 * (1 + (percentPerDay / 100) * (hour / 24)),
});

function growthWith(series: NonNullable<RunScript['series']>, replicaOf: string | undefined) {
  const script: RunScript = { hours: 72, ratePerMinute: 300, series };
  const plain = profileOf(script);
  const samplers = ['shop-1', 'shop-2', 'cache'].map((name) => ({
    kind: 'process',
    name,
    settings: {},
    ...(name === 'cache' || replicaOf === undefined ? {} : { replicaOf }),
  }));
  const profile = { ...plain, monitoring: { ...plain.monitoring, samplers } };
  return judge(runRows({ ...script, profile }));
}

const twoPods = { 'shop-1.rss_bytes': pod(0), 'shop-2.rss_bytes': pod(10), 'cache.rss_bytes': pod(0) };

describe('replicas of one service', () => {
  const verdict = growthWith(twoPods, 'shop');

  it('are judged each for itself, and as their sum', () => {
    expect(verdict.growth.map(({ series, state }) => [series, state])).toEqual([
      ['shop-1.rss_bytes', 'stable'],
      ['shop-2.rss_bytes', 'leak'],
      ['cache.rss_bytes', 'stable'],
      ['shop.rss_bytes', 'leak'],
    ]);
    const sum = verdict.growth.find(({ series }) => series === 'shop.rss_bytes');
    expect(sum?.growthPercentPer24h).toBeGreaterThan(4);
    expect(sum?.growthPercentPer24h).toBeLessThan(6);
    expect(sum?.startLevel).toBeGreaterThan(1.9e8);
  });

  it('have the criterion decided by the worst', () => {
    const leak = verdict.criteria.find(({ id }) => id === 'memory_leak');
    expect(leak).toMatchObject({ status: 'fail', worst: 'shop-2.rss_bytes' });
  });

  it('are not added up where the profile does not say that they are', () => {
    expect(growthWith(twoPods, undefined).growth).toHaveLength(3);
  });

  it('have no sum when there is only one', () => {
    const one = growthWith({ 'shop-1.rss_bytes': pod(0) }, 'shop');
    expect(one.growth.map(({ series }) => series)).toEqual(['shop-1.rss_bytes']);
  });
});

describe('a sum', () => {
  it('is there where every replica was read', () => {
    const sum = sumOf([clocked([1, 10], [2, 20], [4, 40]), clocked([2, 200], [3, 300], [4, 400])]);
    expect([...sum.hours]).toEqual([2, 4]);
    expect([...sum.values]).toEqual([220, 440]);
  });

  it('is empty when one was never read', () => {
    expect(sumOf([clocked([1, 10]), clocked()]).hours).toHaveLength(0);
  });
});
