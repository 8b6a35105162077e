import { isDeepStrictEqual } from 'node:util';
import { sharedLoad } from '../verdict/measures.ts';
import { formatDuration, significant } from '../verdict/quantity.ts';
import type { MeasuredRun } from './measure-run.ts';

/** Runs that shared less of their time at like loads had another load. */
const ALIKE_LOAD = 0.8;
/** A run that was judged for so much less saw less of what takes long. */
const ALIKE_DURATION = 0.8;

/** Why a difference between two runs need not be the build's, a phrase each. */
export function differencesOf(before: MeasuredRun, after: MeasuredRun): { differences: string[]; sharedLoad: number } {
  const shared = sharedLoad(after.measures.time, before.measures.time);
  const [a, b] = [before.run, after.run];
  const judged = [before, after].map(({ run, verdict }) => verdict.time.judgedMs * run.compression);
  const [shorter = 0, longer = 0] = judged.toSorted((one, other) => one - other);
  const parts = (['workload', 'users'] as const).filter((part) => !isDeepStrictEqual(a.profile[part], b.profile[part]));
  const differences = [
    ...(a.name === b.name ? [] : [`profile: "${a.name}" and "${b.name}"`]),
    ...(a.rehearsal === b.rehearsal ? [] : ['one of the two is a rehearsal']),
    ...(a.targetUrl === b.targetUrl ? [] : [`target: ${a.targetUrl} and ${b.targetUrl}`]),
    ...(a.environment === b.environment
      ? []
      : [`environment: ${a.environment ?? 'none'} and ${b.environment ?? 'none'}`]),
    ...(parts.length === 0 ? [] : [`what is sent: ${parts.join(' and ')} of the profile`]),
    ...(shared >= ALIKE_LOAD ? [] : [`load: ${significant(100 * shared, 2)} % of the time was at like loads`]),
    ...(shorter >= ALIKE_DURATION * longer
      ? []
      : [`duration: ${judged.map((ms) => formatDuration(ms)).join(' and ')} were judged`]),
  ];
  return { differences, sharedLoad: shared };
}
