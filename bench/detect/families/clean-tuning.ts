/** Healthy runs that a detector may be made with. */
import { batches, bursts, nightlyJob, noise, steps, wander } from '../disturbance.ts';
import type { Draw } from '../draw.ts';
import { queueing } from '../latency.ts';
import { anyDailyLoad, constantLoad, growingDays, hourlyTable, nightDayPeak, smoothDay } from '../load.ts';
import { fillingCache, ratchet, resident, sawtooth } from '../memory.ts';
import type { Family, RunPlan, RunShape } from '../plan.ts';
import { gappyClock, usualClock } from '../readings.ts';
import {
  ascending,
  counts,
  hysteresis,
  memory,
  ordinaryLatency,
  ordinaryRun,
  pooledConnections,
  usedConnections,
} from './ordinary.ts';

function clean(name: string, about: string, plan: (draw: Draw, shape: RunShape) => RunPlan): Family {
  return { name, set: 'tuning', fault: 'none', about, plan };
}

export const cleanTuning: readonly Family[] = [
  clean('constant load', 'Nothing explains a trend away: any slow noise looks like one.', (draw) =>
    ordinaryRun(draw, {
      load: constantLoad(draw),
      growth: [
        memory(draw.part('rss'), 'rss_bytes', []),
        memory(draw.part('heap'), 'heap_used_bytes', []),
        counts(draw),
      ],
    }),
  ),
  clean('daily load', 'A run that ends higher in the day than it began has grown for a good reason.', (draw) =>
    ordinaryRun(draw, {
      load: draw.pick([smoothDay, nightDayPeak, hourlyTable])(draw),
      growth: [memory(draw.part('rss'), 'rss_bytes', []), counts(draw.part('one')), usedConnections(draw)],
      latency: [
        ordinaryLatency(draw.part('p50'), 'latency_p50_ms'),
        ordinaryLatency(draw.part('p99'), 'latency_p99_ms'),
      ],
    }),
  ),
  clean('memory falls hours after the load', 'The load of the same minute does not explain it.', (draw) =>
    ordinaryRun(draw, {
      load: draw.pick([smoothDay, nightDayPeak, hourlyTable])(draw),
      growth: [
        memory(draw.part('rss'), 'rss_bytes', [hysteresis(draw)]),
        memory(draw.part('heap'), 'heap_used_bytes', [hysteresis(draw.part('second'))]),
        pooledConnections(draw),
      ],
    }),
  ),
  clean('the allocator keeps what it took', 'It creeps up by ever smaller steps, and never comes down.', (draw) =>
    ordinaryRun(draw, {
      growth: [
        memory(draw.part('rss'), 'rss_bytes', [
          ratchet({ share: draw.uniform(0.05, 0.4), scatter: draw.uniform(0.01, 0.1) }),
        ]),
        memory(draw.part('heap'), 'heap_used_bytes', []),
        counts(draw),
      ],
    }),
  ),
  clean('garbage is collected every few minutes', 'Single readings scatter by more than a leak of days.', (draw) => {
    const fast = () =>
      sawtooth({
        share: draw.uniform(0.1, 1),
        periodHours: draw.logUniform(0.01, 1.5),
        by: draw.pick(['time', 'requests']),
        jitter: draw.uniform(0.01, 0.3),
        leaves: 0,
      });
    return ordinaryRun(draw, {
      growth: [
        memory(draw.part('heap'), 'heap_used_bytes', [fast()]),
        memory(draw.part('rss'), 'rss_bytes', [fast()]),
        usedConnections(draw),
      ],
    });
  }),
  clean('garbage is collected every few hours', 'Between two collections it is a perfect leak.', (draw) => {
    const slow = () =>
      sawtooth({
        share: draw.uniform(0.05, 0.6),
        periodHours: draw.logUniform(1.5, 18),
        by: draw.pick(['time', 'requests']),
        jitter: draw.uniform(0, 0.15),
        leaves: 0,
      });
    return ordinaryRun(draw, {
      growth: [memory(draw.part('heap'), 'heap_used_bytes', [slow()]), memory(draw.part('rss'), 'rss_bytes', [slow()])],
    });
  }),
  clean('a cache fills by time', 'For a day it is a leak that slows down.', (draw) => filling(draw, 'time')),
  clean('a cache fills by requests', 'It fills by day and rests by night, for days.', (draw) =>
    filling(draw, 'requests'),
  ),
  clean('nightly jobs', 'Two nights against one: where the run ends decides what a straight line sees.', (draw) => {
    const job = {
      share: draw.uniform(0.05, 0.6),
      atClockHour: draw.uniform(0, 24),
      takesHours: draw.uniform(0.3, 3),
    };
    return ordinaryRun(draw, {
      growth: [
        memory(draw.part('rss'), 'rss_bytes', [nightlyJob(job)]),
        memory(draw.part('heap'), 'heap_used_bytes', []),
        counts(draw),
      ],
      latency: [
        ordinaryLatency(draw.part('p95'), 'latency_p95_ms', [nightlyJob({ ...job, share: draw.uniform(0.05, 0.5) })]),
      ],
    });
  }),
  clean(
    'restarts',
    'Each begins low and warms up; the last stretch decides what the end looks like.',
    (draw, { lengthHours }) =>
      ordinaryRun(draw, {
        process: {
          initialAgeHours: draw.uniform(0, 0.5),
          startHours: ascending(Array.from({ length: draw.integer(1, 5) }, () => draw.uniform(1, lengthHours))),
        },
        growth: [
          memory(draw.part('rss'), 'rss_bytes', []),
          memory(draw.part('heap'), 'heap_used_bytes', [
            sawtooth({
              share: draw.uniform(0.1, 0.5),
              periodHours: draw.logUniform(0.1, 2),
              by: 'requests',
              jitter: 0.1,
              leaves: 0,
            }),
          ]),
          counts(draw),
        ],
      }),
  ),
  clean('deployments change the level', 'A step up is not a leak, nor are two.', (draw, { lengthHours }) => {
    const deploys = Array.from({ length: draw.integer(1, 3) }, () => draw.uniform(1, lengthHours));
    const changed = (low: number, high: number) =>
      steps(deploys.map((atHour) => ({ atHour, share: draw.uniform(low, high), rampHours: draw.logUniform(0.02, 1) })));
    return ordinaryRun(draw, {
      growth: [
        memory(draw.part('rss'), 'rss_bytes', [changed(-0.15, 0.25)]),
        memory(draw.part('heap'), 'heap_used_bytes', [changed(-0.15, 0.2)]),
      ],
      latency: [ordinaryLatency(draw.part('p95'), 'latency_p95_ms', [changed(-0.15, 0.2)])],
    });
  }),
  clean('slow noise', 'It wanders for hours: every confidence interval for independent readings is wrong.', (draw) =>
    ordinaryRun(draw, {
      growth: [
        memory(draw.part('rss'), 'rss_bytes', [
          wander({ sd: draw.logUniform(0.004, 0.025), forgetsHours: draw.logUniform(0.5, 8) }),
        ]),
        memory(draw.part('heap'), 'heap_used_bytes', [
          wander({ sd: draw.logUniform(0.004, 0.025), forgetsHours: draw.logUniform(0.5, 8) }),
        ]),
      ],
      latency: [
        ordinaryLatency(draw.part('p95'), 'latency_p95_ms', [
          wander({ sd: draw.logUniform(0.01, 0.05), forgetsHours: draw.logUniform(0.5, 6) }),
        ]),
      ],
    }),
  ),
  clean('uneven noise and outliers', 'Noise goes with the load, and some readings are plainly wrong.', (draw) => {
    const uneven = () =>
      noise({ white: draw.logUniform(0.005, 0.03), shared: 0, forgetsHours: 1, loadPower: draw.uniform(0.5, 1.5) });
    const outlierShare = draw.logUniform(0.0005, 0.02);
    return ordinaryRun(draw, {
      growth: [
        memory(draw.part('rss'), 'rss_bytes', [uneven()], { outlierShare }),
        memory(draw.part('heap'), 'heap_used_bytes', [uneven()], { outlierShare }),
        counts(draw),
      ],
      latency: [
        ordinaryLatency(draw.part('p99'), 'latency_p99_ms', [
          bursts({ perHour: draw.uniform(0.1, 1), lastsHours: 0.05, low: 0.3, high: 2 }),
        ]),
      ],
    });
  }),
  clean('the load grows from day to day', 'Everything that follows the load grows with it.', (draw) =>
    ordinaryRun(draw, {
      load: growingDays(draw),
      growth: [
        memory(draw.part('rss'), 'rss_bytes', [hysteresis(draw)]),
        usedConnections(draw),
        pooledConnections(draw),
      ],
      latency: [
        ordinaryLatency(draw.part('p95'), 'latency_p95_ms'),
        ordinaryLatency(draw.part('p99'), 'latency_p99_ms', [
          queueing({ utilisationAtPeak: draw.uniform(0.5, 0.9), share: 0.5 }),
        ]),
      ],
    }),
  ),
  clean(
    'batches for hours, and gaps',
    'A plateau near the end looks like growth; the rest may be missing.',
    (draw, { lengthHours }) => {
      const stretches = Array.from({ length: draw.integer(1, 3) }, () => {
        const fromHour = draw.uniform(0, lengthHours);
        return { fromHour, toHour: fromHour + draw.uniform(0.5, lengthHours / 6), share: draw.uniform(0.05, 0.4) };
      });
      return ordinaryRun(draw, {
        clock: draw.chance(0.6) ? gappyClock(draw, lengthHours) : usualClock(draw),
        growth: [
          memory(draw.part('rss'), 'rss_bytes', [batches(stretches)]),
          memory(draw.part('heap'), 'heap_used_bytes', []),
          counts(draw),
        ],
        latency: [ordinaryLatency(draw.part('p95'), 'latency_p95_ms', [batches(stretches)])],
      });
    },
  ),
  clean('small whole numbers and constants', 'A series of ten different values, or of one.', (draw) =>
    ordinaryRun(draw, {
      load: anyDailyLoad(draw),
      growth: [
        memory(draw.part('percent'), 'rss_bytes', [], {
          name: 'memory_percent',
          scale: draw.uniform(15, 60),
          grain: draw.pick([0.1, 1]),
          collects: false,
        }),
        { ...usedConnections(draw), components: [resident(draw.integer(1, 50))], name: 'constant' },
        pooledConnections(draw),
        counts(draw.part('another')),
      ],
    }),
  ),
];

function filling(draw: Draw, by: 'time' | 'requests'): RunPlan {
  const cache = () =>
    fillingCache({ share: draw.uniform(0.05, 0.7), tauHours: draw.logUniform(0.7, 22), by, stretch: 1 });
  return ordinaryRun(draw, {
    process: { initialAgeHours: draw.uniform(0, 0.3), startHours: [] },
    growth: [
      memory(draw.part('rss'), 'rss_bytes', [cache()]),
      memory(draw.part('heap'), 'heap_used_bytes', [cache()]),
      counts(draw),
    ],
  });
}
