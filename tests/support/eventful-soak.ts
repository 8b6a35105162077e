/**
 * A soak of 72 hours in which things happen, played in seconds: traffic of day and night, a leak, a step after a deploy,
 * an outage, a stalled generator, a restart, what operators did. For the dashboard's tests, pictures and measurements.
 */
import { seededRandom } from '../../src/base/random.ts';
import type { Run } from '../../src/model/run.ts';
import type { SeriesInfo } from '../../src/model/sample.ts';
import type { Soaks } from '../../src/soak/soaks.ts';
import type { Store } from '../../src/store/store.ts';
import { correlatedNoise } from './noise.ts';
import { begin, HOUR_MS, type ScriptedSeries, SimulatedStaging, START_MS } from './simulated-staging.ts';

export { HOUR_MS, START_MS };

const REQUESTS: [name: string, share: number, medianMs: number][] = [
  ['POST /api/chat', 0.42, 420],
  ['GET /api/session', 0.2, 60],
  ['POST /api/search', 0.14, 180],
  ['GET /api/history', 0.12, 95],
  ['POST /api/feedback', 0.07, 70],
  ['GET /health', 0.05, 12],
];

type Request = (typeof REQUESTS)[number];

const profileOf = (hours: number, name: string, requests: readonly Request[]): string => `soak_test:
  name: ${JSON.stringify(name)}
  duration: ${hours}h
  environment: staging
  traffic_pattern:
    base_rate: 120
    peak_hours: [10, 11, 12, 14, 15, 16, 17, 18, 19, 20]
    peak_multiplier: 2.5
    night_multiplier: 0.3
    timezone: Europe/Berlin
    warmup: 1h
  workload:
    kind: requests
    requests:
${requests.map(([request, share]) => `      - { name: ${JSON.stringify(request)}, path: /, weight: ${100 * share} }`).join('\n')}
  monitoring:
    interval: 60s
    samplers:
      - { kind: scripted, name: agent }
  success_criteria:
    availability: ">= 99.5%"
    error_rate: "<= 1%"
    memory_leak: "< 5% growth per 24h"
    response_time_degradation: "< 10%"
    response_time_p95: "<= 2s"
  exclude:
    - { daily: "03:00-03:20", reason: "nightly backup" }
`;

const hourOf = (atMs: number): number => (atMs - START_MS) / HOUR_MS;
/** How busy the target is by the hour of its day, between 0.3 and 2.5 as the profile has it. */
const busyness = (atMs: number): number => 1.4 - 1.1 * Math.cos(((hourOf(atMs) + 12 - 3) / 24) * 2 * Math.PI);

interface SeriesShape {
  name: string;
  info: Partial<ScriptedSeries> & Pick<SeriesInfo, 'unit'>;
  level(hour: number, busy: number): number;
  noise: number;
}

const MB = 1e6;

/** What an agent platform would show; further series repeat these as replicas do. */
const SHAPES: SeriesShape[] = [
  {
    name: 'rss_bytes',
    info: { unit: 'bytes', leakCandidate: true, memory: true },
    level: (hour, busy) => (512 + 1.9 * hour + 18 * busy) * MB,
    noise: 0.006,
  },
  {
    name: 'heap_used_bytes',
    info: { unit: 'bytes', leakCandidate: true, memory: true },
    level: (hour, busy) => (210 + 1.35 * hour + 14 * busy) * MB,
    noise: 0.012,
  },
  { name: 'cpu_percent', info: { unit: 'percent' }, level: (_hour, busy) => 12 + 21 * busy, noise: 0.09 },
  {
    name: 'open_fds',
    info: { unit: 'count', leakCandidate: true },
    level: (_hour, busy) => 140 + 22 * busy,
    noise: 0.02,
  },
  {
    name: 'threads',
    info: { unit: 'count', leakCandidate: true },
    level: (hour) => (hour < 31 ? 24 : 32),
    noise: 0,
  },
  { name: 'active_connections', info: { unit: 'count' }, level: (_hour, busy) => 18 + 31 * busy, noise: 0.08 },
  {
    name: 'redis_used_memory_bytes',
    info: { unit: 'bytes', leakCandidate: true, memory: true },
    level: (hour, busy) => (96 + 30 * (1 - Math.exp(-hour / 9)) + 2 * busy) * MB,
    noise: 0.008,
  },
  {
    name: 'redis_hit_rate_percent',
    info: { unit: 'percent' },
    level: (hour) => 96.5 - 6 * Math.exp(-hour / 4),
    noise: 0.006,
  },
  {
    name: 'event_loop_lag_ms',
    info: { unit: 'milliseconds' },
    level: (_hour, busy) => 2.4 + 1.2 * busy,
    noise: 0.25,
  },
  {
    name: 'mongodb_connections',
    info: { unit: 'count', leakCandidate: true },
    level: (_hour, busy) => 40 + 6 * busy,
    noise: 0.03,
  },
];

