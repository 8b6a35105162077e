import { LEAST_HOURS } from '../detect/trend/evaluate.ts';
import { durationsOriginMs, stepStart } from '../model/duration-grid.ts';
import type { ArrivalPlan } from '../model/plan.ts';
import type { Action, Run, RunEvent } from '../model/run.ts';
import type { Sample, SeriesInfo } from '../model/sample.ts';
import { emptySketch, mergeSketch, type Sketch } from '../model/sketch.ts';
import type { LoadWindow } from '../model/window.ts';
import { IDENTITY_KINDS } from '../sample/identities.ts';
import type { SketchRow, WindowRow } from '../store/store.ts';
import type { DriftOfRequest } from './drift-of-run.ts';
import { judgedSlices, sliceLengthMs } from './durations.ts';
import type { GrowthOfSeries } from './growth-of-run.ts';
import { judgedTime } from './judged-time.ts';
import { KeptTrend } from './kept-trend.ts';
import { LatencyReadings, P95 } from './latency-readings.ts';
import { profileHours } from './run-clock.ts';
import { SampleColumns } from './sample-column.ts';
import { SlimWindows } from './slim-windows.ts';
import { spanOf } from './span.ts';
import { askTrend } from './trend-of-series.ts';
import { type FollowedRun, followedRun, lastWholeHour, lookedAt, type TrendsOfRun } from './trends-of-run.ts';

/** Asked every minute, all series of an hour have had their turn after so many questions. */
const QUESTIONS_FOR_ALL = 50;

/** Hours of one series that a question goes through where none are kept: after a soakd took over. */
const STEPS = 2;

/** What a question brought. */
export interface ToldTrends {
  /** Hour of the run at which the series were asked. */
  hour: number;
  growth: GrowthOfSeries[];
  drift: DriftOfRequest[];
}

/**
 * The trends of a run that lives. It is fed each row once and keeps what the detectors need of it, so that a question costs
 * no reading of what is known, and each series is asked once for each whole hour, a few of them at each question. What it
 * says at an hour is to the last digit what `trendsOfRun` says of the same rows; fed with the stored rows of a run it says
 * the same as one that was there all along.
 */
export class TrendWatch {
  readonly #run: Run;
  #plan: ArrivalPlan;
  #actions: readonly Action[] = [];
  readonly #series = new Map<string, SeriesInfo>();
  readonly #events: RunEvent[] = [];
  readonly #columns = new SampleColumns();
  readonly #windows = new SlimWindows();
  /** Durations of `ok` requests by slice and name, until the slice is over and read. */
  readonly #slices = new Map<number, Map<string, Sketch>>();
  readonly #latency: LatencyReadings;
  #latencyUntilMs = Number.NEGATIVE_INFINITY;
  #hour = 0;
  #followed: FollowedRun | null = null;
  readonly #kept = new Map<string, KeptTrend>();
  readonly #queue = new Set<string>();
  readonly #growth = new Map<string, GrowthOfSeries>();
  readonly #drift = new Map<string | null, DriftOfRequest>();
  #lost: string | null = null;

  constructor(run: Run, plan: ArrivalPlan) {
    this.#run = run;
    this.#plan = plan;
    this.#latency = new LatencyReadings(P95, plan);
    // Hours of a rehearsal pass in seconds: it is short enough to be judged as a whole each time.
    if (run.compression > 1) this.#lost = 'a rehearsal is judged as a whole';
  }

  /** Why nothing is said here, and the stored rows have to be asked; null: it is well. */
  get lost(): string | null {
    return this.#lost;
  }

  setPlan(plan: ArrivalPlan, actions: readonly Action[]): void {
    this.#plan = plan;
    this.#actions = actions;
  }

  addSeries(series: readonly SeriesInfo[]): void {
    for (const one of series) this.#series.set(one.id, one);
    this.#columns.addSeries(series);
  }

