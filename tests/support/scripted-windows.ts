/**
 * The windows that k6 would have written against a target that behaves as scripted: a pure function of plan, script and
 * time, made when read. One window of 20 request names takes well under 100 µs, so 72 hours play in a second or two.
 */
import { seededRandom } from '../../src/base/random.ts';
import type { ArrivalPlan } from '../../src/model/plan.ts';
import { addToSketch, emptySketch, type Sketch } from '../../src/model/sketch.ts';
import {
  type IterationCounts,
  type LoadWindow,
  type Outcome,
  type RequestCell,
  WINDOW_MS,
} from '../../src/model/window.ts';
import type { Generation, LatencyShape, LoadScript, Stretch } from './load-script.ts';
import { arrivals, planAt } from './scripted-arrivals.ts';
import { type HungWindow, hungWindows } from './scripted-hang.ts';

/** Window number `index` of a process, or null when it is not complete at `nowMs`, or the process stood still in it. */
export function windowAt(process: Generation, script: LoadScript, index: number, nowMs: number): LoadWindow | null {
  const span = spanOf(process, index);
  if (span === null || visibleFromMs(span, script) > nowMs || isInsideStall(span, script)) return null;
  return generate(process, script, index, span);
}

/** How many windows there are up to now, those that are missing included: the exclusive bound of `index`. */
export function windowCount(process: Generation, script: LoadScript, nowMs: number): number {
  const lastMs = Math.min(nowMs, process.exitedMs ?? Number.POSITIVE_INFINITY);
  let count = Math.max(0, Math.floor(lastMs / WINDOW_MS) - Math.floor(process.startedMs / WINDOW_MS));
  if (process.exitedMs !== null && process.exitedMs <= nowMs && spanOf(process, count) !== null) count++;
  while (count > 0) {
    const span = spanOf(process, count - 1);
    if (span !== null && visibleFromMs(span, script) <= nowMs) break;
    count--;
  }
  return count;
}

/** Windows are aligned to the wall clock; the first begins with the process, the last ends with it. */
function spanOf(process: Generation, index: number): Stretch | null {
  const gridMs = Math.floor(process.startedMs / WINDOW_MS) * WINDOW_MS + index * WINDOW_MS;
  const fromMs = Math.max(process.startedMs, gridMs);
  let untilMs = gridMs + WINDOW_MS;
  if (process.exitedMs !== null && process.exitedMs < untilMs) {
    if (process.killed) return null;
    untilMs = process.exitedMs;
  }
  return fromMs < untilMs ? { fromMs, untilMs } : null;
}

/** A window that a stall caught open is written when the generator runs again. */
function visibleFromMs(span: Stretch, script: LoadScript): number {
  const stall = script.stalls?.find(({ fromMs, untilMs }) => fromMs < span.untilMs && span.untilMs < untilMs);
  return stall?.untilMs ?? span.untilMs;
}

const isInsideStall = (span: Stretch, script: LoadScript): boolean =>
  script.stalls?.some((stall) => stall.fromMs <= span.fromMs && span.untilMs <= stall.untilMs) ?? false;

function generate(process: Generation, script: LoadScript, index: number, span: Stretch): LoadWindow {
  const plan = planAt(process, span.untilMs);
  const hung = hungWindows(process, script).get(index) ?? null;
  const iterations = countIterations(process, script, plan, span, hung);
  const stall = stallEndingIn(script, span);
  const requests = hung
    ? hungRequests(process, script, plan, span, hung)
    : healthyRequests(process, script, plan, span, index, iterations.started);
  const answered = requests.reduce((sum, { count }) => sum + count, 0);
  const failed = requests.reduce((sum, { outcome, count }) => sum + (outcome === 'ok' ? 0 : count), 0);
  const busy = hung?.busy ?? 0;
  return {
    processId: process.processId,
    // The numbers of windows that a stall swallowed stay unused.
    sequence: index,
    startMs: span.fromMs,
    endMs: span.untilMs,
    iterations,
    inFlight: {
      iterations: busy,
      oldestIterationMs: hung?.oldestMs ?? null,
      requests: busy,
      oldestRequestMs: hung?.oldestMs ?? null,
    },
    users: { busy, max: process.users },
    requests,
    checks: [{ name: 'status is 2xx', passes: answered - failed, fails: failed }],
    bytes: { sent: 300 * answered, received: 1400 * (answered - failed) },
    clock: {
      timerLagMs: stall ? stall.untilMs - stall.fromMs : 1,
      stepMs: (script.clockSteps ?? [])
        .filter(({ atMs }) => span.fromMs <= atMs && atMs < span.untilMs)
        .reduce((sum, { stepMs }) => sum + stepMs, 0),
    },
    tagSets: script.requests.length,
    pooledRequests: 0,
    droppedRecords: 0,
  };
}

const stallEndingIn = (script: LoadScript, span: Stretch): Stretch | null =>
  script.stalls?.find(({ untilMs }) => span.fromMs <= untilMs && untilMs < span.untilMs) ?? null;

