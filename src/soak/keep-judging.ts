import { sleeps } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import { profileHours } from '../verdict/run-clock.ts';
import type { SoakContext } from './context.ts';
import type { LiveRun } from './live-run.ts';
import { tellTrends } from './tell-trends.ts';

/** Judging may take this share of one core: a long run is judged less often rather than slower. */
const MAX_SHARE = 1 / 50;

/**
 * Judges the criteria as they stand, again and again, until `signal` aborts. Growth and drift are the watch's; while it has none
 * (a rehearsal, a soakd that has just taken over) they are asked of all rows, and told from here.
 */
export async function keepJudging(live: LiveRun, context: SoakContext, signal: AbortSignal): Promise<void> {
  const { clock, judge: judgement, settings, log } = context;
  // A rehearsal is over in minutes: who looks on wants to see soon what it would be.
  let pauseMs = live.run.rehearsal ? settings.judgeEveryMs / 6 : settings.judgeEveryMs;
  while (await sleeps(clock, pauseMs, signal)) {
    if (live.state !== 'running' && live.state !== 'paused' && live.state !== 'warming_up') continue;
    const beganMs = clock.monotonicMs();
    try {
      const watched = live.watch.trends();
      const verdict = await judgement.judge(live.run.id, clock.now(), signal, watched ?? undefined);
      live.projection.setVerdict(verdict, false);
      if (live.run.profile.stopEarly === 'certain' && live.state === 'running' && verdict.settled !== undefined)
        live.endEarly(verdict.settled);
      if (watched === null) {
        const hour = profileHours(live.plan, verdict.computedMs);
        await tellTrends(live, verdict, { hour, atMs: verdict.computedMs });
      }
    } catch (thrown) {
      if (!signal.aborted)
        log.warn({ run: live.run.id, reason: describeError(thrown) }, 'the criteria could not be judged');
    }
    pauseMs = Math.max(settings.judgeEveryMs, (clock.monotonicMs() - beganMs) / MAX_SHARE);
  }
}
