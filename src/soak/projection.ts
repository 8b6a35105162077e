import { contains, lengthOf, type Stretch } from '../base/stretches.ts';
import { durationsOriginMs } from '../model/duration-grid.ts';
import type { ArrivalPlan, PlanEdit } from '../model/plan.ts';
import type { Run, RunEvent, RunState } from '../model/run.ts';
import type { Sample, SeriesInfo } from '../model/sample.ts';
import type { RunStatus } from '../model/status.ts';
import type { RequestDrift, SeriesGrowth, Verdict } from '../model/verdict.ts';
import type { IterationCounts, LoadWindow, Outcome } from '../model/window.ts';
import { factorAt } from '../plan/edits.ts';
import { excludedStretches } from '../plan/exclusions.ts';
import { levelAt, profileClock, requestsBetween, requestsPerMinuteAt } from '../plan/rate.ts';
import type { SketchRow, WindowRow } from '../store/store.ts';
import { replicaSums } from '../verdict/replicas.ts';
import { RecentLoad } from './recent-load.ts';

const KEPT_EVENTS = 20;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What only the living know: rows under way, and the sampling loop's own count. */
export interface LiveHealth {
  storeBacklogRows: number;
  droppedRows: number;
  missedTicks: number;
  problems: string[];
}

/**
 * The status of one run, kept up to date row by row at constant cost. Fed with the stored rows of a run it
 * says the same as one that was there all along.
 */