  addSamples(samples: readonly Sample[]): void {
    if (this.#lost === null) this.#columns.addSamples(samples);
  }

  addEvents(events: readonly RunEvent[]): void {
    this.#events.push(...events.filter(({ kind }) => KINDS.includes(kind)));
  }

  /** A window as k6 wrote it. */
  addWindow(window: LoadWindow): void {
    this.addStoredWindow(window);
    for (const { name, outcome, durationsMs } of window.requests)
      if (outcome === 'ok') this.#addDurations(window.startMs, name, durationsMs);
  }

  /** A window as stored; its durations come by `addStoredDurations`. */
  addStoredWindow(window: WindowRow | LoadWindow): void {
    if (this.#lost !== null) return;
    const newest = this.#windows.rows.at(-1);
    if (newest !== undefined && window.startMs < newest.startMs) this.#lose('a window came after later ones');
    else this.#windows.add(window);
  }

  addStoredDurations({ atMs, name, outcome, durationsMs }: SketchRow): void {
    if (outcome === 'ok') this.#addDurations(atMs, name, durationsMs);
  }

  #addDurations(atMs: number, name: string, durationsMs: Sketch): void {
    if (this.#lost !== null) return;
    const start = stepStart(atMs, sliceLengthMs(this.#run), durationsOriginMs(this.#run));
    if (start < this.#latencyUntilMs) {
      this.#lose('durations came after they had been read');
      return;
    }
    const slice = this.#slices.get(start) ?? new Map<string, Sketch>();
    this.#slices.set(start, slice);
    const known = slice.get(name) ?? emptySketch();
    slice.set(name, known);
    mergeSketch(known, durationsMs);
  }

  /** Gives up, and what was kept with it. */
  #lose(why: string): void {
    this.#lost = why;
    this.#windows.rows.length = 0;
    this.#slices.clear();
    this.#kept.clear();
    this.#followed = null;
  }

  /** Asks a few of the series that are due; nothing is due between two whole hours, when all have been asked. */
  ask(): ToldTrends {
    const told: ToldTrends = { hour: this.#hour, growth: [], drift: [] };
    this.look();
    const followed = this.#followed;
    if (followed === null) return told;
    const count = followed.growing.length + followed.drifting.length;
    for (const key of [...this.#queue].slice(0, Math.ceil(count / QUESTIONS_FOR_ALL))) {
      this.#queue.delete(key);
      if (!this.#askOne(key, followed, count, told)) this.#queue.add(key);
    }
    return { ...told, hour: followed.looked.hour };
  }

  /** Series that wait for their turn. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** All trends as they were last told; null while some have not been asked yet. */
  trends(): TrendsOfRun | null {
    const followed = this.#followed;
    if (this.#lost !== null || followed === null) return null;
    const growth = followed.growing.flatMap(({ series }) => this.#growth.get(series.id) ?? []);
    const drift = followed.drifting.flatMap(({ request }) => this.#drift.get(request) ?? []);
    const isWhole = growth.length === followed.growing.length && drift.length === followed.drifting.length;
    return isWhole ? { growth, drift, typical: null } : null;
  }

  /** False: it rises, and there are hours before that must be gone through first; a few of them have been. */
  #askOne(key: string, { looked, growing, drifting }: FollowedRun, count: number, told: ToldTrends): boolean {
    const growth = growing.find(({ series }) => growthKey(series.id) === key);
    const drift = drifting.find(({ request }) => driftKey(request) === key);
    const followed = growth?.followed ?? drift?.followed;
    // A name that is no longer followed.
    if (followed === undefined) return true;
    const kept = this.#kept.get(key) ?? new KeptTrend(followed, count);
    this.#kept.set(key, kept);
    const trend = kept.at(looked.hour, followed, count);
    if (!kept.isReady(looked.hour, STEPS)) return false;
    const asked = askTrend(trend, count, looked);
    if (growth !== undefined) {
      const { series } = growth;
      this.#growth.set(series.id, { series, ...asked });
      told.growth.push({ series, ...asked });
    }
    if (drift !== undefined) {
      const { request, requests } = drift;
      this.#drift.set(request, { request, requests, ...asked });
      told.drift.push({ request, requests, ...asked });
    }
    return true;
  }

  /**
   * When another whole hour is over: what is judged by now, and all series as they are now. Who feeds many hours looks in
   * between: durations are kept in full until they have been looked at.
   */
  look(): void {
    if (this.#lost !== null) return;
    const rows = { run: this.#run, plan: this.#plan, windows: this.#windows.rows, transitions: [] };
    const newestMs = rows.windows.at(-1)?.endMs;
    if (newestMs === undefined) return;
    const span = spanOf(rows, newestMs);
    const hour = lastWholeHour(rows, span);
    // Before the first hour of which anything can be said there is little to read, and nothing to keep.
    if (hour <= this.#hour || hour < LEAST_HOURS) return;
    this.#hour = hour;
    const time = judgedTime(rows, span);
    const seen = { ...rows, events: this.#events, actions: [...this.#actions], series: [...this.#series.values()] };
    const looked = lookedAt(seen, span, time);
    this.#readSlices(hour, judgedSlices(rows, time.judged, span));
    this.#followed = followedRun(seen, looked, this.#columns, this.#latency);
    const { growing, drifting } = this.#followed;
    const due = [
      ...growing.map(({ series }) => ({ key: growthKey(series.id), known: this.#growth.get(series.id) })),
      ...drifting.map(({ request }) => ({ key: driftKey(request), known: this.#drift.get(request) })),
    ];
    // What rises has its turn first, then what waited longest.
    const waiting = new Set(this.#queue);
    this.#queue.clear();
    for (const { key } of due.filter(({ known }) => known !== undefined && RISING.has(known.finding.verdict)))
      this.#queue.add(key);
    for (const { key } of due.filter((one) => waiting.has(one.key))) this.#queue.add(key);
    for (const { key } of due) this.#queue.add(key);
  }

  /** Slices that begin before the hour are over. */
  #readSlices(hour: number, judgedPart: ReturnType<typeof judgedSlices>): void {
    for (const [atMs, durations] of [...this.#slices].toSorted(([a], [b]) => a - b)) {
      const part = judgedPart(atMs);
      if (profileHours(this.#plan, part?.fromMs ?? atMs) >= hour) break;
      this.#slices.delete(atMs);
      this.#latencyUntilMs = atMs + sliceLengthMs(this.#run);
      if (part !== null) this.#latency.add(part, durations);
    }
  }
}

const RISING: ReadonlySet<string> = new Set(['growing', 'suspect', 'leak', 'drift', 'not_separable']);

const growthKey = (id: string): string => `growth ${id}`;
const driftKey = (request: string | null): string => (request === null ? 'drift' : `drift ${request}`);

/** Events that the detectors know of. */
const KINDS: readonly string[] = [...IDENTITY_KINDS, 'gap'];
