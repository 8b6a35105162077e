import { describe, expect, it } from 'vitest';
import { HOUR_MS, MEMORY, type RunScript, runRows, START_MS } from '../../tests/support/run-rows.ts';
import type { SamplerRole } from '../model/sample.ts';
import { gatherEvidence } from './evidence.ts';
import { judge } from './judge.ts';

/** Leaks 20 % a day and begins anew each day. */
const LEVEL = (hour: number): number => 200e6 * (1 + (0.2 * (hour % 24)) / 24);

const event = (kind: string, hours: number): NonNullable<RunScript['events']>[number] => ({
  atMs: START_MS + hours * HOUR_MS,
  kind,
  severity: 'error',
  message: 'agent was restarted',
  data: { source: 'agent' },
});
const restarts = [event('target_identified', 0), event('target_restarted', 24), event('target_restarted', 48)];

function growthOf(series: string, events: RunScript['events'], role: SamplerRole = 'target') {
  const rows = runRows({
    hours: 72,
    series: { [series]: { ...MEMORY, info: { ...MEMORY.info, role }, level: LEVEL } },
    ...(events === undefined ? {} : { events }),
  });
  return judge(rows).growth.find(({ series: id }) => id === series);
}

describe('growth over restarts', () => {
  it('follows each life of the process in the source that saw the restarts', () => {
    expect(growthOf('agent.rss_bytes', restarts)).toMatchObject({ finding: 'growing' });
  });

  it('does so as well in a source that cannot tell whom it reads', () => {
    const { finding, growthPercentPer24h } = growthOf('cluster.heap_bytes', restarts) ?? {};
    expect(finding).toBe('growing');
    expect(growthPercentPer24h).toBeGreaterThan(15);
    expect(growthPercentPer24h).toBeLessThan(25);
  });

  const ofCache = (kind: string, hours: number) => ({ ...event(kind, hours), data: { source: 'cache' } });
  const cacheRestarts = [
    ofCache('dependency_identified', 0),
    ofCache('dependency_restarted', 24),
    ofCache('dependency_restarted', 48),
  ];

  it('judges a dependency as well, over its own restarts', () => {
    expect(growthOf('cache.used_memory_bytes', cacheRestarts, 'dependency')).toMatchObject({ finding: 'growing' });
  });

  it('does not take the restart of a dependency for one of the target', () => {
    expect(growthOf('cluster.heap_bytes', cacheRestarts)?.finding).not.toBe('growing');
  });

  it('leaves alone a source that knows itself and was not restarted', () => {
    const itself = { ...event('target_identified', 0), data: { source: 'cluster' } };
    expect(growthOf('cluster.heap_bytes', [itself, ...restarts])?.finding).not.toBe('growing');
  });
});

describe('a series that fails the memory criterion', () => {
  it('is growing in the table too, also where the test over all series alone would not say so', () => {
    const flat = { ...MEMORY, level: () => 100e6 };
    const leak = {
      ...MEMORY,
      noise: 0.05,
      correlation: 0.97,
      level: (hour: number) => 200e6 * (1 + (0.6 * hour) / 24),
    };
    const series = { 'agent.rss_bytes': leak, 'agent.a': flat, 'agent.b': flat, 'agent.c': flat, 'agent.d': flat };
    const rows = runRows({ hours: 10, ratePerMinute: 6, seed: 10, series });
    const found = gatherEvidence(rows).growth.find(({ series: { id } }) => id === 'agent.rss_bytes');
    expect(found).toMatchObject({ proven: false, growth: { finding: 'growing' } });

    const { criteria, growth } = judge(rows);
    expect(criteria).toContainEqual(expect.objectContaining({ id: 'memory_leak', status: 'fail' }));
    expect(growth[0]).toMatchObject({ series: 'agent.rss_bytes', finding: 'growing', note: null });
  });
});
