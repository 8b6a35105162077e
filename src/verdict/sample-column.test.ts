import { describe, expect, it } from 'vitest';
import { runRows, START_MS } from '../../tests/support/run-rows.ts';
import type { Sample, SeriesInfo } from '../model/sample.ts';
import { columnsOf, isLimit, SampleColumn } from './sample-column.ts';

const { plan } = runRows({ hours: 1, series: {} });
const looked = { plan, hour: 1, isLookedAt: () => true };
const sample = (minute: number, value: number | null, change: Partial<Sample> = {}): Sample => ({
  series: 'agent.rss_bytes',
  atMs: START_MS + minute * 60_000,
  min: value,
  mean: value,
  max: value,
  last: value,
  readings: 1,
  ...change,
});
const valuesOf = (column: SampleColumn, change = {}): number[] => [...column.readings({ ...looked, ...change }).values];

describe('a column of samples', () => {
  it('holds memory by its lowest reading and everything else by its mean', () => {
    const both = { min: 1, mean: 2 };
    for (const [memory, value] of [
      [true, 1],
      [false, 2],
    ] as const) {
      const column = new SampleColumn({ memory });
      column.add(sample(0, 3, both));
      expect(valuesOf(column)).toEqual([value]);
    }
  });

  it('leaves out what is missing, what is not looked at, and what stands at the hour or behind it', () => {
    const column = new SampleColumn({ memory: true });
    for (const [minute, value] of [
      [0, 1],
      [1, null],
      [2, 3],
      [59, 4],
      [60, 5],
    ] as const)
      column.add(sample(minute, value));
    expect(valuesOf(column)).toEqual([1, 3, 4]);
    expect(valuesOf(column, { isLookedAt: (atMs: number) => atMs !== START_MS + 120_000 })).toEqual([1, 4]);
    expect(column.last).toBe(5);
  });

  it('joins two parts of one interval, which two soakds have read', () => {
    const column = new SampleColumn({ memory: false });
    column.add(sample(0, 10));
    column.add(sample(1, 20));
    column.add(sample(1, 40, { readings: 3 }));
    column.add(sample(2, 50));
    expect(valuesOf(column)).toEqual([10, 35, 50]);
  });

  it('knows the newest value although the last sample has none', () => {
    const column = new SampleColumn({ memory: false });
    column.add(sample(0, 10));
    column.add(sample(1, null));
    expect(column.last).toBe(10);
  });
});

describe('columns', () => {
  const info: SeriesInfo = {
    id: 'agent.rss_bytes',
    source: 'agent',
    kind: 'process',
    unit: 'bytes',
    role: 'target',
    leakCandidate: true,
    memory: true,
  };

  it('are kept of what may leak and of what limits it, and of nothing else', () => {
    const limit = { ...info, id: 'pod.memory_limit_bytes', leakCandidate: false };
    const cpu = { ...info, id: 'agent.cpu_percent', unit: 'percent' as const, leakCandidate: false };
    const columns = columnsOf([info, limit, cpu], [sample(0, 1)]);
    expect([info, limit, cpu].map(({ id }) => columns.of(id) !== null)).toEqual([true, true, false]);
    expect(isLimit(limit)).toBe(true);
    expect(columns.of(info.id)?.last).toBe(1);
  });
});
