/** Leaks that no threshold may be tuned on. The first growth series leaks; the others of the run are healthy. */
import { steps, wander } from '../disturbance.ts';
import type { Draw } from '../draw.ts';
import { byEndpoint, byRequests, byScheduledJob, byTime } from '../fault.ts';
import { growingDays, withWeekend } from '../load.ts';
import { boundedKeys, fillingCache, keptFor, pageCache, ratchet, sawtooth } from '../memory.ts';
import type { Family, RunPlan, RunShape } from '../plan.ts';
import { gappyClock } from '../readings.ts';
import { beside, fewestUnits, leaking } from './leaking.ts';
import { hysteresis, memory, ordinaryRun, startedForTheRun, usedConnections } from './ordinary.ts';

function leak(name: string, about: string, plan: (draw: Draw, shape: RunShape) => RunPlan): Family {
  return { name, set: 'sealed', fault: 'leak', about, plan };
}

const timeOrRequests = (draw: Draw) => draw.pick([byTime, byRequests]);

export const leakingSealed: readonly Family[] = [
  leak(
    'leak until it is killed, again and again',
    'Each life ends at the limit; no stretch is long.',
    (draw, { percent, lengthHours }) => {
      const lifeHours = (24 * draw.uniform(12, 40)) / Math.max(percent, 0.1);
      const startHours = Array.from(
        { length: Math.floor(lengthHours / lifeHours) },
        (_, life) => (life + 1) * lifeHours,
      );
      return ordinaryRun(draw, {
        process: { initialAgeHours: 0, startHours },
        growth: beside(draw, memory(draw.part('rss'), 'rss_bytes', [], { leak: leaking(byTime) })),
      });
    },
  ),
  leak('leak of a scheduled job', 'A few steps a day with nothing between them.', (draw) =>
    ordinaryRun(draw, {
      growth: beside(draw, memory(draw.part('rss'), 'rss_bytes', [], { leak: leaking(byScheduledJob) })),
    }),
  ),
  leak('leak in coarse units while a cache of its own shape fills', 'Percent of the machine in tenths.', (draw) =>
    ordinaryRun(draw, {
      process: startedForTheRun(draw),
      growth: beside(
        draw,
        memory(
          draw.part('percent'),
          'rss_bytes',
          [
            fillingCache({
              share: draw.uniform(0.05, 0.3),
              tauHours: draw.logUniform(0.7, 8),
              by: draw.pick(['time', 'requests']),
              stretch: draw.uniform(0.6, 1.5),
            }),
          ],
          {
            name: 'memory_percent',
            scale: draw.uniform(15, 50),
            grain: draw.pick([0.1, 0.25]),
            collects: false,
            leak: leaking(timeOrRequests(draw)),
          },
        ),
      ),
    }),
  ),
  leak(
    'leak over a deployment that restarts and refills',
    'Two lives with different levels.',
    (draw, { lengthHours }) => {
      const deployHour = draw.uniform(0.15, 0.7) * lengthHours;
      return ordinaryRun(draw, {
        process: { initialAgeHours: draw.uniform(0, 0.3), startHours: [deployHour] },
        growth: beside(
          draw,
          memory(
            draw.part('rss'),
            'rss_bytes',
            [
              steps([{ atHour: deployHour, share: draw.uniform(-0.1, 0.15), rampHours: 0 }]),
              fillingCache({
                share: draw.uniform(0.03, 0.25),
                tauHours: draw.logUniform(0.5, 6),
                by: 'time',
                stretch: 1,
              }),
            ],
            { leak: leaking(timeOrRequests(draw)) },
          ),
        ),
      });
    },
  ),
  leak('leak under two generations of garbage', 'The large collection that tells comes twice a day.', (draw) =>
    ordinaryRun(draw, {
      growth: beside(
        draw,
        memory(
          draw.part('heap'),
          'heap_used_bytes',
          [
            sawtooth({
              share: draw.uniform(0.05, 0.4),
              periodHours: draw.logUniform(0.02, 0.8),
              by: 'requests',
              jitter: 0.15,
              leaves: 0.3,
            }),
            sawtooth({
              share: draw.uniform(0.05, 0.3),
              periodHours: draw.logUniform(2, 14),
              by: draw.pick(['time', 'requests']),
              jitter: 0.1,
              leaves: 0.1,
            }),
          ],
          { leak: leaking(timeOrRequests(draw)) },
        ),
      ),
    }),
  ),
  leak(
    'leak by requests that begins before a weekend',
    'Least growth where most is expected.',
    (draw, { lengthHours }) =>
      ordinaryRun(draw, {
        load: withWeekend(draw),
        growth: beside(
          draw,
          memory(draw.part('heap'), 'heap_used_bytes', [], {
            leak: leaking(byRequests, draw.uniform(0.05, 0.4) * lengthHours),
          }),
        ),
      }),
  ),
  leak('leak in lumps within slow noise', 'Each step could be the noise.', (draw) =>
    ordinaryRun(draw, {
      growth: beside(
        draw,
        memory(
          draw.part('rss'),
          'rss_bytes',
          [wander({ sd: draw.logUniform(0.003, 0.012), forgetsHours: draw.logUniform(0.5, 5) })],
          {
            leak: leaking(timeOrRequests(draw), 0, draw.logUniform(0.5, 5)),
          },
        ),
      ),
    }),
  ),
  leak('leak of connections of one endpoint', 'Whole numbers at an uneven pace.', (draw, shape) =>
    ordinaryRun(draw, {
      growth: [
        { ...usedConnections(draw, fewestUnits(shape)), leak: leaking(byEndpoint) },
        memory(draw.part('heap'), 'heap_used_bytes', []),
      ],
    }),
  ),
  leak('leak while the load grows', 'Both grow; only one is the target’s fault.', (draw) =>
    ordinaryRun(draw, {
      load: growingDays(draw),
      growth: beside(
        draw,
        memory(draw.part('rss'), 'rss_bytes', [hysteresis(draw)], { leak: leaking(timeOrRequests(draw)) }),
      ),
    }),
  ),
  leak(
    'leak with outages of the sampler and no load known',
    'Days that cannot be compared hour by hour.',
    (draw, { lengthHours }) =>
      ordinaryRun(draw, {
        loadKnown: false,
        clock: gappyClock(draw, lengthHours),
        growth: beside(draw, memory(draw.part('rss'), 'rss_bytes', [], { leak: leaking(timeOrRequests(draw)) })),
      }),
  ),
  leak(
    'leak beside what expires and what has a limit',
    'The first day belongs to them, the rest to the leak.',
    (draw) =>
      ordinaryRun(draw, {
        process: startedForTheRun(draw),
        growth: beside(
          draw,
          memory(
            draw.part('rss'),
            'rss_bytes',
            [
              draw.pick([
                keptFor({ share: draw.uniform(0.1, 0.4), keptHours: draw.pick([1, 4, 8, 12]) }),
                boundedKeys({
                  share: draw.uniform(0.1, 0.4),
                  fullAfterHours: draw.logUniform(2, 14),
                  exponent: draw.uniform(0.5, 0.9),
                }),
                pageCache({ share: draw.uniform(0.1, 0.5), fullAfterHours: draw.logUniform(2, 14) }),
              ]),
              ratchet({ share: draw.uniform(0, 0.1), scatter: 0.03 }),
            ],
            { leak: leaking(timeOrRequests(draw)) },
          ),
        ),
      }),
  ),
];
