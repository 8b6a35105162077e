/** Healthy runs with incidents and combinations that no threshold may be tuned on. */
import { batches, bursts, nightlyJob, steps, wander } from '../disturbance.ts';
import type { Draw } from '../draw.ts';
import { fillingTable } from '../latency.ts';
import { bursty, growingDays, migration, withWeekend } from '../load.ts';
import { fillingCache, keptFor, ratchet, sawtooth } from '../memory.ts';
import type { Family, RunPlan, RunShape } from '../plan.ts';
import { gappyClock } from '../readings.ts';
import {
  counts,
  hysteresis,
  memory,
  ordinaryLatency,
  ordinaryRun,
  pooledConnections,
  startedForTheRun,
  usedConnections,
} from './ordinary.ts';

function clean(name: string, about: string, plan: (draw: Draw, shape: RunShape) => RunPlan): Family {
  return { name, set: 'sealed', fault: 'none', about, plan };
}

export const incidentsSealed: readonly Family[] = [
  clean('a weekend, and garbage by requests', 'Collections come at another pace on two of the days.', (draw) =>
    ordinaryRun(draw, {
      load: withWeekend(draw),
      growth: [
        memory(draw.part('heap'), 'heap_used_bytes', [
          sawtooth({
            share: draw.uniform(0.05, 0.5),
            periodHours: draw.logUniform(0.1, 14),
            by: 'requests',
            jitter: 0.1,
            leaves: 0,
          }),
        ]),
        memory(draw.part('rss'), 'rss_bytes', [hysteresis(draw)]),
        usedConnections(draw),
      ],
    }),
  ),
  clean(
    'traffic moves over from another system',
    'Load rises for hours and stays; memory follows late and keeps it.',
    (draw, { lengthHours }) =>
      ordinaryRun(draw, {
        load: migration(draw, lengthHours),
        growth: [
          memory(draw.part('rss'), 'rss_bytes', [
            hysteresis(draw),
            ratchet({ share: draw.uniform(0.03, 0.25), scatter: 0.03 }),
          ]),
          memory(draw.part('heap'), 'heap_used_bytes', [hysteresis(draw.part('heap'))]),
          pooledConnections(draw),
        ],
      }),
  ),
  clean(
    'a deployment restarts, changes the level, and its cache fills anew',
    'Three explanations at one instant.',
    (draw, { lengthHours }) => {
      const deployHour = draw.uniform(2, lengthHours - 2);
      const own = () => [
        steps([{ atHour: deployHour, share: draw.uniform(-0.12, 0.2), rampHours: 0 }]),
        fillingCache({
          share: draw.uniform(0.05, 0.4),
          tauHours: draw.logUniform(0.5, 10),
          by: draw.pick(['time', 'requests']),
          stretch: 1,
        }),
      ];
      return ordinaryRun(draw, {
        process: { initialAgeHours: draw.uniform(0, 0.3), startHours: [deployHour] },
        growth: [
          memory(draw.part('rss'), 'rss_bytes', own()),
          memory(draw.part('heap'), 'heap_used_bytes', own()),
          counts(draw),
        ],
        latency: [
          ordinaryLatency(draw.part('p95'), 'latency_p95_ms', [
            steps([{ atHour: deployHour, share: draw.uniform(-0.1, 0.15), rampHours: 0 }]),
          ]),
        ],
      });
    },
  ),
  clean(
    'every quarter of an hour, no load known',
    'Few readings, slow noise, a nightly job, and nothing to explain them.',
    (draw) =>
      ordinaryRun(draw, {
        loadKnown: false,
        clock: { spacingSeconds: 900, jitterShare: 0.01, gaps: [], missingShare: draw.uniform(0, 0.03) },
        growth: [
          memory(draw.part('rss'), 'rss_bytes', [
            wander({ sd: draw.logUniform(0.004, 0.02), forgetsHours: draw.logUniform(1, 8) }),
            nightlyJob({
              share: draw.uniform(0.03, 0.3),
              atClockHour: draw.uniform(0, 24),
              takesHours: draw.uniform(0.5, 3),
            }),
          ]),
          memory(draw.part('heap'), 'heap_used_bytes', [
            wander({ sd: draw.logUniform(0.004, 0.02), forgetsHours: draw.logUniform(1, 8) }),
          ]),
        ],
        latency: [
          ordinaryLatency(draw.part('p95'), 'latency_p95_ms', [
            wander({ sd: draw.logUniform(0.01, 0.04), forgetsHours: draw.logUniform(1, 6) }),
          ]),
        ],
      }),
  ),
  clean(
    'bursts of load',
    'Each new highest burst is kept by the allocator and by the pools.',
    (draw, { lengthHours }) =>
      ordinaryRun(draw, {
        load: bursty(draw, lengthHours),
        growth: [
          memory(draw.part('rss'), 'rss_bytes', [
            ratchet({ share: draw.uniform(0.03, 0.3), scatter: draw.uniform(0.01, 0.06) }),
          ]),
          memory(draw.part('heap'), 'heap_used_bytes', [
            sawtooth({
              share: draw.uniform(0.1, 0.6),
              periodHours: draw.logUniform(0.05, 3),
              by: 'requests',
              jitter: 0.1,
              leaves: 0,
            }),
          ]),
          pooledConnections(draw),
          counts(draw.part('another')),
        ],
        latency: [
          ordinaryLatency(draw.part('p95'), 'latency_p95_ms'),
          ordinaryLatency(draw.part('p99'), 'latency_p99_ms', [
            bursts({ perHour: draw.uniform(0.05, 0.5), lastsHours: 0.1, low: 0.2, high: 1.2 }),
          ]),
        ],
      }),
  ),
  clean(
    'batches, nights, outages of the sampler',
    'Whatever a straight line could lean on is disturbed somewhere.',
    (draw, { lengthHours }) => {
      const fromHour = draw.uniform(1, lengthHours);
      const batch = (share: number) =>
        batches([{ fromHour, toHour: fromHour + draw.uniform(2, lengthHours / 4), share }]);
      const job = (share: number) =>
        nightlyJob({ share, atClockHour: draw.uniform(0, 24), takesHours: draw.uniform(0.5, 2) });
      return ordinaryRun(draw, {
        clock: gappyClock(draw, lengthHours),
        growth: [
          memory(draw.part('rss'), 'rss_bytes', [
            batch(draw.uniform(0.05, 0.3)),
            job(draw.uniform(0.05, 0.3)),
            ratchet({ share: draw.uniform(0, 0.25), scatter: 0.03 }),
          ]),
          memory(draw.part('heap'), 'heap_used_bytes', [job(draw.uniform(0.05, 0.3))]),
          counts(draw),
        ],
        latency: [
          ordinaryLatency(draw.part('p95'), 'latency_p95_ms', [
            batch(draw.uniform(0.05, 0.3)),
            job(draw.uniform(0.05, 0.4)),
          ]),
        ],
      });
    },
  ),
  clean('growing load, and a table that fills', 'Latency rises with the load and, for a day, with the data.', (draw) =>
    ordinaryRun(draw, {
      process: startedForTheRun(draw),
      load: growingDays(draw),
      growth: [
        memory(draw.part('redis'), 'redis_used_memory_bytes', [
          keptFor({ share: draw.uniform(0.1, 0.8), keptHours: draw.pick([1, 6, 12]) }),
        ]),
        usedConnections(draw),
        memory(draw.part('heap'), 'heap_used_bytes', [
          sawtooth({
            share: draw.uniform(0.1, 0.5),
            periodHours: draw.logUniform(0.1, 6),
            by: 'requests',
            jitter: 0.1,
            leaves: 0,
          }),
        ]),
      ],
      latency: [
        ordinaryLatency(draw.part('p95'), 'latency_p95_ms', [
          fillingTable({ extra: draw.uniform(0.03, 0.25), tauHours: draw.logUniform(0.5, 8) }),
        ]),
      ],
    }),
  ),
  clean(
    'coarse memory units over a filling cache',
    'Percent of the machine, whole or in tenths, with values missing.',
    (draw) =>
      ordinaryRun(draw, {
        process: startedForTheRun(draw),
        growth: [
          memory(
            draw.part('percent'),
            'rss_bytes',
            [
              fillingCache({
                share: draw.uniform(0.05, 0.4),
                tauHours: draw.logUniform(0.7, 18),
                by: draw.pick(['time', 'requests']),
                stretch: 1,
              }),
            ],
            { name: 'memory_percent', scale: draw.uniform(10, 50), grain: draw.pick([0.1, 0.5, 1]), collects: false },
          ),
          pooledConnections(draw),
          counts(draw.part('another')),
        ],
      }),
  ),
];
