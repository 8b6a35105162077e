/** Plays tasks on several threads. The outcomes do not depend on how many. */
import { Worker } from 'node:worker_threads';
import type { Outcome } from './play.ts';
import type { Task } from './tasks.ts';

export interface Orders {
  detectors: readonly string[];
  prototypes: string | null;
  jobs: number;
  /** Told how many are done. */
  progress(done: number): void;
}

export async function playOnThreads(tasks: readonly Task[], orders: Orders): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const { detectors, prototypes, progress } = orders;
  // Neighbours in the list cost alike: dealt out in turn, the threads end together.
  const shares = Array.from({ length: orders.jobs }, (_, job) =>
    tasks.filter((_task, index) => index % orders.jobs === job),
  );
  await Promise.all(
    shares.map((share) => {
      const ended = Promise.withResolvers<void>();
      const worker = new Worker(new URL('./worker.ts', import.meta.url), {
        workerData: { tasks: share, detectors, prototypes },
      });
      worker.on('message', (outcome: Outcome) => {
        outcomes.push(outcome);
        progress(outcomes.length);
      });
      worker.once('error', ended.reject);
      worker.once('exit', () => ended.resolve());
      return ended.promise;
    }),
  );
  return outcomes.sort((a, b) => a.task.seed - b.task.seed);
}