function countIterations(
  process: Generation,
  script: LoadScript,
  plan: ArrivalPlan,
  span: Stretch,
  hung: HungWindow | null,
): IterationCounts {
  const ended = stallEndingIn(script, span);
  const begun = script.stalls?.find(({ fromMs }) => span.fromMs <= fromMs && fromMs < span.untilMs);
  const late = ended
    ? arrivals(plan, script.seed, Math.max(ended.fromMs, process.startedMs), ended.untilMs).offered
    : 0;
  // What the window saw outside of stalls: a piece before one that begins in it, a piece after one that ends in it.
  const pieces: Stretch[] = [];
  if (begun) pieces.push({ fromMs: span.fromMs, untilMs: begun.fromMs });
  if (ended) pieces.push({ fromMs: ended.untilMs, untilMs: span.untilMs });
  if (!begun && !ended) pieces.push(span);
  let onTime = 0;
  let paused = 0;
  for (const { fromMs, untilMs } of pieces) {
    const count = arrivals(plan, script.seed, fromMs, untilMs);
    onTime += count.offered;
    paused += count.paused;
  }
  const starved = Math.min(hung?.starved ?? 0, onTime);
  const started = onTime - starved;
  return {
    planned: onTime + late + paused,
    started,
    finished: hung?.finished ?? started,
    interrupted: 0,
    starved,
    late,
    paused,
  };
}

function healthyRequests(
  process: Generation,
  script: LoadScript,
  plan: ArrivalPlan,
  { fromMs, untilMs }: Stretch,
  index: number,
  started: number,
): RequestCell[] {
  const random = seededRandom(script.seed * 7919 + index);
  const middleMs = (fromMs + untilMs) / 2;
  const total = started * plan.requestsPerIteration;
  const requestsPerMinute = (total * 60_000) / (untilMs - fromMs);
  const failures = script.failures?.(middleMs) ?? {};
  const cells: RequestCell[] = [];
  let wanted = 0;
  let given = 0;
  const offset = random();
  for (const { name, scenario = 'soak', share } of script.requests) {
    wanted += total * share;
    const count = Math.floor(wanted + offset) - given;
    given += count;
    if (count <= 0) continue;
    let ok = count;
    for (const outcome of ['http_error', 'timeout', 'connect'] as const) {
      const failed = Math.min(ok, Math.floor(count * (failures[outcome] ?? 0) + random()));
      if (failed === 0) continue;
      ok -= failed;
      cells.push(failedCell({ scenario, name }, outcome, failed, process.timeoutMs));
    }
    if (ok > 0) {
      const shape = script.latency({ atMs: middleMs, requestsPerMinute, name });
      cells.push(okCell({ scenario, name }, ok, sampled(shape, ok, random)));
    }
  }
  return cells;
}

/** Values spread over the distribution: at most 32 strata, a random point in each, so that quantiles are smooth. */
function sampled({ medianMs, shape }: LatencyShape, count: number, random: () => number): Sketch {
  const sketch = emptySketch();
  const strata = Math.min(count, 32);
  let placed = 0;
  for (let at = 0; at < strata; at++) {
    const weight = Math.round(((at + 1) * count) / strata) - placed;
    placed += weight;
    const quantile = (at + 0.0005 + 0.999 * random()) / strata;
    addToSketch(sketch, medianMs * (quantile / (1 - quantile)) ** (1 / shape), weight);
  }
  return sketch;
}

const okCell = (of: { scenario: string; name: string }, count: number, durationsMs: Sketch): RequestCell => ({
  ...of,
  outcome: 'ok',
  count,
  statuses: { '2xx': count },
  errorCodes: {},
  durationsMs,
});

/** As k6 reports them: a refused connection takes 0 ms, a time-out its whole limit. */
function failedCell(
  of: { scenario: string; name: string },
  outcome: Exclude<Outcome, 'ok'>,
  count: number,
  timeoutMs: number,
): RequestCell {
  const { durationMs, status, code } = {
    http_error: { durationMs: 5, status: '5xx', code: '1500' },
    timeout: { durationMs: timeoutMs, status: 'none', code: '1050' },
    connect: { durationMs: 0, status: 'none', code: '1212' },
  }[outcome];
  const durationsMs = emptySketch();
  addToSketch(durationsMs, durationMs, count);
  return { ...of, outcome, count, statuses: { [status]: count }, errorCodes: { [code]: count }, durationsMs };
}

/** What was measured while the target hung: almost nothing, then time-outs, then answers as old as the hang. */
function hungRequests(
  process: Generation,
  script: LoadScript,
  plan: ArrivalPlan,
  span: Stretch,
  hung: HungWindow,
): RequestCell[] {
  const first = script.requests[0];
  if (first === undefined) return [];
  const of = { scenario: first.scenario ?? 'soak', name: first.name };
  const perIteration = Math.max(1, Math.round(plan.requestsPerIteration));
  const cells: RequestCell[] = [];
  if (hung.timedOut > 0) cells.push(failedCell(of, 'timeout', hung.timedOut * perIteration, process.timeoutMs));

  const sketch = emptySketch();
  for (const { afterMs, count } of hung.answered) addToSketch(sketch, afterMs, count * perIteration);
  const healthy = hung.finished - hung.timedOut - hung.answered.reduce((sum, { count }) => sum + count, 0);
  if (healthy > 0) {
    const { medianMs } = script.latency({ atMs: span.fromMs, requestsPerMinute: 0, name: first.name });
    addToSketch(sketch, medianMs, healthy * perIteration);
  }
  if (sketch.count > 0) cells.push(okCell(of, sketch.count, sketch));
  return cells;
}
