import { describe, expect, it } from 'vitest';
import { MEMORY, profileOf, type RunScript, runRows, START_MS } from '../../tests/support/run-rows.ts';
import { summaryOfSeries } from './resources.ts';

const other = { leakCandidate: false, memory: false } as const;
const script: RunScript = {
  hours: 2,
  series: {
    'self.cpu_percent': { info: { role: 'self', unit: 'percent', ...other }, level: () => 1 },
    'agent.rss_bytes': MEMORY,
    'agent.connections_established': { info: { unit: 'count', ...other }, level: (hour) => (hour < 1 ? 10 : 30) },
    'agent.cpu_percent': { info: { unit: 'percent', ...other }, level: () => 20 },
  },
};

const summary = (metrics: string[], given: RunScript = script) => {
  const profile = profileOf(given);
  return summaryOfSeries(
    runRows({ ...given, profile: { ...profile, monitoring: { ...profile.monitoring, metrics } } }),
  );
};

describe('the summary of what was sampled', () => {
  it("begins with the target's series that the profile names, in its order", () => {
    expect(summary(['cpu_usage', 'active_connections']).map(({ series }) => series)).toEqual([
      'agent.cpu_percent',
      'agent.connections_established',
      'agent.rss_bytes',
      'self.cpu_percent',
    ]);
    expect(summary(['memory_usage'])[0]?.series).toBe('agent.rss_bytes');
  });

  it('holds the extremes of all readings and the mean of the intervals', () => {
    const connections = summary([]).find(({ series }) => series === 'agent.connections_established');
    expect(connections).toMatchObject({ mean: 20, samples: 120, missing: 0 });
    expect(connections?.lowest).toBeCloseTo(10 * 0.998, 9);
    expect(connections?.highest).toBeCloseTo(30 * 1.002, 9);
    expect(connections?.last).toBeCloseTo(30, 9);
  });

  it('counts intervals without a value as missing, never as zero', () => {
    const rows = runRows(script);
    for (const sample of rows.samples) {
      const gone = sample.series === 'agent.cpu_percent' && sample.atMs >= START_MS + 3_600_000;
      if (gone || sample.series === 'agent.rss_bytes')
        Object.assign(sample, { min: null, mean: null, max: null, last: null });
    }
    const bySeries = new Map(summaryOfSeries(rows).map((one) => [one.series, one]));
    expect(bySeries.get('agent.cpu_percent')).toMatchObject({ mean: 20, last: 20, samples: 60, missing: 60 });
    expect(bySeries.get('agent.rss_bytes')).toMatchObject({ mean: null, lowest: null, samples: 0, missing: 120 });
  });
});
