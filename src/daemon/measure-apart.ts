import { runInChild, siblingModule } from '../base/child-task.ts';
import { SoakdError } from '../base/errors.ts';
import type { RunMeasures } from '../model/baseline.ts';
import type { RunComparison } from '../model/comparison.ts';

const BODY = siblingModule(import.meta.url, 'measure-process');

/** What the process is told. */
export type MeasureOrder =
  | { kind: 'compare'; file: string; before: string; after: string }
  | { kind: 'measure'; file: string; runIds: string[] };

/** Holds two runs against each other in a process of its own, as reports are written. Both have a verdict. Rejects with `compare_failed`. */
export const compareApart = async (file: string, before: string, after: string): Promise<RunComparison> =>
  (await ordered({ kind: 'compare', file, before, after }, 'the two runs could not be compared')) as RunComparison;

/** The measures of runs that have a verdict, in the same way. */
export const measureApart = async (file: string, runIds: string[]): Promise<RunMeasures[]> =>
  (await ordered({ kind: 'measure', file, runIds }, 'the runs of the baseline could not be read')) as RunMeasures[];

async function ordered(order: MeasureOrder, failure: string): Promise<unknown> {
  try {
    return await runInChild(BODY, order);
  } catch (cause) {
    throw new SoakdError(failure, { code: 'compare_failed', hint: 'the rows are safe: try again', cause });
  }
}
