import type { Clock } from '../base/clock.ts';
import type { NewEvent } from '../model/run.ts';

/** Wall, monotonic and boot time read together. Boot time goes on while the machine is suspended; null when unknown. */
export interface ClockReading {
  wallMs: number;
  monotonicMs: number;
  bootMs: number | null;
}

/**
 * NTP slews by at most 500 ppm (RFC 5905, section 11.3), half a millisecond a second: what moves the wall clock by a
 * quarter of a second within one check is a step.
 */
const STEP_MS = 250;
/** A check that comes this late was not merely scheduled badly. */
const STALL_MS = 5_000;

/**
 * What happened to time between two readings that should lie `periodMs` apart, or null. A suspended machine stops the
 * monotonic clock but not boot time, so it is told from a step; without boot time a jump forward is called a step.
 */
export function clockEvent(before: ClockReading, after: ClockReading, periodMs: number): NewEvent | null {
  const passedMs = after.monotonicMs - before.monotonicMs;
  const suspendedMs =
    before.bootMs === null || after.bootMs === null ? 0 : Math.max(0, after.bootMs - before.bootMs - passedMs);
  const stepMs = after.wallMs - before.wallMs - passedMs;
  if (suspendedMs >= STALL_MS) {
    return {
      atMs: after.wallMs,
      kind: 'machine_suspended',
      severity: 'warning',
      message: `the machine was suspended for ${seconds(suspendedMs)}`,
      data: {
        fromMs: before.wallMs,
        untilMs: after.wallMs,
        suspendedMs: Math.round(suspendedMs),
        stepMs: Math.round(stepMs),
      },
    };
  }
  if (Math.abs(stepMs - suspendedMs) >= STEP_MS) {
    return {
      atMs: after.wallMs,
      kind: 'clock_stepped',
      severity: 'warning',
      message: `the wall clock was stepped ${stepMs > 0 ? 'forward' : 'back'} by ${seconds(Math.abs(stepMs))}`,
      data: { fromMs: before.wallMs, untilMs: after.wallMs, stepMs: Math.round(stepMs) },
    };
  }
  const stalledMs = passedMs - periodMs;
  if (stalledMs >= STALL_MS) {
    return {
      atMs: after.wallMs,
      kind: 'daemon_stalled',
      severity: 'warning',
      message: `soakd itself stood still for ${seconds(stalledMs)}`,
      data: { fromMs: before.wallMs, untilMs: after.wallMs, stalledMs: Math.round(stalledMs) },
    };
  }
  return null;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Watches the clocks until `signal` aborts; every step, suspension or stall is handed to `onEvent` within `periodMs`. */
export async function watchClock(options: {
  clock: Clock;
  periodMs: number;
  bootMs: () => number | null;
  onEvent: (event: NewEvent) => void;
  signal: AbortSignal;
}): Promise<void> {
  const { clock, periodMs, bootMs, onEvent, signal } = options;
  const read = (): ClockReading => ({ wallMs: clock.now(), monotonicMs: clock.monotonicMs(), bootMs: bootMs() });
  let before = read();
  while (!signal.aborted) {
    try {
      await clock.sleep(periodMs, signal);
    } catch {
      return;
    }
    const after = read();
    const event = clockEvent(before, after, periodMs);
    if (event !== null) onEvent(event);
    before = after;
  }
}
