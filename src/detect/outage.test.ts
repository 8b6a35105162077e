import { describe, expect, it } from 'vitest';
import type { Outcome } from '../model/window.ts';
import type { WindowRow } from '../store/store.ts';
import { outagesOf } from './outage.ts';

const WINDOW_MS = 10_000;

interface Asked {
  ok?: number;
  failed?: number;
  outcome?: Exclude<Outcome, 'ok'>;
  starved?: number;
  /** Age of the oldest request in flight at the end. */
  oldestMs?: number;
}

/** One window after the other from 0, ten seconds each. */
function windowsOf(asked: readonly Asked[]): WindowRow[] {
  return asked.map(({ ok = 0, failed = 0, outcome = 'connect', starved = 0, oldestMs }, at) => ({
    processId: 'k6',
    sequence: at,
    startMs: at * WINDOW_MS,
    endMs: (at + 1) * WINDOW_MS,
    iterations: {
      planned: ok + failed + starved,
      started: ok + failed,
      finished: 0,
      interrupted: 0,
      starved,
      late: 0,
      paused: 0,
    },
    inFlight: {
      iterations: 0,
      oldestIterationMs: null,
      requests: oldestMs === undefined ? 0 : 3,
      oldestRequestMs: oldestMs ?? null,
    },
    users: { busy: 0, max: 10 },
    requests: [
      { name: 'GET /', scenario: 'soak', outcome: 'ok' as const, count: ok, statuses: {}, errorCodes: {} },
      { name: 'GET /', scenario: 'soak', outcome, count: failed, statuses: {}, errorCodes: {} },
    ].filter(({ count }) => count > 0),
    checks: [],
    bytes: { sent: 0, received: 0 },
    clock: { timerLagMs: 0, stepMs: 0 },
    tagSets: 1,
    pooledRequests: 0,
    droppedRecords: 0,
  }));
}

const repeat = (times: number, asked: Asked): Asked[] => new Array<Asked>(times).fill(asked);
const outages = (asked: readonly Asked[], requestsPerIteration = 1): ReturnType<typeof outagesOf> =>
  outagesOf({ windows: windowsOf(asked), requestsPerIteration, timeoutMs: 30_000, endMs: asked.length * WINDOW_MS });

const UP = repeat(30, { ok: 10 });

describe('outages', () => {
  it('begin and end where the failures do', () => {
    expect(outages([...UP, ...repeat(4, { failed: 10 }), ...UP])).toEqual([
      { startMs: 300_000, endMs: 340_000, failures: 40, cause: 'connections refused or cut' },
    ]);
  });

  it('are placed within their windows by the share that failed', () => {
    const found = outages([...UP, { ok: 4, failed: 6 }, ...repeat(2, { failed: 10 }), { ok: 7, failed: 3 }, ...UP]);
    expect(found).toEqual([expect.objectContaining({ startMs: 304_000, endMs: 333_000 })]);
  });

  it('are not made of a lone failure, nor of scattered ones', () => {
    expect(outages([...UP, { failed: 1 }, ...UP])).toEqual([]);
    expect(outages([...UP, { failed: 2 }, ...UP])).toEqual([]);
    expect(outages(repeat(200, { ok: 8, failed: 2 }))).toEqual([]);
  });

  it('are not made of errors that fell together by chance at a few requests a window', () => {
    const noisy = Array.from({ length: 600 }, (_, at): Asked => (at % 9 === 0 ? { failed: 1 } : { ok: 1 }));
    expect(outages([...noisy, ...repeat(3, { failed: 1 }), ...noisy])).toEqual([]);
    expect(outages([...repeat(600, { ok: 1 }), ...repeat(3, { failed: 1 }), ...repeat(600, { ok: 1 })])).toHaveLength(
      1,
    );
  });

  it('are seen in a target that hangs, from starved arrivals alone, since its oldest request', () => {
    const found = outages([...UP, {}, {}, ...repeat(3, { starved: 5, oldestMs: 25_000 })], 4);
    expect(found).toEqual([{ startMs: 305_000, endMs: null, failures: 60, cause: 'requests hang, no user is free' }]);
  });

  it('are seen in requests that hang beyond the time-out', () => {
    const found = outages([...UP, ...[1, 2, 3, 4, 5].map((age): Asked => ({ oldestMs: age * 10_000 }))]);
    expect(found).toEqual([expect.objectContaining({ endMs: null, cause: 'requests hang beyond the time-out' })]);
  });

  it('begin when the requests that timed out were sent', () => {
    const found = outages([...UP, {}, {}, {}, ...repeat(4, { failed: 10, outcome: 'timeout' }), ...UP]);
    expect(found).toEqual([expect.objectContaining({ startMs: 300_000, endMs: 370_000 })]);
  });

  it('go on through windows in which nothing was asked', () => {
    expect(outages([...UP, { failed: 5 }, {}, {}, { failed: 5 }, ...UP])).toEqual([
      expect.objectContaining({ startMs: 300_000, endMs: 340_000, failures: 10 }),
    ]);
  });

  it('are open at the end of the run', () => {
    expect(outages([...UP, ...repeat(3, { failed: 10 })])).toEqual([expect.objectContaining({ endMs: null })]);
  });
});
