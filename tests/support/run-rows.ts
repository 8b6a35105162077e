/**
 * The rows of a run made by hand: what a generator, a target and samplers would have left in the store, from a
 * few functions of time. The noise is seeded. Fast enough for 72 h in a unit test.
 */
import { type Random, seededRandom } from '../../src/base/random.ts';
import { CRITERIA } from '../../src/model/criteria.ts';
import type { PlanEdit } from '../../src/model/plan.ts';
import type { CriterionSpec, Exclusion, Profile } from '../../src/model/profile.ts';
import type { Action, NewEvent, Transition } from '../../src/model/run.ts';
import type { Sample, SeriesInfo } from '../../src/model/sample.ts';
import { addToSketch, emptySketch, type Sketch } from '../../src/model/sketch.ts';
import { OUTCOMES, type Outcome, WINDOW_MS } from '../../src/model/window.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { requestsBetween } from '../../src/plan/rate.ts';
import type { SketchRow, WindowRow } from '../../src/store/store.ts';
import type { RunRows } from '../../src/verdict/rows.ts';
import { correlatedNoise } from './noise.ts';

export const START_MS = Date.UTC(2026, 0, 5);
export const HOUR_MS = 3_600_000;
const SKETCH_MS = 300_000;

/** Something that befell the process `agent`, at an hour of the run. */
export const agentEvent = (kind: string, hours: number) => ({
  atMs: START_MS + hours * HOUR_MS,
  kind,
  severity: 'error' as const,
  message: 'agent was restarted',
  data: { source: 'agent' },
});

export interface SeriesScript {
  info?: Partial<SeriesInfo>;
  /** Level at an hour of profile time since the start, at a load relative to the base rate. */
  level(hour: number, load: number): number;
  /** Standard deviation of the correlated noise, share of the level. */
  noise?: number;
  correlation?: number;
}

export interface RunScript {
  hours: number;
  /** Another profile than the plain one that the other settings describe. */
  profile?: Profile;
  compression?: number;
  warmupMs?: number;
  ratePerMinute?: number;
  criteria?: CriterionSpec[];
  exclude?: Exclusion[];
  edits?: PlanEdit[];
  /** Median duration of ok requests, milliseconds, at a real instant and a load relative to the base rate. */
  medianMs?(atMs: number, load: number): number;
  /** Share of requests with an outcome other than ok. */
  failures?(atMs: number): Partial<Record<Exclude<Outcome, 'ok'>, number>>;
  /** From real instants on: every request hangs, all arrivals starve. */
  hung?: { fromMs: number; untilMs: number };
  /** No windows: k6 was not there (`absent`) or stood still (`stalled`). */
  gaps?: { fromMs: number; untilMs: number; kind: 'absent' | 'stalled' | 'stepped' }[];
  series?: Record<string, SeriesScript>;
  names?: string[];
  events?: NewEvent[];
  actions?: Omit<Action, 'id'>[];
  /** Stops early. */
  stopMs?: number;
  /** Not finished: rows end here. */
  liveUntilMs?: number;
  sketchMs?: number;
  seed?: number;
}

export const MEMORY: SeriesScript = {
  level: (_hour, load) => 200e6 * (1 + 0.05 * load),
  noise: 0.004,
  correlation: 0.8,
};

/** All criteria that have a default, as if the profile had asked for them. */
export function defaultCriteria(change: Partial<Record<string, Partial<CriterionSpec>>> = {}): CriterionSpec[] {
  return CRITERIA.flatMap(({ id, unit, default: preset }) => {
    if (preset === null && change[id] === undefined) return [];
    const { comparison, target, text } = preset ?? { comparison: '<=' as const, target: 0, text: '<= 0' };
    return [{ id, comparison, target, unit, text, fromProfile: false, ...change[id] }];
  });
}

export function profileOf(script: RunScript): Profile {
  return {
    name: 'a soak by hand',
    durationMs: script.hours * HOUR_MS,
    targetUrl: 'http://127.0.0.1:1',
    traffic: {
      baseRatePerMinute: script.ratePerMinute ?? 60,
      hourlyMultipliers: Array.from({ length: 24 }, (_, hour) => (hour < 6 ? 0.3 : hour >= 10 && hour < 20 ? 2.5 : 1)),
      weekdayMultipliers: [1, 1, 1, 1, 1, 1, 1],
      peakMultiplier: 2.5,
      rampMs: 300_000,
      timezone: 'UTC',
      warmupMs: script.warmupMs ?? 0,
      arrivals: 'poisson',
      seed: 1,
      curve: null,
    },
    calibration: null,
    users: {
      kinds: { new: 0.3, returning: 0.5, power: 0.2 },
      patterns: { simple_query: 0.4, multi_turn: 0.35, complex_workflow: 0.25 },
      thinkTime: {
        new: { minMs: 0, maxMs: 0 },
        returning: { minMs: 0, maxMs: 0 },
        power: { minMs: 0, maxMs: 0 },
      },
      maxUsers: null,
    },
    workload: {
      kind: 'requests',
      timeoutMs: 10_000,
      requestsPerIteration: 1,
      longestIterationMs: 10_000,
      requests: [
        {
          name: 'GET /',
          weight: 1,
          method: 'GET',
          path: '/',
          headers: {},
          body: null,
          checks: { status: null, contains: [] },
        },
      ],
    },
    monitoring: { intervalMs: 60_000, metrics: [], samplers: [], alerts: [] },
    criteria: script.criteria ?? defaultCriteria(),
    criteriaOff: [],
    exclude: script.exclude ?? [],
    environment: 'staging',
    labels: {},
  };
}

