/** Server-sent events by fetch: unlike an EventSource it can carry the token in a header. */
import { errorOf } from './api.js';

/** @typedef {{ event: string, data: any }} StreamMessage */
/** @typedef {'connecting' | 'live' | 'away' | 'refused'} StreamState */

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;
/** The daemon says something every fifteen seconds at the latest. */
const SILENCE_MS = 40_000;

/**
 * Follows a stream until `signal` aborts; comes back by itself with the id of the last event that it was told.
 * @param {string} url
 * @param {{
 *   headers: () => Record<string, string>,
 *   onMessage: (message: StreamMessage) => void,
 *   onState: (state: StreamState) => void,
 *   signal: AbortSignal,
 * }} options
 */
export async function follow(url, { headers, onMessage, onState, signal }) {
  let lastId = '';
  let pauseMs = FIRST_PAUSE_MS;
  onState('connecting');
  while (!signal.aborted) {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const response = await fetch(url, {
        headers: { ...headers(), ...(lastId === '' ? {} : { 'last-event-id': lastId }) },
        signal: AbortSignal.any([signal, silence.signal]),
        cache: 'no-store',
      });
      if (!response.ok || response.body === null) {
        const { status } = await errorOf(response);
        if (status === 401 || status === 403 || status === 404) {
          onState('refused');
          return;
        }
        throw new Error(`status ${status}`);
      }
      onState('live');
      pauseMs = FIRST_PAUSE_MS;
      let rest = '';
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        const blocks = (rest + value).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const message = parsed(block);
          if (message === null) continue;
          if (message.id !== null) lastId = message.id;
          onMessage(message);
        }
      }
    } catch {
      // Gone, or silent for too long: the same to us.
    } finally {
      clearTimeout(timer);
    }
    if (signal.aborted) return;
    onState('away');
    await paused(pauseMs, signal);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }
}

/**
 * One block of a stream (WHATWG HTML §9.2.6); null for comments and what holds no data.
 * @param {string} block
 * @returns {(StreamMessage & { id: string | null }) | null}
 */
export function parsed(block) {
  let event = 'message';
  /** @type {string | null} */
  let id = null;
  const data = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const field = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id') id = value;
  }
  return data.length === 0 ? null : { event, id, data: JSON.parse(data.join('\n')) };
}

/**
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function paused(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
