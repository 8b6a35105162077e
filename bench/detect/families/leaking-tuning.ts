/** Leaks that a detector may be made with. The first growth series leaks; the others of the run are healthy. */
import { nightlyJob, noise, steps } from '../disturbance.ts';
import type { Draw } from '../draw.ts';
import { byEndpoint, byRequests, byTime } from '../fault.ts';
import { fillingCache, ratchet, sawtooth } from '../memory.ts';
import type { Family, RunPlan, RunShape } from '../plan.ts';
import { beside, fewestUnits, leaking } from './leaking.ts';
import { ascending, hysteresis, memory, ordinaryRun, usedConnections } from './ordinary.ts';

function leak(name: string, about: string, plan: (draw: Draw, shape: RunShape) => RunPlan): Family {
  return { name, set: 'tuning', fault: 'leak', about, plan };
}

export const leakingTuning: readonly Family[] = [
  leak('leak by time', 'A timer or a log that is never cut: plain, under a load that is not.', (draw) =>
    ordinaryRun(draw, { growth: beside(draw, memory(draw.part('rss'), 'rss_bytes', [], { leak: leaking(byTime) })) }),
  ),
  leak('leak by requests', 'It rests by night.', (draw) =>
    ordinaryRun(draw, {
      growth: beside(draw, memory(draw.part('heap'), 'heap_used_bytes', [], { leak: leaking(byRequests) })),
    }),
  ),
  leak(
    'leak that begins later',
    'The healthy hours before make every fit over the whole run too flat.',
    (draw, { lengthHours }) =>
      ordinaryRun(draw, {
        growth: beside(
          draw,
          memory(draw.part('rss'), 'rss_bytes', draw.chance(0.5) ? [hysteresis(draw)] : [], {
            leak: leaking(draw.pick([byTime, byRequests]), draw.uniform(0.08, 0.5) * lengthHours),
          }),
        ),
      }),
  ),
  leak('leak under garbage of minutes', 'Garbage is many times what leaks in an hour.', (draw) =>
    ordinaryRun(draw, {
      growth: beside(
        draw,
        memory(
          draw.part('heap'),
          'heap_used_bytes',
          [
            sawtooth({
              share: draw.uniform(0.1, 0.8),
              periodHours: draw.logUniform(0.01, 1.5),
              by: draw.pick(['time', 'requests']),
              jitter: draw.uniform(0.01, 0.3),
              leaves: 0,
            }),
          ],
          { leak: leaking(draw.pick([byTime, byRequests])) },
        ),
      ),
    }),
  ),
  leak('leak under garbage of hours', 'Only a handful of collections tell the floor.', (draw) =>
    ordinaryRun(draw, {
      growth: beside(
        draw,
        memory(
          draw.part('heap'),
          'heap_used_bytes',
          [
            sawtooth({
              share: draw.uniform(0.05, 0.4),
              periodHours: draw.logUniform(1.5, 15),
              by: draw.pick(['time', 'requests']),
              jitter: draw.uniform(0, 0.12),
              leaves: 0,
            }),
          ],
          { leak: leaking(draw.pick([byTime, byRequests])) },
        ),
      ),
    }),
  ),
  leak('leak over restarts', 'It begins again at nothing each time.', (draw, { lengthHours }) =>
    ordinaryRun(draw, {
      process: {
        initialAgeHours: draw.uniform(0, 0.5),
        startHours: ascending(Array.from({ length: draw.integer(1, 3) }, () => draw.uniform(3, lengthHours - 3))),
      },
      growth: beside(
        draw,
        memory(draw.part('rss'), 'rss_bytes', [], { leak: leaking(draw.pick([byTime, byRequests])) }),
      ),
    }),
  ),
  leak('leak while a cache fills', 'At first both grow; only one stops.', (draw) =>
    ordinaryRun(draw, {
      process: { initialAgeHours: draw.uniform(0, 0.3), startHours: [] },
      growth: beside(
        draw,
        memory(
          draw.part('rss'),
          'rss_bytes',
          [
            fillingCache({
              share: draw.uniform(0.05, 0.35),
              tauHours: draw.logUniform(0.7, 12),
              by: draw.pick(['time', 'requests']),
              stretch: 1,
            }),
          ],
          { leak: leaking(draw.pick([byTime, byRequests])) },
        ),
      ),
    }),
  ),
  leak('leak in lumps', 'A table doubles, a segment is kept: steps, hours apart.', (draw) =>
    ordinaryRun(draw, {
      growth: beside(
        draw,
        memory(draw.part('rss'), 'rss_bytes', [], {
          leak: leaking(draw.pick([byTime, byRequests]), 0, draw.logUniform(0.5, 6)),
        }),
      ),
    }),
  ),
  leak('leak of one endpoint', 'Its share of the traffic has its own time of day.', (draw) =>
    ordinaryRun(draw, {
      growth: beside(
        draw,
        memory(draw.part('heap'), 'heap_used_bytes', draw.chance(0.5) ? [hysteresis(draw)] : [], {
          leak: leaking(byEndpoint),
        }),
      ),
    }),
  ),
  leak('leak of connections', 'Whole numbers, a few a day, over what is in use.', (draw, shape) =>
    ordinaryRun(draw, {
      growth: [
        { ...usedConnections(draw, fewestUnits(shape)), leak: leaking(draw.pick([byTime, byRequests])) },
        memory(draw.part('rss'), 'rss_bytes', []),
      ],
    }),
  ),
  leak('leak that a deployment brings', 'A step and an onset at one instant.', (draw, { lengthHours }) => {
    const deployHour = draw.uniform(0.05, 0.4) * lengthHours;
    return ordinaryRun(draw, {
      growth: beside(
        draw,
        memory(
          draw.part('rss'),
          'rss_bytes',
          [
            steps([{ atHour: deployHour, share: draw.uniform(-0.1, 0.15), rampHours: draw.logUniform(0.02, 0.5) }]),
            nightlyJob({
              share: draw.uniform(0, 0.2),
              atClockHour: draw.uniform(0, 24),
              takesHours: draw.uniform(0.5, 2),
            }),
          ],
          { leak: leaking(draw.pick([byTime, byRequests]), deployHour) },
        ),
      ),
    });
  }),
  leak('leak under a ratchet and uneven noise', 'The allocator hides what is free; noise goes with the load.', (draw) =>
    ordinaryRun(draw, {
      growth: beside(
        draw,
        memory(
          draw.part('rss'),
          'rss_bytes',
          [
            ratchet({ share: draw.uniform(0.03, 0.25), scatter: draw.uniform(0.01, 0.05) }),
            noise({ white: draw.logUniform(0.004, 0.02), shared: 0, forgetsHours: 1, loadPower: draw.uniform(0.3, 1) }),
          ],
          { leak: leaking(draw.pick([byTime, byRequests])) },
        ),
      ),
    }),
  ),
];