export class Projection {
  readonly #run: Run;
  #plan: ArrivalPlan;
  #excluded: Stretch[];
  #edits: PlanEdit[] = [];
  #state: RunState = 'preparing';
  #total = 0;
  readonly #byOutcome: Record<Outcome, number> = { ok: 0, http_error: 0, timeout: 0, connect: 0 };
  readonly #iterations: RunStatus['iterations'] = {
    planned: 0,
    started: 0,
    starved: 0,
    late: 0,
    paused: 0,
    interrupted: 0,
  };
  #newest: Pick<LoadWindow, 'inFlight' | 'clock' | 'startMs' | 'users'> | null = null;
  readonly #recent: RecentLoad;
  readonly #series = new Map<string, { info: SeriesInfo; last: number | null; atMs: number | null }>();
  #events: RunEvent[] = [];
  #verdict: Verdict | null = null;
  readonly #growth = new Map<string, SeriesGrowth>();
  readonly #drift = new Map<string | null, RequestDrift>();
  #verdictIsFinal = false;

  constructor(run: Run, plan: ArrivalPlan) {
    this.#run = run;
    this.#plan = plan;
    this.#excluded = excludedStretches(run.profile, plan);
    this.#recent = new RecentLoad(run.profile.workload.timeoutMs, durationsOriginMs(run));
  }

  get newestWindowEndMs(): number | null {
    return this.#recent.newestEndMs;
  }

  /** Virtual users that k6 had ready in its newest window; null before the first. */
  get usersReady(): number | null {
    return this.#newest?.users.max ?? null;
  }

  setPlan(plan: ArrivalPlan, edits: PlanEdit[]): void {
    this.#plan = plan;
    this.#excluded = excludedStretches(this.#run.profile, plan);
    this.#edits = edits;
  }

  setState(state: RunState): void {
    this.#state = state;
  }

  /** A window as k6 wrote it. */
  addWindow(window: LoadWindow): void {
    this.#addCounters(window);
    this.#recent.addWindow(window);
  }

  /** Rebuilding: a window as stored; its durations come by `addStoredDurations`, after all windows. */
  addStoredWindow(row: WindowRow): void {
    this.#addCounters(row);
    this.#recent.addCounters(row);
  }

  addStoredDurations(row: SketchRow): void {
    this.#recent.addStoredDurations(row);
  }

  addSeries(series: readonly SeriesInfo[]): void {
    for (const info of series) {
      const known = this.#series.get(info.id);
      if (known === undefined) this.#series.set(info.id, { info, last: null, atMs: null });
      else known.info = info;
    }
  }

  addSamples(samples: readonly Sample[]): void {
    for (const sample of samples) {
      const series = this.#series.get(sample.series);
      if (series === undefined || (series.atMs !== null && series.atMs > sample.atMs)) continue;
      // The rest of an interval that an earlier soakd had begun to read takes no value away.
      series.last = series.atMs === sample.atMs ? (sample.last ?? series.last) : sample.last;
      series.atMs = sample.atMs;
    }
  }

  /** By source, the start of the newest interval of which there is a sample, with a value or without. */
  sampledUntil(): Map<string, number> {
    const newest = new Map<string, number>();
    for (const { info, atMs } of this.#series.values()) {
      if (atMs !== null) newest.set(info.source, Math.max(newest.get(info.source) ?? atMs, atMs));
    }
    return newest;
  }

  addEvents(events: readonly RunEvent[]): void {
    if (events.length === 0) return;
    this.#events = [...this.#events, ...events].slice(-KEPT_EVENTS);
  }

  /** The verdict as it stands now, or the final one. */
  setVerdict(verdict: Verdict, final: boolean): void {
    this.#verdict = verdict;
    this.#verdictIsFinal = final;
    this.setTrends(verdict);
  }

  /** What is said of some series by now. */
  setTrends({ growth, drift }: Pick<Verdict, 'growth' | 'drift'>): void {
    for (const one of growth) this.#growth.set(one.series, one);
    for (const one of drift) this.#drift.set(one.request, one);
  }

  status(nowMs: number, health: LiveHealth): RunStatus {
    const run = this.#run;
    const plan = this.#plan;
    const elapsedMs = Math.max(0, Math.min(nowMs, plan.endMs) - plan.startMs);
    const offering = nowMs >= plan.startMs && nowMs < plan.endMs;
    const lastMinute = this.#recent.lastMinute(nowMs);
    const failed = this.#total - this.#byOutcome.ok;
    const availability = this.#verdict?.criteria.find((criterion) => criterion.id === 'availability');
    return {
      runId: run.id,
      name: run.name,
      targetUrl: run.targetUrl,
      state: this.#state,
      rehearsal: run.rehearsal,
      compression: run.compression,
      nowMs,
      startMs: plan.startMs,
      endMs: plan.endMs,
      elapsedMs,
      leftMs: Math.max(0, plan.endMs - Math.max(nowMs, plan.startMs)),
      hourOfRun: (elapsedMs * run.compression) / HOUR_MS,
      profileClock: profileClock(run.profile, plan, plan.startMs + elapsedMs),
      level: offering ? levelAt(plan, run.profile, nowMs) : null,
      judging: this.#state === 'running' && offering && !contains(this.#excluded, nowMs),
      rate: {
        plannedPerMinute: offering ? requestsPerMinuteAt(plan, nowMs) : 0,
        recentlyPlannedPerMinute: lastMinute === null ? null : plannedPerMinute(plan, lastMinute.stretches),
        offeredPerMinute: lastMinute === null ? null : lastMinute.startedPerMinute * plan.requestsPerIteration,
        servedPerMinute: lastMinute === null ? null : lastMinute.requestsPerMinute,
        factor: factorAt(this.#edits, nowMs),
      },
      latency: this.#recent.latency(nowMs),
      errorRatePercent: {
        recent: this.#recent.errorRatePercent(nowMs),
        soFar: this.#total === 0 ? null : (100 * failed) / this.#total,
      },
      availabilityPercent: availability?.actual ?? null,
      requests: { total: this.#total, failed, byOutcome: { ...this.#byOutcome } },
      iterations: { ...this.#iterations },
      inFlight: {
        requests: this.#newest?.inFlight.requests ?? 0,
        oldestRequestMs: this.#newest?.inFlight.oldestRequestMs ?? null,
      },
      series: [
        ...Array.from(this.#series.values(), ({ info, last, atMs }) => ({
          id: info.id,
          unit: info.unit,
          role: info.role,
          last,
          atMs,
          growth: this.#growth.get(info.id) ?? null,
        })),
        ...this.#sums(),
      ],
      drift: [...this.#drift.values()],
      criteria: this.#verdict?.criteria ?? [],
      events: this.#events,
      health: { ...health, generatorLagMs: this.#newest?.clock.timerLagMs ?? null },
      standing: this.#standing(),
      verdictOutcome: this.#verdictIsFinal ? (this.#verdict?.outcome ?? null) : null,
    };
  }

  #standing(): RunStatus['standing'] {
    if (this.#verdict === null) return null;
    const { outcome, headline, computedMs } = this.#verdict;
    return { outcome, headline, computedMs, final: this.#verdictIsFinal };
  }

  /** Sums over replicas are judged as series are, and nobody samples them. */
  #sums(): RunStatus['series'] {
    const known = Array.from(this.#series.values(), ({ info }) => info);
    return replicaSums(this.#run.profile, known).flatMap(({ series: { id, unit, role } }) => {
      const growth = this.#growth.get(id);
      return growth === undefined ? [] : [{ id, unit, role, last: null, atMs: null, growth }];
    });
  }

  #addCounters(window: WindowRow | LoadWindow): void {
    for (const cell of window.requests) {
      this.#total += cell.count;
      this.#byOutcome[cell.outcome] += cell.count;
    }
    addCounts(this.#iterations, window.iterations);
    if (this.#newest === null || window.startMs >= this.#newest.startMs) {
      const { inFlight, clock, startMs, users } = window;
      this.#newest = { inFlight, clock, startMs, users };
    }
  }
}

/** Mean planned rate of stretches, of which there is at least one. */
function plannedPerMinute(plan: ArrivalPlan, stretches: readonly Stretch[]): number {
  const planned = stretches.reduce((sum, { fromMs, untilMs }) => sum + requestsBetween(plan, fromMs, untilMs), 0);
  return (planned * MINUTE_MS) / lengthOf(stretches);
}

function addCounts(into: RunStatus['iterations'], from: IterationCounts): void {
  into.planned += from.planned;
  into.started += from.started;
  into.starved += from.starved;
  into.late += from.late;
  into.paused += from.paused;
  into.interrupted += from.interrupted;
}
