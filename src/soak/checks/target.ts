import { type Clock, deadline } from '../../base/clock.ts';
import { formatMilliseconds } from '../../verdict/quantity.ts';
import { type Check, guarded, ok, warning } from './check.ts';

/** A service that needs longer for one request is not ready for load. */
const ANSWER_LIMIT_MS = 10_000;

/** One GET of the base address: any answer shows that it is there. Resolves with the HTTP status. */
export type AskTarget = (url: string, signal: AbortSignal) => Promise<number>;

export function checkTarget(url: string, ask: AskTarget, clock: Clock, signal: AbortSignal): Promise<Check> {
  const hint = 'is it started, and is the address right? Try it from this machine, then --target URL';
  return guarded('target', hint, async () => {
    const limit = deadline(clock, ANSWER_LIMIT_MS, signal);
    const startedMs = clock.monotonicMs();
    try {
      const status = await ask(url, limit.signal);
      const finding = `${url} answers ${status} in ${formatMilliseconds(clock.monotonicMs() - startedMs)}`;
      return status < 500
        ? ok('target', finding)
        : warning('target', finding, 'look at its log before the load begins');
    } finally {
      limit.clear();
    }
  });
}
