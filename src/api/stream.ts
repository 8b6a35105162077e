/**
 * Server-sent events (WHATWG HTML §9.2). Stored events carry an id, so that a reader that comes back with
 * `Last-Event-ID` is told from the store what it missed; states and statuses carry none, the present ones are sent anew.
 */
import { Bell } from '../base/bell.ts';
import { isFinal } from '../model/run.ts';
import type { RunSignal } from '../soak/control.ts';
import { stateOf } from '../soak/state.ts';
import { formatCursor, type StreamCursor } from './cursor.ts';
import type { ApiPorts } from './ports.ts';
import { StatusChanges } from './status-changes.ts';

/** Where the text goes: a socket in the product. */
export interface StreamSink {
  write(text: string): void;
  /** Bytes that the reader has not taken yet. */
  pendingBytes(): number;
}

export interface StreamSettings {
  /** A status of each live run this often. */
  statusMs: number;
  /** A comment when nothing else was sent for so long: proxies cut silent connections. */
  heartbeatMs: number;
  /** A reader that has not taken this much is too slow, and is dropped: it comes back with `Last-Event-ID`. */
  maxPendingBytes: number;
  /** Signals that wait while the store is read; beyond it the reader is dropped likewise. */
  maxWaiting: number;
}

export const streamSettings: StreamSettings = {
  statusMs: 2_000,
  heartbeatMs: 15_000,
  maxPendingBytes: 1_048_576,
  maxWaiting: 5_000,
};

const PAGE = 500;
/** How soon a reader comes back by itself. */
const RETRY_MS = 2_000;

export type StreamEnd = 'left' | 'too_slow' | 'refused';

/**
 * Tells one reader of one run, or of all live ones, until `signal` aborts, the reader is too slow, or `mayRead`, which is asked
 * before anything is told, says no: a reload may have withdrawn the reader's token.
 */
export async function streamTo(
  sink: StreamSink,
  { control, store, clock }: Pick<ApiPorts, 'control' | 'store' | 'clock'>,
  {
    run,
    cursor,
    changesOnly = false,
    mayRead = () => true,
    settings = streamSettings,
  }: {
    run: string | null;
    cursor: StreamCursor;
    changesOnly?: boolean;
    mayRead?: () => boolean;
    settings?: StreamSettings;
  },
  signal: AbortSignal,
): Promise<StreamEnd> {
  const waiting: Extract<RunSignal, { type: 'state' | 'event' }>[] = [];
  const bell = new Bell();
  const changes = changesOnly ? new StatusChanges() : null;
  const unsubscribe = control.subscribe((told) => {
    if (run !== null && told.runId !== run) return;
    // Statuses come by the clock, so that many signals do not make many statuses; rows are asked for.
    if (told.type !== 'state' && told.type !== 'event') return;
    waiting.push(told);
    bell.ring();
  });
  const slow = (): boolean => sink.pendingBytes() > settings.maxPendingBytes || waiting.length > settings.maxWaiting;
  const over = new AbortController();
  const ticking = keepTicking(bell, clock, settings.statusMs, AbortSignal.any([signal, over.signal]));
  try {
    sink.write(`retry: ${RETRY_MS}\n\n`);
    await replay();
    let statusDueMs = clock.monotonicMs();
    let heartbeatDueMs = statusDueMs + settings.heartbeatMs;
    while (!signal.aborted) {
      if (slow()) return 'too_slow';
      if (!mayRead()) return 'refused';
      for (const told of waiting.splice(0)) {
        if (told.type === 'state') sendState(told.runId, told.state, told.reason, told.atMs);
        else sendEvent(told.runId, told.event);
        if (slow()) return 'too_slow';
      }
      const nowMs = clock.monotonicMs();
      if (nowMs >= statusDueMs) {
        const sent = sendStatuses();
        statusDueMs = nowMs + settings.statusMs;
        if (sent) heartbeatDueMs = nowMs + settings.heartbeatMs;
      }
      if (nowMs >= heartbeatDueMs) {
        sink.write(': still here\n\n');
        heartbeatDueMs = nowMs + settings.heartbeatMs;
      }
      await bell.wait(signal);
    }
    return 'left';
  } finally {
    unsubscribe();
    over.abort();
    await ticking;
  }

  /** What the reader missed of the runs that it knew, and how those ended that live no more. */
  async function replay(): Promise<void> {
    for (const runId of [...cursor.keys()]) {
      if ((run !== null && runId !== run) || (await store.run(runId)) === null) {
        cursor.delete(runId);
        continue;
      }
      for (;;) {
        const page = await store.events(runId, { afterId: cursor.get(runId) ?? 0, limit: PAGE });
        for (const event of page) sendEvent(runId, event);
        if (page.length < PAGE || slow() || signal.aborted || !mayRead()) break;
      }
      const transitions = await store.transitions(runId);
      const last = transitions.at(-1);
      if (last !== undefined && isFinal(stateOf(transitions))) sendState(runId, last.to, last.reason, last.atMs);
    }
  }

  function sendStatuses(): boolean {
    const ids = run === null ? control.live() : [run];
    let sent = false;
    for (const runId of ids) {
      const status = control.status(runId);
      if (status === null) continue;
      send('status', { runId, status: changes?.since(status) ?? status }, null);
      sent = true;
    }
    return sent;
  }

  function sendState(runId: string, state: string, reason: string, atMs: number): void {
    send('state', { runId, state, reason, atMs }, null);
  }

  function sendEvent(runId: string, event: { id: number }): void {
    // Told live and found in the store as well: once is enough.
    if (event.id <= (cursor.get(runId) ?? 0)) return;
    // The newest run stands last, and stays when a cursor must be cut.
    cursor.delete(runId);
    cursor.set(runId, event.id);
    send('event', { runId, event }, formatCursor(cursor));
  }

  function send(type: string, data: object, id: string | null): void {
    sink.write(`${id === null ? '' : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

async function keepTicking(bell: Bell, clock: ApiPorts['clock'], everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(everyMs, signal).catch(() => undefined);
    bell.ring();
  }
}
