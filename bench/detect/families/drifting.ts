/** Latencies that drift, of both sets. The first latency series drifts; memory and counts of the run are healthy. */

import type { Component } from '../component.ts';
import { bursts, nightlyJob, noise, steps, wander } from '../disturbance.ts';
import type { Draw } from '../draw.ts';
import { byEndpoint, byRequests, byTime, type FaultPlan } from '../fault.ts';
import { bursty, growingDays, withWeekend } from '../load.ts';
import type { Family, FamilySet, RunPlan, RunShape } from '../plan.ts';
import { leaking } from './leaking.ts';
import { counts, memory, ordinaryLatency, ordinaryRun } from './ordinary.ts';

function drift(set: FamilySet, name: string, about: string, plan: (draw: Draw, shape: RunShape) => RunPlan): Family {
  return { name, set, fault: 'drift', about, plan };
}

function drifting(draw: Draw, plan: FaultPlan, components: readonly Component[], own: Partial<RunPlan> = {}): RunPlan {
  const name = draw.pick(['latency_p50_ms', 'latency_p95_ms', 'latency_p99_ms'] as const);
  return ordinaryRun(draw, {
    growth: [memory(draw.part('rss'), 'rss_bytes', []), counts(draw.part('counts'))],
    latency: [ordinaryLatency(draw.part('drifting'), name, components, { drift: plan })],
    ...own,
  });
}

export const drifts: readonly Family[] = [
  drift('tuning', 'drift by time', 'As much as a daily load moves it in an hour, spread over days.', (draw) =>
    drifting(draw, leaking(byTime), []),
  ),
  drift('tuning', 'drift by requests', 'A table without an index: slower with each row.', (draw) =>
    drifting(draw, leaking(byRequests), []),
  ),
  drift('tuning', 'drift that begins later', 'A flat half before it.', (draw, { lengthHours }) =>
    drifting(draw, leaking(byTime, draw.uniform(0.1, 0.45) * lengthHours), []),
  ),
  drift('tuning', 'drift with a deployment in it', 'A step up or down on the way.', (draw, { lengthHours }) =>
    drifting(draw, leaking(draw.pick([byTime, byRequests])), [
      steps([{ atHour: draw.uniform(0.1, 0.9) * lengthHours, share: draw.uniform(-0.1, 0.12), rampHours: 0.05 }]),
    ]),
  ),
  drift('sealed', 'drift within slow noise', 'Hours above and hours below are usual.', (draw) =>
    drifting(draw, leaking(draw.pick([byTime, byRequests])), [
      wander({ sd: draw.logUniform(0.008, 0.03), forgetsHours: draw.logUniform(0.5, 5) }),
    ]),
  ),
  drift(
    'sealed',
    'drift under uneven noise and bursts',
    'By night few requests are measured, and badly.',
    (draw, { lengthHours }) =>
      drifting(
        draw,
        leaking(byTime),
        [
          noise({ white: draw.logUniform(0.03, 0.12), shared: 0, forgetsHours: 1, loadPower: -0.5 }),
          bursts({ perHour: draw.uniform(0.05, 0.5), lastsHours: 0.1, low: 0.2, high: 1.5 }),
        ],
        { load: bursty(draw, lengthHours) },
      ),
  ),
  drift('sealed', 'drift while the load grows', 'Load and time rise together, but the days repeat.', (draw) =>
    drifting(draw, leaking(byRequests), [], { load: growingDays(draw) }),
  ),
  drift('sealed', 'drift of one endpoint over a weekend', 'At its own pace, with a nightly job.', (draw) =>
    drifting(
      draw,
      leaking(byEndpoint),
      [
        nightlyJob({
          share: draw.uniform(0.05, 0.4),
          atClockHour: draw.uniform(0, 24),
          takesHours: draw.uniform(0.5, 2.5),
        }),
      ],
      { load: withWeekend(draw) },
    ),
  ),
  drift(
    'sealed',
    'drift late, after a deployment that helped',
    'The end is hardly above the beginning.',
    (draw, { lengthHours }) => {
      const deployHour = draw.uniform(0.1, 0.3) * lengthHours;
      return drifting(draw, leaking(byTime, deployHour), [
        steps([{ atHour: deployHour, share: -draw.uniform(0.02, 0.1), rampHours: 0 }]),
      ]);
    },
  ),
];
