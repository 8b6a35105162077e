/** The alerts of one run, without a run: plain time, windows made by hand. */
import { noCheckpoint, RunAlerts, type RunAlertsInput } from '../../src/alert/engine.ts';
import type { RunTime } from '../../src/alert/run-time.ts';
import type { Random } from '../../src/base/random.ts';
import type { Alert, AlertRule } from '../../src/model/alert.ts';
import { addToSketch, emptySketch } from '../../src/model/sketch.ts';
import { type LoadWindow, type RequestCell, WINDOW_MS } from '../../src/model/window.ts';
import { loadWindow } from './load-window.ts';

export const BEGIN_MS = Date.parse('2026-11-21T00:00:00Z');
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** Everything is judged, at one rate. */
export function plainTime(perMinute: number, changes: Partial<RunTime> = {}): RunTime {
  return {
    isJudged: () => true,
    plannedPerMinute: () => perMinute,
    plannedBetween: (fromMs, untilMs) => (perMinute * (untilMs - fromMs)) / MINUTE_MS,
    hourOfRun: (atMs) => (atMs - BEGIN_MS) / HOUR_MS,
    startMs: BEGIN_MS,
    endMs: BEGIN_MS + 100 * 24 * HOUR_MS,
    rehearsal: false,
    timeoutMs: 10_000,
    sampleIntervalMs: MINUTE_MS,
    minutesOriginMs: BEGIN_MS,
    ...changes,
  };
}

export const plainAlerts = (
  rules: readonly AlertRule[],
  time: RunTime,
  changes: Partial<RunAlertsInput> = {},
): RunAlerts =>
  new RunAlerts({
    run: { id: 'r1', name: 'soak', targetUrl: 'http://staging.example', rehearsal: false, environment: null },
    ...{ rules, time, state: 'running', open: [], checkpoint: noCheckpoint },
    ...changes,
  });

/** Poisson count of a mean (Knuth; for small means). */
export function poisson(mean: number, random: Random): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count++;
  return count;
}

/** The window number `index`, in which requests come at random and fail with a probability each. */
export function randomWindow(
  index: number,
  { perMinute, failing, slow = 0 }: { perMinute: number; failing: number; slow?: number },
  random: Random,
): LoadWindow {
  const count = poisson((perMinute * WINDOW_MS) / MINUTE_MS, random);
  const durations = emptySketch();
  let failed = 0;
  for (let one = 0; one < count; one++) {
    if (random() < failing) failed++;
    else addToSketch(durations, random() < slow ? 6_000 : 200);
  }
  const cell = (outcome: RequestCell['outcome'], cellCount: number, sketch = emptySketch()): RequestCell[] =>
    cellCount === 0
      ? []
      : [{ scenario: 's', name: 'list', outcome, count: cellCount, statuses: {}, errorCodes: {}, durationsMs: sketch }];
  const startMs = BEGIN_MS + index * WINDOW_MS;
  return loadWindow({
    ...{ sequence: index, startMs, endMs: startMs + WINDOW_MS },
    iterations: { planned: count, started: count, finished: count, interrupted: 0, starved: 0, late: 0, paused: 0 },
    requests: [...cell('ok', count - failed, durations), ...cell('http_error', failed)],
    checks: [],
  });
}

/** Every alert that began to fire, in order; what changed is taken as it goes. */
export class Fired {
  readonly alerts = new Map<string, Alert>();

  take(from: RunAlerts): void {
    for (const alert of from.take().alerts) if (alert.firingMs !== null) this.alerts.set(alert.id, alert);
  }

  names(): string[] {
    return [...this.alerts.values()].map(({ rule }) => rule.name);
  }
}
