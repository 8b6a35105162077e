import type { NewEvent } from '../model/run.ts';
import { intervalStart } from './slots.ts';

export interface Away {
  /** Names of the sources that are sampled from now on. */
  sources: readonly string[];
  /** By source, the start of the newest interval of which there is a sample. */
  sampledUntil: ReadonlyMap<string, number>;
  /** Events of the run so far. */
  events: readonly Pick<NewEvent, 'kind' | 'data'>[];
  /** When sampling was to begin. */
  beginMs: number;
  nowMs: number;
  /** The plan's end: nothing is missed after it. */
  endMs: number;
  intervalMs: number;
}

/** Below this it is no warning: an interval of a rehearsal is soon over. */
const SHORT_MS = 10_000;

/**
 * Intervals of each source that nobody sampled between its newest sample and now, because no soakd was there; null when
 * there are none. The interval under way is sampled still; one that the earlier soakd had begun and not handed on is
 * missed. What was told before is not told again.
 */
export function samplesMissed(away: Away): NewEvent | null {
  const { intervalMs, nowMs, sources } = away;
  const untilMs = Math.min(intervalStart(nowMs, intervalMs), Math.ceil(away.endMs / intervalMs) * intervalMs);
  const missed = sources.flatMap((source) => {
    const lastMs = lastKnown(source, away);
    const intervals = lastMs === null ? 0 : Math.round((untilMs - lastMs) / intervalMs) - 1;
    return intervals > 0 ? [{ source, intervals }] : [];
  });
  if (missed.length === 0) return null;
  const most = Math.max(...missed.map(({ intervals }) => intervals));
  const told = [...Map.groupBy(missed, ({ intervals }) => intervals)]
    .toSorted(([a], [b]) => b - a)
    .map(
      ([count, same]) => `${count} interval${count === 1 ? '' : 's'} of ${same.map(({ source }) => source).join(', ')}`,
    );
  return {
    atMs: nowMs,
    kind: 'samples_missed',
    severity: most * intervalMs < SHORT_MS ? 'info' : 'warning',
    message: `nobody sampled while soakd was away: ${told.join('; ')}`,
    data: {
      intervals: most,
      sources: Object.fromEntries(missed.map(({ source, intervals }) => [source, intervals])),
      fromMs: untilMs - most * intervalMs,
      untilMs,
    },
  };
}

/** Start of the last interval of a source that was sampled or told missed; null when this run has just begun. */
function lastKnown(source: string, { sampledUntil, events, beginMs, intervalMs }: Away): number | null {
  const told = events.flatMap(({ kind, data }) =>
    kind === 'samples_missed' ? [Number(data.untilMs) - intervalMs] : [],
  );
  // A source without a sample was away as long as the others; without any sample at all, since the beginning.
  const ofSource = sampledUntil.get(source);
  const known = [...(ofSource === undefined ? sampledUntil.values() : [ofSource]), ...told];
  if (known.length > 0) return Math.max(...known);
  const resumed = events.some(({ kind }) => kind === 'soakd_resumed');
  return resumed ? intervalStart(beginMs, intervalMs) : null;
}
