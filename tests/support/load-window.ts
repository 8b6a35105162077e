/** Windows as k6 would write them, for tests that need some. */
import { addToSketch, emptySketch } from '../../src/model/sketch.ts';
import { type LoadWindow, type RequestCell, WINDOW_MS } from '../../src/model/window.ts';

/** A window of ten finished iterations with one request name; every field can be replaced. */
export function loadWindow(changes: Partial<LoadWindow> = {}): LoadWindow {
  const sequence = changes.sequence ?? 0;
  const startMs = changes.startMs ?? 1_790_000_000_000 + sequence * WINDOW_MS;
  return {
    processId: 'p1',
    sequence,
    startMs,
    endMs: startMs + WINDOW_MS,
    iterations: { planned: 10, started: 10, finished: 10, interrupted: 0, starved: 0, late: 0, paused: 0 },
    inFlight: { iterations: 0, oldestIterationMs: null, requests: 0, oldestRequestMs: null },
    users: { busy: 0, max: 20 },
    requests: [requestCell([12, 15, 20])],
    checks: [{ name: 'status is 2xx', passes: 3, fails: 0 }],
    bytes: { sent: 900, received: 4000 },
    clock: { timerLagMs: 1.5, stepMs: 0 },
    tagSets: 1,
    pooledRequests: 0,
    droppedRecords: 0,
    ...changes,
  };
}

/** Requests that took `durationsMs`, by default answered with 200. */
export function requestCell(durationsMs: number[], changes: Partial<RequestCell> = {}): RequestCell {
  const sketch = emptySketch();
  for (const duration of durationsMs) addToSketch(sketch, duration);
  return {
    scenario: 'soak',
    name: 'GET /',
    outcome: 'ok',
    count: durationsMs.length,
    statuses: { '2xx': durationsMs.length },
    errorCodes: {},
    durationsMs: sketch,
    ...changes,
  };
}
