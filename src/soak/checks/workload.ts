import { type Check, guarded, ok, warning } from './check.ts';

/** Looks whether the workload can begin: resolves with what was found, rejects when it cannot. */
export type TryWorkload = () => Promise<{ finding: string; complete: boolean }>;

/** Variables that it refers to are set; an own script can be loaded and exports its function. */
export const checkWorkload = (tryIt: TryWorkload): Promise<Check> =>
  guarded('workload', 'look at `workload:` in the profile (docs/workloads.md)', async () => {
    const { finding, complete } = await tryIt();
    return complete
      ? ok('workload', finding)
      : warning('workload', finding, 'each virtual user does the same at its start: is that what it is to do?');
  });
