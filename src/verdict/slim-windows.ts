import type { LoadWindow, Outcome } from '../model/window.ts';
import type { WindowRow } from '../store/store.ts';

const NO_ITERATIONS = { planned: 0, started: 0, finished: 0, interrupted: 0, starved: 0, late: 0, paused: 0 };
const NOTHING_IN_FLIGHT = { iterations: 0, oldestIterationMs: null, requests: 0, oldestRequestMs: null };
const NO_STEP = { timerLagMs: 0, stepMs: 0 };
const NO_USERS = { busy: 0, max: 0 };
const NO_BYTES = { sent: 0, received: 0 };

/**
 * Windows as `judgedTime` needs them, and nothing beside: a healthy one is fifteen words, so that those of 72 hours take
 * a few megabytes and can stay in memory.
 */
export class SlimWindows {
  readonly rows: WindowRow[] = [];
  /** By count: all windows in which so many requests were answered well, and nothing else, share it. */
  readonly #allWell = new Map<number, WindowRow['requests']>();

  add(window: WindowRow | LoadWindow): void {
    const { processId, sequence, startMs, endMs, iterations, inFlight, clock, droppedRecords } = window;
    const requests = this.#byOutcome(window);
    const isWell = requests.length === 1 && requests[0]?.outcome === 'ok' && iterations.starved === 0;
    this.rows.push({
      processId,
      sequence,
      startMs,
      endMs,
      iterations: isWell && iterations.late === 0 ? NO_ITERATIONS : { ...iterations },
      inFlight: isWell ? NOTHING_IN_FLIGHT : { ...inFlight },
      users: NO_USERS,
      requests,
      checks: [],
      bytes: NO_BYTES,
      clock: clock.stepMs === 0 ? NO_STEP : { ...clock },
      tagSets: 0,
      pooledRequests: 0,
      droppedRecords,
    });
  }

  #byOutcome({ requests }: WindowRow | LoadWindow): WindowRow['requests'] {
    const counts = new Map<Outcome, number>();
    for (const { outcome, count } of requests) if (count > 0) counts.set(outcome, (counts.get(outcome) ?? 0) + count);
    const ok = counts.get('ok');
    if (ok === undefined || counts.size > 1) return [...counts].map(([outcome, count]) => cellOf(outcome, count));
    let shared = this.#allWell.get(ok);
    if (shared === undefined) {
      shared = [cellOf('ok', ok)];
      this.#allWell.set(ok, shared);
    }
    return shared;
  }
}

const cellOf = (outcome: Outcome, count: number): WindowRow['requests'][number] => ({
  name: '',
  scenario: '',
  outcome,
  count,
  statuses: {},
  errorCodes: {},
});
