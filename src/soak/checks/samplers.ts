import type { SamplerTrial } from '../../sample/try.ts';
import { formatMilliseconds } from '../../verdict/quantity.ts';
import { type Check, failed, ok, warning } from './check.ts';

/** What two readings of one sampler showed. */
export function checkOfTrial(trial: SamplerTrial): Check {
  const subject = `sampler ${trial.name}`;
  if (!trial.ok) return failed(subject, trial.reason ?? 'it cannot be read', trial.hint ?? 'try it by hand');
  const read = trial.readings.length - trial.missing.length;
  const took = trial.tookMs === null ? '' : ` in ${formatMilliseconds(trial.tookMs)}`;
  const identity = trial.identity === null ? '' : ` of ${trial.identity}`;
  const finding = `${trial.kind}: ${read} of ${trial.readings.length} series${identity}${took}`;
  if (trial.missing.length === 0) return ok(subject, finding);
  return warning(
    subject,
    `${finding}; without a value: ${trial.missing.join(', ')}`,
    'compare the names with what the source shows; a series without values is never judged as a pass',
  );
}
