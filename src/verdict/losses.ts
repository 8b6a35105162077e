import type { RunRows } from './rows.ts';
import type { RunSpan } from './span.ts';

/** Events that say that something which should be a row is none. */
const LOSS_EVENTS = new Set(['rows_dropped', 'windows_unreadable', 'ticks_missed', 'samples_missed']);

/** What could not be stored or read, one sentence each, with how often; a verdict rests on the rest. */
export function lossesOf({ events, windows }: RunRows, span: RunSpan): string[] {
  const told = events
    // Of a run that is over all count: what could not be stored is often known only while it finishes.
    .filter(({ kind, atMs }) => LOSS_EVENTS.has(kind) && (!span.live || atMs <= span.endMs))
    .map(({ message }) => message);
  const dropped = new Map<string, number>();
  for (const { processId, droppedRecords } of windows)
    dropped.set(processId, Math.max(dropped.get(processId) ?? 0, droppedRecords));
  const records = [...dropped.values()].reduce((sum, count) => sum + count, 0);
  const counted = [...Map.groupBy(told, (message) => message)].map(([message, same]) =>
    same.length === 1 ? message : `${message} (${same.length} times)`,
  );
  return [...counted, ...(records > 0 ? [`k6 could not write ${records} windows`] : [])];
}
