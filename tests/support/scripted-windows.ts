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

export interface Stretch {
  fromMs: number;
  /** Exclusive. */
  untilMs: number;
}

export interface LatencyShape {
  medianMs: number;
  /** Log-logistic shape: 8 puts p95 at 1.44 × the median, 4 at 2.1 ×. */
  shape: number;
}

/** How target and generator behave, by Unix milliseconds. Everything left out is healthy. */
export interface LoadScript {
  seed: number;
  requests: { name: string; scenario?: string; share: number }[];
  /** Total duration of answered requests at an instant and planned load. */
  latency(at: { atMs: number; requestsPerMinute: number; name: string }): LatencyShape;
  /** Shares of all requests that fail at an instant. */
  failures?(atMs: number): Partial<Record<Exclude<Outcome, 'ok'>, number>>;
  /** The target accepts requests and does not answer: users hang, then arrivals starve. */
  hangs?: Stretch[];
  /** The generator stands still (stopped, machine suspended): arrivals are late, windows are missing. */
  stalls?: Stretch[];
  /** The generator dies. */
  crashes?: { atMs: number; exitCode: number | null; signal: string | null }[];
  /** The wall clock jumps against the monotonic clock. */
  clockSteps?: { atMs: number; stepMs: number }[];
}

/** A healthy target that answers one request name in 200 ms, whatever the load. */
export const healthyScript = (changes: Partial<LoadScript> = {}): LoadScript => ({
  seed: 1,
  requests: [{ name: 'POST /api/chat', share: 1 }],
  latency: () => ({ medianMs: 200, shape: 8 }),
  ...changes,
});

/** One start of the generator, as far as its windows depend on it. */
export interface Generation {
  processId: string;
  startedMs: number;
  users: number;
  timeoutMs: number;
  /** Plans in order, each from the instant at which it was given. */
  plans: { sinceMs: number; plan: ArrivalPlan }[];
  /** null while it lives. */
  exitedMs: number | null;
  /** A process that was killed takes its open window with it. */
  killed: boolean;
}

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

