/** Healthy memory that fills or is collected, in ways that no threshold may be tuned on. */
import type { Draw } from '../draw.ts';
import { constantLoad, nightDayPeak, smoothDay } from '../load.ts';
import { boundedKeys, fillingCache, keptFor, pageCache, sawtooth } from '../memory.ts';
import type { Family, RunPlan, RunShape } from '../plan.ts';
import {
  counts,
  hysteresis,
  memory,
  ordinaryRun,
  pooledConnections,
  startedForTheRun,
  usedConnections,
} from './ordinary.ts';

function clean(name: string, about: string, plan: (draw: Draw, shape: RunShape) => RunPlan): Family {
  return { name, set: 'sealed', fault: 'none', about, plan };
}

/**
 * What fills in a straight line is a leak for as long as it fills, and nobody can tell. With the longest of 18 h the
 * targets for the delay (24 h for a fast leak) and for false alarms can both be met.
 */
const LONGEST_FILL_HOURS = 18;

export const fillingSealed: readonly Family[] = [
  clean('two caches fill, one fast, one slow', 'No single exponential fits, and memory lags the load.', (draw) =>
    ordinaryRun(draw, {
      process: startedForTheRun(draw),
      growth: [
        memory(draw.part('rss'), 'rss_bytes', [
          fillingCache({ share: draw.uniform(0.05, 0.4), tauHours: draw.logUniform(0.5, 4), by: 'time', stretch: 1 }),
          fillingCache({
            share: draw.uniform(0.05, 0.4),
            tauHours: draw.logUniform(5, 22),
            by: 'requests',
            stretch: 1,
          }),
          ...(draw.chance(0.5) ? [hysteresis(draw)] : []),
        ]),
        memory(draw.part('heap'), 'heap_used_bytes', []),
        counts(draw),
      ],
    }),
  ),
  clean('a cache fills in its own shape', 'Fast first with a long tail, or slow, fast, slow.', (draw) => {
    const cache = () =>
      fillingCache({
        share: draw.uniform(0.08, 0.6),
        tauHours: draw.logUniform(1, 14),
        by: draw.pick(['time', 'requests']),
        stretch: draw.uniform(0.6, 1.7),
      });
    return ordinaryRun(draw, {
      process: startedForTheRun(draw),
      growth: [
        memory(draw.part('rss'), 'rss_bytes', [cache()]),
        memory(draw.part('heap'), 'heap_used_bytes', [cache()]),
        counts(draw),
      ],
    });
  }),
  clean('two generations of garbage', 'Small collections leave some of it to a large one hours later.', (draw) => {
    const generations = () => [
      sawtooth({
        share: draw.uniform(0.05, 0.5),
        periodHours: draw.logUniform(0.02, 0.8),
        by: 'requests',
        jitter: 0.15,
        leaves: 0.3,
      }),
      sawtooth({
        share: draw.uniform(0.05, 0.4),
        periodHours: draw.logUniform(3, 20),
        by: draw.pick(['time', 'requests']),
        jitter: draw.uniform(0.02, 0.2),
        leaves: draw.uniform(0, 0.15),
      }),
    ];
    return ordinaryRun(draw, {
      growth: [
        memory(draw.part('heap'), 'heap_used_bytes', generations()),
        memory(draw.part('rss'), 'rss_bytes', generations()),
        usedConnections(draw),
      ],
    });
  }),
  clean('the page cache fills the container', 'A straight line for most of a day, then flat.', (draw) =>
    ordinaryRun(draw, {
      process: startedForTheRun(draw),
      growth: [
        memory(draw.part('container'), 'container_memory_bytes', [
          pageCache({ share: draw.uniform(0.2, 1.5), fullAfterHours: draw.logUniform(2, LONGEST_FILL_HOURS) }),
        ]),
        memory(draw.part('rss'), 'rss_bytes', []),
        counts(draw),
      ],
    }),
  ),
  clean(
    'entries are kept for a fixed time',
    'It grows with the requests until the first ones expire, and then breathes.',
    (draw) =>
      ordinaryRun(draw, {
        process: startedForTheRun(draw),
        load: draw.pick([constantLoad, smoothDay, nightDayPeak])(draw),
        growth: [
          memory(draw.part('redis'), 'redis_used_memory_bytes', [
            keptFor({ share: draw.uniform(0.2, 1.5), keptHours: draw.pick([1, 4, 8, 12]) }),
          ]),
          memory(draw.part('heap'), 'heap_used_bytes', [
            keptFor({ share: draw.uniform(0.05, 0.4), keptHours: draw.uniform(0.5, LONGEST_FILL_HOURS) }),
          ]),
          pooledConnections(draw),
        ],
      }),
  ),
  clean('distinct keys until the limit', 'A power of the requests, never levelling off, then a sharp end.', (draw) => {
    const keys = () =>
      boundedKeys({
        share: draw.uniform(0.1, 0.8),
        fullAfterHours: draw.logUniform(3, LONGEST_FILL_HOURS),
        exponent: draw.uniform(0.5, 0.9),
      });
    return ordinaryRun(draw, {
      process: startedForTheRun(draw),
      growth: [memory(draw.part('rss'), 'rss_bytes', [keys()]), memory(draw.part('heap'), 'heap_used_bytes', [keys()])],
    });
  }),
];
