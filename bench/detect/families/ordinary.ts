/** The ordinary parts of a run, with magnitudes that real services have. Families take these and add what makes them hard. */
import type { Component } from '../component.ts';
import { inUse, pool, threads } from '../counts.ts';
import { noise } from '../disturbance.ts';
import type { Draw } from '../draw.ts';
import { coldStart, powerOfLoad, queueing } from '../latency.ts';
import { anyDailyLoad } from '../load.ts';
import { heldForLoad, resident, warmUp } from '../memory.ts';
import type { GrowthPlan, LatencyPlan, RunPlan } from '../plan.ts';
import { usualClock } from '../readings.ts';

const PAGE_BYTES = 4096;

/** A run with a daily load and no incident; give what differs. */
export function ordinaryRun(draw: Draw, own: Partial<RunPlan> & Pick<RunPlan, 'growth'>): RunPlan {
  return {
    load: anyDailyLoad(draw.part('load')),
    loadKnown: true,
    clock: usualClock(draw.part('clock')),
    // Mostly the target is started for the run; sometimes it has been up for days.
    process: { initialAgeHours: draw.chance(0.7) ? draw.uniform(0, 0.3) : draw.uniform(30, 300), startHours: [] },
    latency: [ordinaryLatency(draw.part('p95'), 'latency_p95_ms')],
    ...own,
  };
}

/** Resident set or heap: idle level, what the load holds, warm-up, noise; and the family's own components. */
export function memory(
  draw: Draw,
  name: 'rss_bytes' | 'heap_used_bytes' | 'container_memory_bytes' | 'redis_used_memory_bytes',
  components: readonly Component[],
  own: Partial<GrowthPlan> = {},
): GrowthPlan {
  return {
    name,
    scale: draw.logUniform(60e6, 6e9),
    components: [resident(), usualHeld(draw), usualWarmUp(draw), usualNoise(draw), ...components],
    leak: null,
    grain: PAGE_BYTES,
    counts: false,
    outlierShare: 0,
    collects:
      name === 'heap_used_bytes' ||
      components.some(({ garbage }) => garbage) ||
      (name === 'rss_bytes' && draw.chance(0.5)),
    ...own,
  };
}

/** In flight: nothing to a third of the idle level, quickly up, more slowly down. */
export function usualHeld(draw: Draw): Component {
  const riseHours = draw.logUniform(0.01, 0.2);
  return heldForLoad({
    share: draw.pick([draw.uniform(0, 0.02), draw.uniform(0.02, 0.12), draw.uniform(0.1, 0.35)]),
    exponent: draw.uniform(0.6, 1.3),
    riseHours,
    fallHours: riseHours * draw.pick([1, draw.uniform(1, 8)]),
  });
}

/** Idle sessions, kept buffers, decommit delays of hours: memory falls long after the load has. */
export function hysteresis(draw: Draw): Component {
  return heldForLoad({
    share: draw.uniform(0.08, 0.4),
    exponent: draw.uniform(0.7, 1.2),
    riseHours: draw.logUniform(0.02, 0.3),
    fallHours: draw.logUniform(1.5, 14),
  });
}

export function usualWarmUp(draw: Draw): Component {
  return warmUp({ depth: draw.uniform(0.05, 0.6), tauHours: draw.logUniform(0.05, 0.9) });
}

export function usualNoise(draw: Draw): Component {
  return noise({
    white: draw.logUniform(0.0008, 0.008),
    shared: draw.logUniform(0.0008, 0.008),
    forgetsHours: draw.logUniform(0.03, 0.8),
    loadPower: draw.pick([0, 0, draw.uniform(0.2, 0.8)]),
  });
}

/** One of the usual whole-number series: a pool, connections in use, threads, descriptors. */
export function counts(draw: Draw): GrowthPlan {
  return draw.pick([pooledConnections, usedConnections, openDescriptors, executorThreads])(draw);
}

export function pooledConnections(draw: Draw): GrowthPlan {
  const needed = draw.logUniform(2, 120);
  const min = Math.round(needed * draw.uniform(0.1, 1));
  const max = Math.max(min + 1, Math.round(needed * draw.uniform(0.9, 4)));
  return whole('db_connections', [pool({ min, max, needed, idleHours: draw.logUniform(0.05, 1) })]);
}

export function usedConnections(draw: Draw, atLeast = 3): GrowthPlan {
  const mean = draw.logUniform(Math.max(3, atLeast * 0.7), Math.max(80, atLeast * 3));
  const idle = Math.round(draw.uniform(Math.max(2, atLeast * 0.4), Math.max(20, atLeast)));
  return whole('connections', [resident(idle), inUse({ mean, keep: draw.uniform(0, 0.9) })]);
}

function openDescriptors(draw: Draw): GrowthPlan {
  const files = draw.integer(20, 400);
  return whole('open_fds', [resident(files), inUse({ mean: draw.logUniform(2, 200), keep: draw.uniform(0, 0.9) })]);
}

function executorThreads(draw: Draw): GrowthPlan {
  const core = draw.integer(8, 60);
  return whole('threads', [threads({ core, max: core * draw.integer(2, 5), needed: core * draw.uniform(0.4, 1) })]);
}

function whole(name: string, components: readonly Component[]): GrowthPlan {
  return { name, scale: 1, components, leak: null, grain: 1, counts: true, outlierShare: 0, collects: false };
}

/** A percentile in milliseconds: waiting by load, cold start, noise that is larger where few requests are measured. */
export function ordinaryLatency(
  draw: Draw,
  name: 'latency_p50_ms' | 'latency_p95_ms' | 'latency_p99_ms',
  components: readonly Component[] = [],
  own: Partial<LatencyPlan> = {},
): LatencyPlan {
  const far = name === 'latency_p99_ms' ? 1.8 : 1;
  return {
    name,
    scaleMs: far * draw.logUniform(3, 400),
    components: [
      draw.chance(0.7)
        ? queueing({ utilisationAtPeak: draw.uniform(0.2, 0.85), share: draw.uniform(0.1, 1) })
        : powerOfLoad(draw.uniform(-0.1, 0.35)),
      coldStart({ extra: draw.uniform(0, 0.4), tauHours: draw.logUniform(0.05, 0.8) }),
      noise({
        white: far * draw.logUniform(0.015, 0.1),
        shared: far * draw.logUniform(0.004, 0.03),
        forgetsHours: draw.logUniform(0.05, 1),
        loadPower: draw.pick([0, -0.5]),
      }),
      ...components,
    ],
    drift: null,
    ...own,
  };
}

export function ascending(hours: readonly number[]): number[] {
  return [...hours].sort((a, b) => a - b);
}

/** A target that was started for the run: its caches are empty. */
export function startedForTheRun(draw: Draw): RunPlan['process'] {
  return { initialAgeHours: draw.uniform(0, 0.2), startHours: [] };
}
