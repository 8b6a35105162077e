import { describe, expect, it } from 'vitest';
import { defaultCriteria, HOUR_MS, MEMORY, profileOf, type RunScript, runRows } from '../../tests/support/run-rows.ts';
import type { ComparedGroup, ComparedNumber, RunComparison } from '../model/comparison.ts';
import { judge } from '../verdict/judge.ts';
import { compareRuns } from './compare.ts';
import { type MeasuredRun, measureRun } from './measure-run.ts';

const CPU = { unit: 'percent' as const, leakCandidate: false, memory: false };
const PLAIN: RunScript = {
  hours: 24,
  warmupMs: HOUR_MS,
  names: ['list', 'buy'],
  criteria: defaultCriteria({ response_time_p95: { comparison: '<=', target: 4000, text: '<= 4s' } }),
  failures: () => ({ http_error: 0.004 }),
  series: {
    'agent.rss_bytes': MEMORY,
    'agent.cpu_percent': { info: CPU, noise: 0.05, correlation: 0.5, level: (_, load) => 10 + 8 * load },
  },
};
const measured = (changes: RunScript | Partial<RunScript> = {}): MeasuredRun => {
  const rows = runRows({ ...PLAIN, ...changes });
  return measureRun(rows, judge(rows));
};
const one = (found: RunComparison, group: ComparedGroup, name: string): ComparedNumber => {
  const number = found.numbers.find((each) => each.group === group && each.name === name);
  if (number === undefined) throw new Error(`${group} ${name} is not among ${found.numbers.map((each) => each.name)}`);
  return number;
};

describe('two runs of one profile', () => {
  const before = measured({ seed: 1 });

  it('that are alike are nowhere worse or better', () => {
    const found = compareRuns(before, measured({ seed: 2 }));
    expect(found.differences).toEqual([]);
    expect(found.sharedLoad).toBe(1);
    expect(found.numbers.filter(({ judgement }) => judgement === 'worse' || judgement === 'better')).toEqual([]);
    expect(one(found, 'duration', 'P95 all requests')).toMatchObject({ judgement: 'same' });
    expect(one(found, 'resource', 'agent.cpu_percent')).toMatchObject({ judgement: 'same' });
    expect(one(found, 'errors', 'buy').judgement).not.toBe('worse');
  });

  it('of which the later is slower, by how much and of which requests', () => {
    const found = compareRuns(before, measured({ seed: 2, medianMs: (_, load) => 125 * (1 + 0.2 * load) }));
    for (const name of ['P95 all requests', 'P50 buy', 'P95 list']) {
      const { change, judgement } = one(found, 'duration', name);
      expect(judgement, name).toBe('worse');
      expect(change?.by).toBe('percent');
      expect(change?.low).toBeGreaterThan(18);
      expect(change?.high).toBeLessThan(32);
    }
    expect(one(found, 'criterion', 'Response time P95').judgement).toBe('worse');
  });

  it('of which the later is faster is better, and the other way round it is worse', () => {
    const fast = measured({ seed: 2, medianMs: (_, load) => 70 * (1 + 0.2 * load) });
    expect(one(compareRuns(before, fast), 'duration', 'P95 all requests').judgement).toBe('better');
    expect(one(compareRuns(fast, before), 'duration', 'P95 all requests').judgement).toBe('worse');
  });

  it('of which the later fails more often and leaks', () => {
    const found = compareRuns(
      before,
      measured({
        seed: 2,
        failures: () => ({ http_error: 0.02 }),
        series: { ...PLAIN.series, 'agent.rss_bytes': { ...MEMORY, level: (hour) => 200e6 * (1 + (0.2 * hour) / 24) } },
      }),
    );
    expect(one(found, 'errors', 'buy')).toMatchObject({ judgement: 'worse', change: { by: 'unit' } });
    expect(one(found, 'criterion', 'Error rate').judgement).toBe('worse');
    expect(one(found, 'growth', 'agent.rss_bytes')).toMatchObject({ judgement: 'worse', unit: 'percent_per_24h' });
    expect(one(found, 'criterion', 'Throughput').judgement).toBe('worse');
  });

  it('at other rates are held against each other at the loads that both had, and it is said', () => {
    // Half as much again: the hours of the day fall on other loads, and each request is as fast as its load makes it.
    const medianMs = (_: number, load: number): number => 100 * (1 + 0.2 * load);
    const busy = measured({ seed: 2, ratePerMinute: 150, medianMs: (at, load) => medianMs(at, (load * 150) / 60) });
    const found = compareRuns(measured({ medianMs }), busy);
    expect(found.differences.join()).toMatch(/^load: \d+ % of the time was at like loads$/);
    expect(one(found, 'duration', 'P95 all requests').judgement).not.toBe('worse');
  });

  it('at loads that have nothing in common are not held against each other', () => {
    const found = compareRuns(before, measured({ seed: 2, ratePerMinute: 4000, names: ['list'] }));
    expect(one(found, 'duration', 'P95 all requests')).toMatchObject({
      judgement: 'unknown',
      change: null,
      note: 'the two had too little load in common',
    });
    expect(one(found, 'criterion', 'Error rate').judgement).toBe('unknown');
  });

  it('that differ in profile, target, duration or what they sent say so', () => {
    const short = measured({ hours: 12 });
    const profile = { ...profileOf(PLAIN), users: { ...profileOf(PLAIN).users, maxUsers: 7 } };
    const other = measured({ profile });
    const run = { ...other.run, name: 'nightly', targetUrl: 'http://127.0.0.1:2', environment: null };
    expect(compareRuns(before, { ...other, run }).differences).toEqual([
      'profile: "a soak by hand" and "nightly"',
      'target: http://127.0.0.1:1 and http://127.0.0.1:2',
      'environment: staging and none',
      'what is sent: users of the profile',
    ]);
    expect(compareRuns(before, short).differences).toContain('duration: 23 h and 11 h were judged');
  });

  it('of which one has no value has no judgement', () => {
    const found = compareRuns(
      before,
      measured({
        failures: (atMs) =>
          new Date(atMs).getUTCHours() === 12 && new Date(atMs).getUTCMinutes() < 2 ? { connect: 1 } : {},
      }),
    );
    expect(one(found, 'criterion', 'MTTR')).toMatchObject({
      judgement: 'unknown',
      before: null,
      note: 'the earlier run has no value',
    });
  });
});
