import { backoffMs } from '../base/backoff.ts';
import { sleeps } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { SoakContext } from './context.ts';

/**
 * Runs `work` until it succeeds or `signal` aborts; a failure is told by `onFailure` once for each
 * different reason and followed by a growing pause. A soak of three days must survive a bad minute of
 * its disk. Returns null when aborted.
 */
export async function keepTrying<T>(
  ports: Pick<SoakContext, 'clock' | 'random' | 'settings'>,
  work: () => Promise<T>,
  onFailure: (reason: string, thrown: unknown) => void,
  signal: AbortSignal,
): Promise<T | null> {
  let told = '';
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      return await work();
    } catch (thrown) {
      if (signal.aborted) break;
      const reason = describeError(thrown);
      if (reason !== told) onFailure(reason, thrown);
      told = reason;
    }
    if (!(await sleeps(ports.clock, backoffMs(ports.settings.retryBackoff, attempt, ports.random), signal))) break;
  }
  return null;
}
