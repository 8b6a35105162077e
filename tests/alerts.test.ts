/** Alerts of soaks in simulated time, with the rules that soakd comes with. */
import { describe, expect, it } from 'vitest';
import { replayAlerts } from '../src/duty/replay-alerts.ts';
import type { Alert } from '../src/model/alert.ts';
import { shippedRules, startWatch } from './support/alert-rig.ts';
import { memoryDutyStore } from './support/duty-store.ts';
import { correlatedNoise } from './support/noise.ts';
import {
  begin,
  HOUR_MS,
  type ScriptedSeries,
  SimulatedStaging,
  START_MS,
  type StagingScript,
} from './support/simulated-staging.ts';

const profile = (
  more: { duration?: string; traffic?: string; monitoring?: string; rest?: string } = {},
): string => `soak_test:
  name: watched
  duration: ${more.duration ?? '4h'}
  traffic_pattern: { base_rate: 60, warmup: 10m${more.traffic ?? ''} }
  workload: { kind: requests, requests: [{ name: list, path: / }] }
  monitoring:
    interval: 60s
    samplers: [{ kind: scripted, name: agent }]
${more.monitoring ?? ''}
${more.rest ?? ''}`;

interface Watched {
  staging: SimulatedStaging;
  runId: string;
  /** Oldest first. */
  alerts: Alert[];
  /** Titles of all messages, oldest first. */
  told: string[];
}

/** Plays a whole soak under watch. */
async function watched(script: StagingScript, source = profile()): Promise<Watched> {
  const staging = new SimulatedStaging({ settings: { pollMs: 10_000 }, ...script });
  const duty = memoryDutyStore();
  const soaks = staging.daemon();
  const { stop } = startWatch(staging, soaks, duty);
  const run = await begin(soaks, source);
  await staging.play(soaks, run.id);
  await staging.clock.advance(30_000);
  await stop();
  const messages = await duty.notifications({ limit: 500 });
  const told = messages.map(({ body }) => body.title).reverse();
  return { staging, runId: run.id, alerts: (await duty.alerts()).reverse(), told };
}

const within =
  (fromHour: number, untilHour: number) =>
  (atMs: number): boolean =>
    atMs >= START_MS + fromHour * HOUR_MS && atMs < START_MS + untilHour * HOUR_MS;
const hours = (fromHour: number, untilHour: number) => ({
  fromMs: START_MS + fromHour * HOUR_MS,
  untilMs: START_MS + untilHour * HOUR_MS,
});

const gauge = { unit: 'count', leakCandidate: false, memory: false } as const;
const memory = { unit: 'bytes', leakCandidate: true, memory: true } as const;
const series = (name: string, one: Partial<ScriptedSeries> & Pick<ScriptedSeries, 'at'>): StagingScript => ({
  series: { [name]: { ...gauge, ...one } },
});
const bad = within(1.5, 2);

/** What should raise each rule that is about a target or its load. */
const RAISES: Record<string, StagingScript> = {
  HighErrorRate: { load: { failures: (atMs) => (bad(atMs) ? { http_error: 0.1 } : {}) } },
  HighLatency: { load: { latency: ({ atMs }) => ({ medianMs: bad(atMs) ? 5_500 : 200, shape: 8 }) } },
  HighTimeoutRate: { load: { failures: (atMs) => (bad(atMs) ? { timeout: 0.2 } : {}) } },
  ServiceDown: { load: { failures: (atMs) => (bad(atMs) ? { connect: 1 } : {}) } },
  HighCPU: series('cpu_percent', { unit: 'percent', at: (atMs) => (bad(atMs) ? 97 : 30) }),
  HighRetryRate: series('retry_rate', { at: (atMs) => (bad(atMs) ? 0.2 : 0.01) }),
  CircuitBreakerOpen: series('circuit_breaker_open', { at: (atMs) => (bad(atMs) ? 1 : 0) }),
  BulkheadRejections: series('bulkhead_rejections', { at: (atMs) => (bad(atMs) ? 250 : 0) }),
  SagaCompensationRateHigh: series('saga_compensation_rate', { at: (atMs) => (bad(atMs) ? 0.09 : 0.01) }),
  MemoryLeak: series('rss_bytes', {
    ...memory,
    at: (atMs) => 2e8 * 1.4 ** Math.max(0, (atMs - START_MS) / HOUR_MS - 1),
  }),
  LoadGone: { load: { stalls: [hours(1.5, 1.6)] } },
  GeneratorBehind: { load: { stalls: [hours(1.5, 1.6)] } },
  GeneratorReplaced: {
    load: {
      crashes: [1.2, 1.6, 2].map((hour) => ({ atMs: START_MS + hour * HOUR_MS, exitCode: 1, signal: null })),
    },
  },
};

/** Raised by hand in src/alert/shipped-rules.test.ts and src/duty/own-states.test.ts. */
const RAISED_ELSEWHERE = [
  'RequestsHang',
  'RedisUnavailable',
  'SamplerBlind',
  'GrowthSuspected',
  'LeakFound',
  'DriftFound',
  'ExhaustionNear',
  'DidNotStart',
  'StoreTrouble',
];

describe('the rules that soakd comes with', () => {
  it('are each raised in a test', () => {
    const names = shippedRules().rules.map(({ name }) => name);
    expect([...Object.keys(RAISES), ...RAISED_ELSEWHERE].sort()).toEqual(names.toSorted());
  });
});

