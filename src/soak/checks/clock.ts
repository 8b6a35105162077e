import { formatMilliseconds } from '../../verdict/quantity.ts';
import { type Check, ok, warning } from './check.ts';

/** NTP slews by at most 0.5 ms a second (adjtimex(2)); more in the few seconds of a check is a step. */
const STEP_MS = 50;

/** `stepMs`: wall clock minus monotonic clock while the checks ran. `synchronised`: null when nobody knows. */
export function checkClock(stepMs: number, synchronised: boolean | null): Check {
  if (Math.abs(stepMs) > STEP_MS) {
    return warning(
      'clock',
      `it was stepped by ${formatMilliseconds(stepMs)} just now`,
      'let NTP settle before a long run: load follows the wall clock, and latencies of a window with a step are not judged',
    );
  }
  if (synchronised === false) {
    return warning(
      'clock',
      'steady, but NTP does not hold it',
      'enable time synchronisation (timedatectl set-ntp true, or chrony): a late correction is a step',
    );
  }
  return ok('clock', synchronised === null ? 'steady; whether NTP holds it is not known here' : 'steady, held by NTP');
}