export function runRows(script: RunScript): RunRows {
  const random = seededRandom(script.seed ?? 1);
  const compression = script.compression ?? 1;
  const profile = script.profile ?? profileOf(script);
  const plan = buildPlan(profile, { startMs: START_MS, compression }, script.edits ?? []);
  const untilMs = script.liveUntilMs ?? script.stopMs ?? plan.endMs;
  const load = (fromMs: number, toMs: number): number =>
    ((requestsBetween(plan, fromMs, toMs) / (toMs - fromMs)) * 60_000) / profile.traffic.baseRatePerMinute;
  const names = script.names ?? ['GET /'];

  const windows: WindowRow[] = [];
  const slices = new Map<string, SketchRow>();
  const sketchMs = script.sketchMs ?? (compression > 1 ? WINDOW_MS : SKETCH_MS);
  let process = 0;
  let lateInGap = 0;
  let stepMs = 0;
  let due = random();
  let iterationsDue = random();
  for (let atMs = START_MS, sequence = 0; atMs < untilMs; atMs += WINDOW_MS, sequence++) {
    const endMs = Math.min(atMs + WINDOW_MS, untilMs);
    due += requestsBetween(plan, atMs, endMs);
    const arrivals = Math.floor(due);
    due -= arrivals;
    iterationsDue += requestsBetween(plan, atMs, endMs) / plan.requestsPerIteration;
    const iterations = Math.floor(iterationsDue);
    iterationsDue -= iterations;
    const gap = script.gaps?.find(({ fromMs, untilMs: toMs }) => fromMs <= atMs && atMs < toMs);
    if (gap !== undefined) {
      if (gap.kind === 'absent' && endMs >= gap.untilMs) {
        process++;
        sequence = -1;
      }
      if (gap.kind === 'stalled') lateInGap += iterations;
      if (gap.kind === 'stepped') stepMs += WINDOW_MS;
      continue;
    }
    const hung = script.hung !== undefined && script.hung.fromMs <= atMs && atMs < script.hung.untilMs;
    const counts = hung ? {} : countsOf(arrivals, script.failures?.(atMs) ?? {}, random);
    windows.push({
      processId: `k6-${process}`,
      sequence,
      startMs: atMs,
      endMs,
      iterations: {
        planned: iterations + lateInGap,
        started: hung ? 0 : iterations,
        finished: hung ? 0 : iterations,
        interrupted: 0,
        starved: hung ? iterations : 0,
        late: lateInGap,
        paused: 0,
      },
      inFlight: {
        iterations: hung ? 5 : 0,
        oldestIterationMs: hung ? endMs - (script.hung?.fromMs ?? 0) : null,
        requests: hung ? 5 : 0,
        oldestRequestMs: hung ? endMs - (script.hung?.fromMs ?? 0) : null,
      },
      users: { busy: 0, max: 100 },
      requests: names.flatMap((name, at) =>
        OUTCOMES.flatMap((outcome) => {
          const count = share(counts[outcome] ?? 0, at, names.length);
          return count === 0 ? [] : [{ name, scenario: 'soak', outcome, count, statuses: {}, errorCodes: {} }];
        }),
      ),
      checks: [],
      bytes: { sent: 0, received: 0 },
      clock: { timerLagMs: 1, stepMs },
      tagSets: names.length,
      pooledRequests: 0,
      droppedRecords: 0,
    });
    lateInGap = 0;
    stepMs = 0;
    names.forEach((name, at) => {
      for (const outcome of OUTCOMES) {
        const count = share(counts[outcome] ?? 0, at, names.length);
        if (count === 0) continue;
        const sliceMs = Math.floor(atMs / sketchMs) * sketchMs;
        const key = `${sliceMs} ${name} ${outcome}`;
        const slice = slices.get(key) ?? {
          atMs: sliceMs,
          stepMs: sketchMs,
          scenario: 'soak',
          name,
          outcome,
          durationsMs: emptySketch(),
        };
        slices.set(key, slice);
        const median = script.medianMs?.(atMs, load(atMs, endMs)) ?? 100 * (1 + 0.2 * load(atMs, endMs));
        addDurations(slice.durationsMs, outcome, count, median, profile.workload.timeoutMs, random);
      }
    });
  }

  const { series, samples } = samplesOf(script, profile, untilMs, load);
  const finishing: Transition[] =
    script.liveUntilMs === undefined
      ? [
          {
            atMs: untilMs + 2000,
            from: 'running',
            to: 'finishing',
            reason: script.stopMs === undefined ? 'the plan is at its end' : 'stopped by somebody',
          },
        ]
      : [];
  if (script.stopMs !== undefined) for (const row of finishing) row.atMs = untilMs;
  return {
    run: {
      id: '20260105T000000Z-test',
      name: profile.name,
      targetUrl: 'http://127.0.0.1:1',
      profile,
      profileSource: 'soak_test: {}\n',
      createdMs: START_MS,
      startMs: START_MS,
      endMs: START_MS + (script.hours * HOUR_MS) / compression,
      compression,
      rehearsal: compression > 1,
      environment: 'staging',
      labels: {},
      startedBy: 'tester@example',
      soakdVersion: '0.1.0',
    },
    plan,
    transitions: [
      { atMs: START_MS, from: null, to: 'preparing', reason: 'created' },
      { atMs: START_MS, from: 'preparing', to: 'running', reason: 'the load begins' },
      ...finishing,
    ],
    actions: (script.actions ?? []).map((action, at) => ({ id: at + 1, ...action })),
    events: (script.events ?? []).map((event, at) => ({ id: at + 1, ...event })),
    processes: [],
    windows,
    sketches: [...slices.values()].toSorted((a, b) => a.atMs - b.atMs),
    series,
    samples,
  };
}

