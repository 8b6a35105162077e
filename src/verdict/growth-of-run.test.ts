import { describe, expect, it } from 'vitest';
import { HOUR_MS, MEMORY, type RunScript, runRows, START_MS } from '../../tests/support/run-rows.ts';
import type { SamplerRole } from '../model/sample.ts';
import type { SeriesGrowth } from '../model/verdict.ts';
import { followedGrowth } from './growth-of-run.ts';
import { judge } from './judge.ts';
import type { Looked } from './looked.ts';
import { columnsOf } from './sample-column.ts';

const NO_LOAD = { hours: new Float64Array(0), values: new Float64Array(0) };
const LOOKED: Omit<Looked, 'plan'> = { hour: 72, load: NO_LOAD, leftOut: [], isLookedAt: () => true, happened: [] };

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

function growthOf(id: string, events: RunScript['events'], role: SamplerRole = 'target'): SeriesGrowth {
  const series = { [id]: { ...MEMORY, info: { ...MEMORY.info, role }, level: LEVEL } };
  return only({ hours: 72, series, ...(events === undefined ? {} : { events }) }, id);
}

function only(script: RunScript, id: string): SeriesGrowth {
  const found = judge(runRows(script)).growth.find(({ series }) => series === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

describe('growth over restarts', () => {
  it('follows each life of the process in the source that saw the restarts', () => {
    const { state, growthPercentPer24h } = growthOf('agent.rss_bytes', restarts);
    expect(state).toBe('leak');
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
    expect(growthOf('cache.used_memory_bytes', cacheRestarts, 'dependency').state).toBe('leak');
  });

  it('looks for them in the readings of a source that cannot tell whom it reads', () => {
    const rows = runRows({
      hours: 72,
      events: restarts,
      series: { 'cluster.heap_bytes': { ...MEMORY, level: LEVEL } },
    });
    const known = followedGrowth(rows, columnsOf(rows.series, rows.samples), { ...LOOKED, plan: rows.plan });
    expect(known.map(({ followed }) => followed.restarts)).toEqual([null]);
  });

  it('leaves alone a source that knows itself and was not restarted', () => {
    const itself = { ...event('target_identified', 0), data: { source: 'cluster' } };
    expect(growthOf('cluster.heap_bytes', [itself, ...restarts]).state).not.toBe('leak');
  });
});

describe('a series of a run', () => {
  const leak = (perDay: number) => (hour: number) => 200e6 * (1 + (perDay * hour) / 24);

  it('that leaks says since when, when it was called first, and when its limit is reached', () => {
    const growth = only(
      {
        hours: 72,
        events: [event('target_identified', 0)],
        series: {
          'agent.rss_bytes': { ...MEMORY, level: leak(0.3) },
          'box.limit_bytes': {
            info: { kind: 'cgroup', leakCandidate: false, memory: false },
            level: () => 500e6,
          },
        },
      },
      'agent.rss_bytes',
    );
    expect(growth).toMatchObject({
      state: 'leak',
      onsetMs: START_MS,
      why: expect.stringMatching(/^It grows by 30 % a day/),
    });
    expect(growth.growthPer24h).toBeCloseTo(60e6, -7);
    const hourOf = (ms: number | null | undefined): number => ((ms ?? Number.NaN) - START_MS) / HOUR_MS;
    expect(hourOf(growth.firstCalledMs)).toBeGreaterThanOrEqual(28);
    expect(hourOf(growth.firstCalledMs)).toBeLessThan(40);
    // 200 MB and 60 MB a day more: 500 MB after five days.
    expect(hourOf(growth.exhaustion?.atMs)).toBeGreaterThan(110);
    expect(hourOf(growth.exhaustion?.atMs)).toBeLessThan(125);
    expect(growth.exhaustion?.lowMs).toBeLessThanOrEqual(growth.exhaustion?.atMs ?? 0);
  });

  it('that is read after collections is called within a day, whether its name says so or the profile', () => {
    const script = (id: string): RunScript => ({ hours: 20, series: { [id]: { ...MEMORY, level: leak(0.3) } } });
    expect(only(script('agent.heap_after_gc_bytes'), 'agent.heap_after_gc_bytes').state).toBe('leak');
    expect(only(script('agent.rss_bytes'), 'agent.rss_bytes')).toMatchObject({ state: 'growing', firstCalledMs: null });
    const told = { ...MEMORY, info: { collected: true }, level: leak(0.3) };
    expect(only({ hours: 20, series: { 'agent.heap_bytes': told } }, 'agent.heap_bytes').state).toBe('leak');
  });

  it('that moves by a step is stable, and the step is told with what happened then', () => {
    const step = (hour: number, load: number): number => 200e6 * (1 + 0.05 * load) * (hour >= 40 ? 1.2 : 1);
    const note = {
      atMs: START_MS + 39.8 * HOUR_MS,
      who: 'eve',
      kind: 'annotate' as const,
      text: 'deploy 1.4',
      edit: null,
    };
    const series = { 'agent.rss_bytes': { ...MEMORY, level: step } };
    const growth = only({ hours: 72, series, actions: [note] }, 'agent.rss_bytes');
    expect(growth.state).toBe('stable');
    expect(growth.changePoints).toEqual([
      { atMs: START_MS + 40 * HOUR_MS, label: 'deploy 1.4', before: expect.any(Number), after: expect.any(Number) },
    ]);
    expect(only({ hours: 72, series }, 'agent.rss_bytes').changePoints).toMatchObject([{ label: 'unexplained' }]);
  });

  it('says the same of an hour whether the run lived then or is looked at later', () => {
    const series = { 'agent.rss_bytes': { ...MEMORY, level: leak(0.3) } };
    const live = judge(runRows({ hours: 72, series, liveUntilMs: START_MS + 40 * HOUR_MS }));
    const later = judge(runRows({ hours: 72, series }));
    expect(live.growth[0]?.state).toBe('leak');
    expect(live.growth[0]?.firstCalledMs).toBe(later.growth[0]?.firstCalledMs);
  });
});
