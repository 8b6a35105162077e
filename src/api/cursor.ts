/**
 * Where a reader of the stream stands: the last event seen of each run, as `RUN:17,OTHER:23`. It travels as the `id`
 * of server-sent events, and comes back as `Last-Event-ID`.
 */
export type StreamCursor = Map<string, number>;

/** More runs than this at once are not streamed; it bounds what a header may ask for. */
const MAX_RUNS = 32;

/** Nothing that makes no sense is kept: a foreign id means a fresh start. */
export function parseCursor(text: string): StreamCursor {
  const cursor: StreamCursor = new Map();
  for (const part of text.split(',').slice(0, MAX_RUNS)) {
    const [, run, id] = /^([\w-]{1,64}):(\d{1,15})$/.exec(part.trim()) ?? [];
    if (run !== undefined) cursor.set(run, Number(id));
  }
  return cursor;
}

export const formatCursor = (cursor: StreamCursor): string =>
  Array.from(cursor, ([run, id]) => `${run}:${id}`)
    .slice(-MAX_RUNS)
    .join(',');
