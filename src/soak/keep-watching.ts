import { sleeps } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import { requestDrift } from '../verdict/drift-of-run.ts';
import { seriesGrowth } from '../verdict/growth-of-run.ts';
import type { SoakContext } from './context.ts';
import type { LiveRun } from './live-run.ts';
import { tellTrends } from './tell-trends.ts';

/**
 * Asks the watch of growth and drift, every minute, and tells what is new, until `signal` aborts or the watch is lost; the
 * criteria are then judged by all rows, trends included.
 */
export async function keepWatching(live: LiveRun, context: SoakContext, signal: AbortSignal): Promise<void> {
  const { clock, settings, log } = context;
  while (await sleeps(clock, settings.watchEveryMs, signal)) {
    if (live.state !== 'running' && live.state !== 'paused' && live.state !== 'warming_up') continue;
    const { hour, growth, drift } = live.watch.ask();
    if (live.watch.lost !== null) {
      log.info({ run: live.run.id, reason: live.watch.lost }, 'growth and drift are asked of the stored rows');
      return;
    }
    if (growth.length + drift.length === 0) continue;
    const said = {
      growth: growth.map((one) => seriesGrowth(one, live.plan)),
      drift: drift.map((one) => requestDrift(one, live.plan)),
    };
    try {
      await tellTrends(live, said, { hour, atMs: clock.now() });
      live.publishStatus();
    } catch (thrown) {
      log.warn({ run: live.run.id, reason: describeError(thrown) }, 'a change of a trend could not be noted');
    }
  }
}
