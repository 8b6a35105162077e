import { sleeps } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { SoakContext } from './context.ts';
import type { LiveRun } from './live-run.ts';

/** Judging may take this share of one core: a long run is judged less often rather than slower. */
const MAX_SHARE = 1 / 50;

/** Judges the criteria as they stand, again and again, and tells when a series begins or ceases to leak, until `signal` aborts. */
export async function keepJudging(live: LiveRun, context: SoakContext, signal: AbortSignal): Promise<void> {
  const { clock, judge: judgement, settings, log } = context;
  let pauseMs = settings.judgeEveryMs;
  while (await sleeps(clock, pauseMs, signal)) {
    if (live.state !== 'running' && live.state !== 'paused' && live.state !== 'warming_up') continue;
    const beganMs = clock.monotonicMs();
    try {
      const verdict = await judgement.judge(live.run.id, clock.now(), signal);
      live.projection.setVerdict(verdict, false);
      const changes = live.trends.changes(verdict, live.run);
      await live.note(...changes);
      // Rows may wait for the store for long: they are told all the same, and once.
      for (const change of changes) live.trends.add(change);
    } catch (thrown) {
      if (!signal.aborted)
        log.warn({ run: live.run.id, reason: describeError(thrown) }, 'the criteria could not be judged');
    }
    pauseMs = Math.max(settings.judgeEveryMs, (clock.monotonicMs() - beganMs) / MAX_SHARE);
  }
}
