import { sleeps } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { SoakContext } from './context.ts';
import type { LiveRun } from './live-run.ts';

/** Judging may take this share of one core: a long run is judged less often rather than slower. */
const MAX_SHARE = 1 / 50;

/** Judges the criteria as they stand, again and again, until `signal` aborts. */
export async function keepJudging(live: LiveRun, context: SoakContext, signal: AbortSignal): Promise<void> {
  const { clock, judge: judgement, settings, log } = context;
  let pauseMs = settings.judgeEveryMs;
  while (await sleeps(clock, pauseMs, signal)) {
    if (live.state !== 'running' && live.state !== 'paused' && live.state !== 'warming_up') continue;
    const beganMs = clock.monotonicMs();
    try {
      live.projection.setVerdict(await judgement.judge(live.run.id, clock.now(), signal), false);
    } catch (thrown) {
      if (!signal.aborted)
        log.warn({ run: live.run.id, reason: describeError(thrown) }, 'the criteria could not be judged');
    }
    pauseMs = Math.max(settings.judgeEveryMs, (clock.monotonicMs() - beganMs) / MAX_SHARE);
  }
}
