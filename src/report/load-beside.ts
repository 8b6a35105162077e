import type { Notification } from '../model/notification.ts';
import { isFinal, type Run } from '../model/run.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { Store } from '../store/store.ts';
import type { Beside, PastRun, ToldChannel } from './beside.ts';

/** Runs are looked through page by page, back to this many: years of nightly runs of a few profiles. */
const PAGE = 100;
const MOST_PAGES = 20;
/** So many messages show whether a channel works. */
const MOST_MESSAGES = 500;

/** What the stores know beside the rows of a run. Rejects as they do. */
export async function loadBeside(store: Store, duty: DutyStore, run: Run): Promise<Beside> {
  const alerts = (await duty.alerts({ runId: run.id })).toReversed();
  const channels = await channelsOf(duty, run);
  let last: PastRun | null = null;
  let beforeId = run.id;
  for (let page = 0; page < MOST_PAGES; page++) {
    const older = await store.runs({ limit: PAGE, beforeId });
    for (const { state, endedMs: _, ...past } of older) {
      if (past.name !== run.name || past.rehearsal !== run.rehearsal || !isFinal(state)) continue;
      if (last !== null && state !== 'passed' && state !== 'rehearsed') continue;
      const verdict = await store.verdict(past.id);
      if (verdict === null) continue;
      last ??= { run: past, verdict };
      if (verdict.outcome === 'passed') return { alerts, channels, last, lastPassed: { run: past, verdict } };
    }
    const next = older.at(-1);
    if (next === undefined || older.length < PAGE) break;
    beforeId = next.id;
  }
  return { alerts, channels, last, lastPassed: null };
}

async function channelsOf(duty: DutyStore, run: Run): Promise<ToldChannel[]> {
  const own = await duty.notifications({ runId: run.id, limit: MOST_MESSAGES });
  // A test message, or one about soakd itself, shows as well that a channel works.
  const others = (await duty.notifications({ limit: MOST_MESSAGES })).filter(
    ({ body, createdMs }) => body.runId !== run.id && createdMs <= run.endMs,
  );
  const byChannel = Map.groupBy([...own, ...others], ({ channel }) => channel);
  const count = (messages: readonly Notification[], is: (one: Notification) => boolean): number =>
    messages.filter(is).length;
  return [...byChannel]
    .map(([channel, messages]) => ({
      channel,
      delivered: count(messages, ({ deliveredMs }) => deliveredMs !== null),
      waiting: count(messages, ({ deliveredMs, failedMs }) => deliveredMs === null && failedMs === null),
      givenUp: count(messages, ({ failedMs }) => failedMs !== null),
    }))
    .toSorted((a, b) => a.channel.localeCompare(b.channel, 'en'));
}
