import { describe, expect, it } from 'vitest';
import {
  agentEvent,
  defaultCriteria,
  HOUR_MS,
  MEMORY,
  type RunScript,
  runRows,
  START_MS,
} from '../../tests/support/run-rows.ts';
import { judge } from './judge.ts';

const at = (hour: number): number => START_MS + hour * HOUR_MS;
const settled = (script: Partial<RunScript>): string | null =>
  judge(runRows({ hours: 72, ratePerMinute: 300, liveUntilMs: at(40), ...script })).settled ?? null;

/** Heap after collection that grows to a limit of 400 MB; the daily wave reaches a little higher. */
const leaking = (percentPerDay: number): NonNullable<RunScript['series']> => ({
  'pod.heap_after_gc_bytes': {
    ...MEMORY,
    info: { kind: 'cgroup' },
    level: (hour) => 2e8 * (1 + (percentPerDay / 100) * (hour / 24)),
  },
  'pod.limit_bytes': { level: () => 4e8, noise: 0, info: { leakCandidate: false, memory: false, kind: 'cgroup' } },
});
const only = (id: string) => defaultCriteria().filter((criterion) => criterion.id === id);
const profileWith = (...ids: string[]) => ({ criteria: defaultCriteria().filter(({ id }) => ids.includes(id)) });

describe('a live run may end now', () => {
  it('when a leak is called that reaches its limit within the run', () => {
    expect(settled({ series: leaking(40) })).toMatch(
      /^pod\.heap_after_gc_bytes leaks and reaches its limit before the plan ends, between 2026-01-07T\d\d:\d\dZ and 2026-01-07T\d\d:\d\dZ \(95 %\)$/,
    );
  });

  it('when it has failed for good and everything else has its answer', () => {
    const events = [agentEvent('target_identified', 0), agentEvent('target_restarted', 13)];
    const script = {
      ...profileWith('crashes', 'availability', 'error_rate'),
      events,
      series: { 'agent.rss_bytes': MEMORY },
    };
    expect(settled(script)).toMatch(/^the outcome is certain \(.*agent was restarted\) and every other/);
  });

  it('when it was down for longer than the rest of the plan could mend', () => {
    const down = { hung: { fromMs: at(20), untilMs: at(30) } };
    expect(settled({ ...down, criteria: only('availability'), series: {} })).toMatch(/Availability/);
  });
});

describe('a live run goes on', () => {
  it.each<[string, Partial<RunScript>]>([
    ['while nothing failed', { series: { 'agent.rss_bytes': MEMORY } }],
    ['with a leak whose limit lies beyond its end', { series: leaking(15) }],
    [
      'when it was down for a moment that uptime may mend',
      {
        criteria: only('availability').map((one) => ({ ...one, target: 99, text: '>= 99%' })),
        series: {},
        hung: { fromMs: at(39.4), untilMs: at(39.9) },
      },
    ],
    [
      'with a crash, while too little is seen of a series that no criterion asks about',
      {
        events: [agentEvent('target_identified', 0), agentEvent('target_restarted', 2)],
        ...profileWith('crashes'),
        series: { 'agent.rss_bytes': { ...MEMORY, noise: 0.5 } },
      },
    ],
    [
      'with a crash, while another criterion is open',
      {
        events: [agentEvent('target_identified', 0), agentEvent('target_restarted', 2)],
        ...profileWith('crashes', 'memory_leak'),
        liveUntilMs: at(5),
        series: { 'agent.rss_bytes': MEMORY },
      },
    ],
    [
      'with a crash, before the first peak',
      {
        events: [agentEvent('target_identified', 0), agentEvent('target_restarted', 2)],
        ...profileWith('crashes'),
        liveUntilMs: at(5),
        series: { 'agent.rss_bytes': MEMORY },
      },
    ],
    [
      'with a crash, while a change of the rate is still to come',
      {
        events: [agentEvent('target_identified', 0), agentEvent('target_restarted', 2)],
        ...profileWith('crashes'),
        series: { 'agent.rss_bytes': MEMORY },
        edits: [{ kind: 'rate', atMs: at(50), factor: 1.2, untilMs: at(51) }],
        actions: [
          {
            atMs: at(30),
            who: 'ana',
            kind: 'rate',
            text: 'later',
            edit: { kind: 'rate', atMs: at(50), factor: 1.2, untilMs: at(51) },
          },
        ],
      },
    ],
    [
      'when it is a rehearsal',
      {
        compression: 60,
        liveUntilMs: START_MS + (40 * HOUR_MS) / 60,
        ...profileWith('crashes'),
        events: [{ ...agentEvent('target_restarted', 0), atMs: START_MS + 60_000 }],
      },
    ],
  ])('%s', (_, script) => {
    expect(settled(script)).toBeNull();
  });

  it('never once it is over: a replay says nothing of it', () => {
    expect(judge(runRows({ hours: 72, series: leaking(40) }))).not.toHaveProperty('settled');
  });
});