function scriptedSeries(count: number): Record<string, ScriptedSeries> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index): [string, ScriptedSeries] => {
      const shape = SHAPES[index % SHAPES.length];
      if (shape === undefined) throw new Error('no shape');
      const replica = Math.floor(index / SHAPES.length);
      const noise = correlatedNoise(1000 + index, 0.6);
      const calm = replica === 0 ? 1 : 0;
      const { unit, leakCandidate = false, memory = false } = shape.info;
      const at = (atMs: number): number | null => {
        const hour = hourOf(atMs);
        // Nobody could read it for a while.
        if (index === 7 && hour > 40 && hour < 41.5) return null;
        // Of the replicas only the first leaks.
        const value = shape.level(calm === 1 || hour < 0 ? hour : 6, busyness(atMs)) * (1 + shape.noise * noise());
        return unit === 'count' ? Math.round(value) : unit === 'bytes' ? 4096 * Math.round(value / 4096) : value;
      };
      return [replica === 0 ? shape.name : `replica_${replica}_${shape.name}`, { unit, leakCandidate, memory, at }];
    }),
  );
}

export interface EventfulSoak {
  staging: SimulatedStaging;
  soaks: Soaks;
  run: Run;
}

export interface EventfulOptions {
  /** Hours that the plan has, and hours of it that are over. */
  planHours?: number;
  playedHours?: number;
  series?: number;
  store?: Store;
  name?: string;
  /** Another name of the first request. */
  request?: string;
  /** Instead of those that are made up, by name below the source `agent`. */
  scripted?: Record<string, ScriptedSeries>;
}

/** Plays a soak up to an hour of its plan and leaves it there, alive, in simulated time. */
export async function eventfulSoak(options: EventfulOptions = {}): Promise<EventfulSoak> {
  const { planHours = 72, playedHours = 58, series = 50, name = 'agent platform, weekly' } = options;
  const requests = REQUESTS.map(
    ([own, ...rest], index): Request => [index === 0 ? (options.request ?? own) : own, ...rest],
  );
  const at = (hour: number): number => START_MS + hour * HOUR_MS;
  const random = seededRandom(7);
  const wobble = Array.from({ length: 24 * planHours }, () => 0.97 + 0.06 * random());
  const staging = new SimulatedStaging({
    ...(options.store === undefined ? {} : { store: options.store }),
    series: options.scripted ?? scriptedSeries(series),
    load: {
      seed: 11,
      requests: requests.map(([request, share]) => ({ name: request, share })),
      latency: ({ atMs, requestsPerMinute, name: request }) => {
        const hour = hourOf(atMs);
        const median = requests.find(([own]) => own === request)?.[2] ?? 100;
        const slower = hour > 26.5 && hour < 27.2 ? 2.6 : hour > 31 ? 1.12 : 1;
        return {
          medianMs:
            median * slower * (1 + requestsPerMinute / 1500) * (wobble[Math.floor(hour * 24) % wobble.length] ?? 1),
          shape: 5,
        };
      },
      failures: (atMs) => {
        const hour = hourOf(atMs);
        if (hour > 26.5 && hour < 27.2) return { http_error: 0.09, timeout: 0.02 };
        if (hour > 49 && hour < 49.1) return { http_error: 0.3 };
        return { http_error: 0.0008 };
      },
      hangs: [{ fromMs: at(44), untilMs: at(44) + 90_000 }],
      stalls: [{ fromMs: at(35.5), untilMs: at(35.5) + 9 * 60_000 }],
      crashes: [{ atMs: at(53), exitCode: 1, signal: null }],
    },
    settings: { judgeEveryMs: 6 * HOUR_MS, watchEveryMs: 6 * HOUR_MS },
  });
  const soaks = staging.daemon();
  const run = await staging.clock.runUntil(begin(soaks, profileOf(planHours, name, requests)), HOUR_MS);
  const happenings: [hour: number, what: () => Promise<unknown>][] = [
    [20, () => soaks.act(run.id, { kind: 'rate', factor: 1.2, forMs: 3 * HOUR_MS, who: 'ana' })],
    [31, () => soaks.act(run.id, { kind: 'annotate', text: 'deployed build 4f2c1d9', who: 'ci' })],
    [47, () => soaks.act(run.id, { kind: 'pause', who: 'ana' })],
    [47.6, () => soaks.act(run.id, { kind: 'resume', who: 'ana' })],
  ];
  for (const [hour, what] of happenings.filter(([hour]) => hour < playedHours)) {
    await playTo(staging, at(hour));
    await staging.clock.runUntil(what(), HOUR_MS);
  }
  await playTo(staging, at(playedHours));
  return { staging, soaks, run };
}

/** Lets simulated time pass up to an instant. */
export async function playTo({ clock }: Pick<SimulatedStaging, 'clock'>, untilMs: number): Promise<void> {
  const leftMs = untilMs - clock.now();
  if (leftMs > 0) await clock.runUntil(clock.sleep(leftMs), leftMs + HOUR_MS);
}