/** The plan that the generator knew by `atMs`. */
function planAt(process: Generation, atMs: number): ArrivalPlan {
  const known = process.plans.findLast(({ sinceMs }) => sinceMs < atMs) ?? process.plans[0];
  if (known === undefined) throw new Error('a generator without a plan');
  return known.plan;
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

/** Arrivals in [fromMs, untilMs), whole numbers that add up to the integral of the plan's rate. */
function arrivals(
  plan: ArrivalPlan,
  seed: number,
  fromMs: number,
  untilMs: number,
): { offered: number; paused: number } {
  if (untilMs <= fromMs) return { offered: 0, paused: 0 };
  const phase = seededRandom(seed)();
  const [from, until] = [cumulative(plan, fromMs), cumulative(plan, untilMs)];
  return {
    offered: Math.floor(until.offered + phase) - Math.floor(from.offered + phase),
    paused: Math.floor(until.paused + phase) - Math.floor(from.paused + phase),
  };
}

interface Totals {
  offered: number;
  paused: number;
}

/** Iterations from the plan's start to each of its points; plans are never changed. */
const totalsOfPlans = new WeakMap<ArrivalPlan, Totals[]>();

function totalsOf(plan: ArrivalPlan): Totals[] {
  const known = totalsOfPlans.get(plan);
  if (known) return known;
  const totals: Totals[] = [];
  let sum: Totals = { offered: 0, paused: 0 };
  plan.points.forEach((point, at) => {
    const before = plan.points[at - 1];
    if (before) sum = added(plan, sum, before, point.atMs, point.requestsPerMinute);
    totals.push(sum);
  });
  totalsOfPlans.set(plan, totals);
  return totals;
}

function added(
  plan: ArrivalPlan,
  sum: Totals,
  left: ArrivalPlan['points'][number],
  atMs: number,
  rateThen: number,
): Totals {
  const requests = ((left.requestsPerMinute + rateThen) / 2) * ((atMs - left.atMs) / 60_000);
  const iterations = requests / plan.requestsPerIteration;
  return left.paused
    ? { offered: sum.offered, paused: sum.paused + iterations }
    : { offered: sum.offered + iterations, paused: sum.paused };
}

function cumulative(plan: ArrivalPlan, atMs: number): Totals {
  const totals = totalsOf(plan);
  const clamped = Math.min(atMs, plan.endMs);
  let low = 0;
  let high = plan.points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((plan.points[middle]?.atMs ?? 0) <= clamped) low = middle + 1;
    else high = middle;
  }
  const left = plan.points[low - 1];
  const right = plan.points[low];
  const sum = totals[low - 1];
  if (left === undefined || sum === undefined) return { offered: 0, paused: 0 };
  if (right === undefined) return sum;
  const share = (clamped - left.atMs) / (right.atMs - left.atMs);
  const rateThen = left.requestsPerMinute + share * (right.requestsPerMinute - left.requestsPerMinute);
  return added(plan, sum, left, clamped, rateThen);
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

interface HungWindow {
  starved: number;
  finished: number;
  /** Iterations whose requests ran into their time-out. */
  timedOut: number;
  /** Ages at which hanging iterations were answered when the target came back, with their numbers. */
  answered: { afterMs: number; count: number }[];
  busy: number;
  oldestMs: number | null;
}

const hungWindowsOf = new WeakMap<Generation, { plans: number; windows: Map<number, HungWindow> }>();

/** Every window that a hang touches, played once in order, again when the plan has changed. */
function hungWindows(process: Generation, script: LoadScript): Map<number, HungWindow> {
  const known = hungWindowsOf.get(process);
  if (known?.plans === process.plans.length) return known.windows;
  const windows = new Map<number, HungWindow>();
  for (const hang of script.hangs ?? []) playHang(process, script, hang, windows);
  hungWindowsOf.set(process, { plans: process.plans.length, windows });
  return windows;
}

/**
 * Users hang one by one until none is left; then arrivals starve. An iteration gives up at its time-out (simplified: all
 * of its requests count as timed out at once) and its user is free for the next arrival.
 */
function playHang(process: Generation, script: LoadScript, hang: Stretch, windows: Map<number, HungWindow>): void {
  const gridMs = Math.floor(process.startedMs / WINDOW_MS) * WINDOW_MS;
  let hanging: { sinceMs: number; count: number }[] = [];
  for (let index = Math.max(0, Math.floor((hang.fromMs - gridMs) / WINDOW_MS)); ; index++) {
    const fromMs = Math.max(process.startedMs, gridMs + index * WINDOW_MS);
    const untilMs = gridMs + (index + 1) * WINDOW_MS;
    const busyBefore = hanging.reduce((sum, { count }) => sum + count, 0);
    if (fromMs >= hang.untilMs && busyBefore === 0) return;

    const expired = hanging.filter(({ sinceMs }) => sinceMs + process.timeoutMs <= untilMs);
    hanging = hanging.filter((group) => !expired.includes(group));
    let timedOut = expired.reduce((sum, { count }) => sum + count, 0);

    const plan = planAt(process, untilMs);
    const all = arrivals(plan, script.seed, fromMs, untilMs).offered;
    const hangFromMs = Math.max(fromMs, hang.fromMs);
    const intoHang = arrivals(plan, script.seed, hangFromMs, Math.min(untilMs, hang.untilMs)).offered;
    const free = Math.max(0, process.users - (busyBefore - timedOut));
    // Users whose time-out is shorter than a window are free again several times within it.
    const turns = Math.max(1, (untilMs - hangFromMs) / process.timeoutMs);
    const caught = Math.min(intoHang, Math.floor(free * turns));
    const stillHanging = Math.ceil(caught / turns);
    if (caught > 0) {
      const lastMs = Math.min(untilMs, hang.untilMs);
      const sinceMs = turns > 1 ? lastMs - process.timeoutMs / 2 : (hangFromMs + lastMs) / 2;
      hanging.push({ sinceMs, count: stillHanging });
    }
    timedOut += caught - stillHanging;

    const answered: HungWindow['answered'] = [];
    if (hang.untilMs <= untilMs) {
      for (const { sinceMs, count } of hanging) answered.push({ afterMs: hang.untilMs - sinceMs, count });
      hanging = [];
    }
    const released = answered.reduce((sum, { count }) => sum + count, 0);
    const oldest = hanging[0];
    windows.set(index, {
      starved: intoHang - caught,
      finished: all - intoHang + timedOut + released,
      timedOut,
      answered,
      busy: hanging.reduce((sum, { count }) => sum + count, 0),
      oldestMs: oldest ? untilMs - oldest.sinceMs : null,
    });
  }
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