describe('alerts of a live soak', () => {
  it.each(Object.entries(RAISES))(
    '%s fires when there is reason, is told, and is over before the next run',
    async (name, script) => {
      const { alerts, told } = await watched(script);
      const fired = alerts.filter(({ rule, firingMs }) => rule.name === name && firingMs !== null);
      expect(fired.length).toBeGreaterThan(0);
      expect(told).toContain(`firing ${name}`);
      expect(told).toContain(`resolved ${name}`);
      expect(alerts.filter(({ state }) => state !== 'resolved')).toEqual([]);
      for (const { firingMs, facts } of fired) {
        expect(firingMs).toBeGreaterThan(START_MS + HOUR_MS);
        expect(facts?.hourOfRun).toBeCloseTo(((firingMs ?? 0) - START_MS) / HOUR_MS, 1);
      }
    },
  );

  it('say nothing of a healthy day whose memory and CPU follow the load', async () => {
    const noise = correlatedNoise(3, 0.8);
    const load = (atMs: number): number => {
      const hour = (atMs / HOUR_MS + 1) % 24;
      return hour < 6 ? 0.3 : hour < 10 ? 1 : hour < 20 ? 2.5 : 1;
    };
    const { told, alerts } = await watched(
      {
        load: {
          failures: () => ({ http_error: 0.003 }),
          latency: ({ requestsPerMinute }) => ({ medianMs: 300 + 4 * requestsPerMinute, shape: 4 }),
        },
        series: {
          rss_bytes: { ...memory, at: (atMs) => 2e8 * (1 + 0.3 * load(atMs)) * (1 + 0.004 * noise()) },
          cpu_percent: { ...gauge, unit: 'percent', at: (atMs) => 25 * load(atMs) },
          circuit_breaker_open: { ...gauge, at: () => 0 },
          never_there: { ...gauge, at: () => null },
        },
      },
      profile({
        duration: '24h',
        traffic: ', peak_hours: [10, 11, 12, 13, 14, 15, 16, 17, 18, 19], peak_multiplier: 2.5, night_multiplier: 0.3',
      }),
    );
    expect(told).toEqual([]);
    expect(alerts.filter(({ firingMs }) => firingMs !== null)).toEqual([]);
  });

  it('tell of an outage once when it begins and once when it ends, and of nothing that follows from it', async () => {
    const { alerts, told } = await watched({ load: { failures: (atMs) => (bad(atMs) ? { connect: 1 } : {}) } });
    expect(told).toEqual(['firing ServiceDown', 'resolved ServiceDown']);
    const [outage] = alerts.filter(({ rule }) => rule.name === 'ServiceDown');
    expect(outage?.firingMs).toBeGreaterThan(START_MS + 1.5 * HOUR_MS + 60_000);
    expect(outage?.firingMs).toBeLessThanOrEqual(START_MS + 1.5 * HOUR_MS + 120_000);
    expect(alerts.some(({ rule, firingMs }) => rule.name === 'HighErrorRate' && firingMs !== null)).toBe(true);
  });

  it('say nothing of the warm-up, of excluded hours and of a paused load', async () => {
    const { told } = await watched(
      { load: { failures: (atMs) => (within(0, 0.3)(atMs) || within(1, 2)(atMs) ? { connect: 1 } : {}) } },
      profile({ traffic: ', warmup: 20m', rest: '  exclude: [{ run: 1h-2h, reason: rebuild }]' }).replace(
        'warmup: 10m, ',
        '',
      ),
    );
    expect(told).toEqual([]);
  });

  it('say of a metric that vanished that there is no data, and of one that never was nothing', async () => {
    const { alerts, told } = await watched({
      series: {
        circuit_breaker_open: { ...gauge, at: (atMs) => (within(0, 1.5)(atMs) ? 0 : null) },
        retry_rate: { ...gauge, at: () => null },
      },
    });
    expect(alerts.map(({ rule, firingMs }) => [rule.name, firingMs])).toEqual([['CircuitBreakerOpen', null]]);
    expect(alerts[0]?.evidence).toContain('has had no value');
    expect(told).toEqual([]);
  });

  it('are raised again by a replay of the stored run, at the same instants', async () => {
    const { staging, runId, alerts } = await watched({
      load: { failures: (atMs) => (bad(atMs) ? { connect: 0.3, timeout: 0.2 } : {}) },
      // The source has another series before the one that is asked.
      series: {
        connections_established: { ...gauge, at: () => 4 },
        cpu_percent: { ...gauge, unit: 'percent', at: (atMs) => (bad(atMs) ? 97 : 30) },
      },
    });
    const run = await staging.store.run(runId);
    if (run === null) throw new Error('the run is not stored');
    const again = await replayAlerts(run, shippedRules().rules, staging.store);
    const told = (list: readonly Alert[]) =>
      list
        .filter(({ firingMs, rule }) => firingMs !== null && rule.condition.metric !== 'response_time_p95')
        .map(({ id, rule, firingMs, resolvedMs }) => ({ id, rule: rule.name, firingMs, resolvedMs }));
    expect(told(again)).toEqual(told(alerts));
    expect(told(again).length).toBeGreaterThan(2);
    expect(told(again).map(({ rule }) => rule)).toContain('HighCPU');
  });

  it('hold the limits of the profile in place of those of the file', async () => {
    const script = { load: { failures: (atMs: number) => (bad(atMs) ? { http_error: 0.04 } : {}) } };
    const { told } = await watched(
      script,
      profile({ monitoring: '    alerts: { error_rate: { threshold: 30%, severity: info } }' }),
    );
    expect(told).toEqual([]);
  });
});