/** The part of a count that falls to one of `parts` names. */
const share = (count: number, at: number, parts: number): number =>
  Math.floor((count * (at + 1)) / parts) - Math.floor((count * at) / parts);

function countsOf(
  requests: number,
  failures: Partial<Record<Exclude<Outcome, 'ok'>, number>>,
  random: Random,
): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  let left = requests;
  for (const outcome of ['http_error', 'timeout', 'connect'] as const) {
    const failed = Math.min(left, Math.floor(requests * (failures[outcome] ?? 0) + random()));
    counts[outcome] = failed;
    left -= failed;
  }
  return { ...counts, ok: left };
}

/** Log-logistic durations: the p95 is 2.67 medians. A refused connection takes no time, a time-out its limit. */
function addDurations(
  sketch: Sketch,
  outcome: Outcome,
  count: number,
  medianMs: number,
  timeoutMs: number,
  random: Random,
): void {
  if (outcome === 'connect') addToSketch(sketch, 0, count);
  else if (outcome === 'timeout') addToSketch(sketch, timeoutMs, count);
  else {
    const strata = Math.min(count, 20);
    for (let at = 0; at < strata; at++) {
      const weight = Math.floor(((at + 1) * count) / strata) - Math.floor((at * count) / strata);
      const quantile = Math.min(0.9999, (at + random()) / strata);
      addToSketch(sketch, medianMs * (quantile / (1 - quantile)) ** (1 / 3), weight);
    }
  }
}

function samplesOf(
  script: RunScript,
  profile: Profile,
  untilMs: number,
  load: (fromMs: number, toMs: number) => number,
): { series: SeriesInfo[]; samples: Sample[] } {
  const compression = script.compression ?? 1;
  const stepMs = Math.max(1000, profile.monitoring.intervalMs / compression);
  const series: SeriesInfo[] = [];
  const samples: Sample[] = [];
  Object.entries(script.series ?? { 'agent.rss_bytes': MEMORY }).forEach(([id, one], index) => {
    series.push({
      id,
      source: id.split('.')[0] ?? id,
      kind: 'process',
      unit: 'bytes',
      role: 'target',
      leakCandidate: true,
      memory: true,
      ...one.info,
    });
    const noise = correlatedNoise((script.seed ?? 1) * 1000 + index, one.correlation ?? 0);
    for (let atMs = START_MS; atMs < untilMs; atMs += stepMs) {
      const hour = ((atMs - START_MS) * compression) / HOUR_MS;
      const value = one.level(hour, load(atMs, atMs + stepMs)) * (1 + (one.noise ?? 0) * noise());
      samples.push({ series: id, atMs, min: value * 0.998, mean: value, max: value * 1.002, last: value, readings: 6 });
    }
  });
  return { series, samples };
}
