import type { NewEvent } from '../model/run.ts';
import { type LoadWindow, WINDOW_MS } from '../model/window.ts';

/** The window before, as far as it decides what is new about the next one. */
export type WindowBefore = Pick<
  LoadWindow,
  'processId' | 'endMs' | 'droppedRecords' | 'pooledRequests' | 'iterations'
> & { clock: LoadWindow['clock'] };

/** The generator's own timer this late makes its arrivals and its measurements doubtful. */
const TIMER_LAG_MS = 1_000;
/** As in watch-clock: more than NTP may slew. */
const STEP_MS = 250;

/**
 * What a fresh window tells beyond its numbers: a gap before it, a clock step, a generator that fell
 * behind, records lost, names pooled. One event at each change of state. `before` is null for the first
 * window of a run, which should begin at `planStartMs`; `awayReason` says why k6 was not there.
 */
export function windowEvents(
  before: WindowBefore | null,
  window: LoadWindow,
  context: { planStartMs: number; awayReason: string | null },
): NewEvent[] {
  const events: NewEvent[] = [];
  const same = before !== null && before.processId === window.processId ? before : null;
  const expectedMs = before?.endMs ?? context.planStartMs;
  if (window.startMs - expectedMs >= WINDOW_MS) {
    events.push(
      gapEvent(
        expectedMs,
        window.startMs,
        same === null ? (context.awayReason ?? 'k6 was not there') : 'the generator stood still',
      ),
    );
  }
  const at = (kind: string, severity: NewEvent['severity'], message: string, data: Record<string, unknown>): void => {
    events.push({ atMs: window.endMs, kind, severity, message, data: { processId: window.processId, ...data } });
  };
  const { stepMs, timerLagMs } = window.clock;
  if (Math.abs(stepMs) >= STEP_MS) {
    at('generator_clock_stepped', 'warning', `k6 saw the wall clock step by ${(stepMs / 1000).toFixed(1)} s`, {
      fromMs: window.startMs,
      untilMs: window.endMs,
      stepMs,
    });
  }
  const behind = isBehind(window);
  if (behind && (same === null || !isBehind(same))) {
    at('generator_behind', 'warning', 'the generator fell behind: arrivals it missed are not offered', {
      late: window.iterations.late,
      timerLagMs,
    });
  }
  if (!behind && same !== null && isBehind(same)) {
    at('generator_on_time', 'info', 'the generator is on time again', {});
  }
  const lost = window.droppedRecords - (same?.droppedRecords ?? 0);
  if (lost > 0) at('windows_lost', 'error', `k6 could not write ${lost} windows: is the disk full?`, { windows: lost });
  if (window.pooledRequests > 0 && (same === null || same.pooledRequests === 0)) {
    at('names_pooled', 'warning', 'too many request names: the rest is measured together as `other`', {
      tagSets: window.tagSets,
    });
  }
  return events;
}

/** Load that was planned and not offered because nobody was there to offer it. */
export const gapEvent = (fromMs: number, untilMs: number, reason: string): NewEvent => ({
  atMs: untilMs,
  kind: 'gap',
  severity: 'warning',
  message: `no load for ${((untilMs - fromMs) / 1000).toFixed(0)} s: ${reason}`,
  data: { fromMs, untilMs, reason },
});

const isBehind = (window: Pick<LoadWindow, 'iterations' | 'clock'>): boolean =>
  window.iterations.late > 0 || window.clock.timerLagMs >= TIMER_LAG_MS;
