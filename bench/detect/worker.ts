/** A thread of the benchmark: plays its share of the tasks and posts each outcome. */
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { chosenDetectors } from './detectors.ts';
import { play } from './play.ts';

const orders = z
  .object({
    tasks: z.array(
      z.object({
        set: z.enum(['tuning', 'sealed']),
        fault: z.enum(['none', 'leak', 'drift']),
        family: z.string(),
        seed: z.number(),
        percent: z.number(),
        lengthHours: z.number(),
        evidence: z.boolean(),
      }),
    ),
    detectors: z.array(z.string()),
    prototypes: z.string().nullable(),
  })
  .parse(workerData);

const detectors = await chosenDetectors(orders.detectors, orders.prototypes);
for (const task of orders.tasks) parentPort?.postMessage(play(task, detectors));
