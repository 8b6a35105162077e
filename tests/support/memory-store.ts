/** The `Store` port in memory, for soaks that are played by the hundred. It outlives the daemons that use it. */
import { SoakdError } from '../../src/base/errors.ts';
import { durationsOriginMs, stepStart } from '../../src/model/duration-grid.ts';
import {
  type Action,
  isFinal,
  type LoadProcessRow,
  type Run,
  type RunEvent,
  type Transition,
} from '../../src/model/run.ts';
import { joinParts, type Sample, type SampleValues, type SeriesInfo, samePart } from '../../src/model/sample.ts';
import { emptySketch, mergeSketch } from '../../src/model/sketch.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import type { Lease, SketchRow, Store, TimeRange, WindowRow } from '../../src/store/store.ts';

interface Rows {
  run: Run;
  transitions: Transition[];
  windows: WindowRow[];
  windowKeys: Set<string>;
  sketches: Map<string, SketchRow>;
  series: Map<string, SeriesInfo>;
  /** Parts of each interval of each series, in the order in which they came. */
  samples: Map<string, Sample[]>;
  events: RunEvent[];
  actions: Action[];
  processes: Map<string, LoadProcessRow>;
  verdict: Verdict | null;
}

const MINUTE_MS = 60_000;

export class MemoryStore implements Store {
  readonly #runs = new Map<string, Rows>();
  readonly #leases = new Map<string, Lease>();
  readonly #keys = new Map<string, string>();
  #id = 0;
  /** While set, every write is refused as SQLite refuses it when somebody else holds the file. */
  locked = false;

  async createRun(run: Run, first: Transition): Promise<void> {
    this.#write();
    if (this.#runs.has(run.id)) throw new SoakdError(`run ${run.id} is there`, { code: 'store_failed', hint: '' });
    this.#runs.set(run.id, {
      run,
      transitions: [first],
      windows: [],
      windowKeys: new Set(),
      sketches: new Map(),
      series: new Map(),
      samples: new Map(),
      events: [],
      actions: [],
      processes: new Map(),
      verdict: null,
    });
  }
  async run(id: string) {
    return this.#runs.get(id)?.run ?? null;
  }
  async runs(options: Parameters<Store['runs']>[0] = {}) {
    const inOrder = [...this.#runs.values()].sort(
      (a, b) => a.run.createdMs - b.run.createdMs || (a.run.id < b.run.id ? -1 : 1),
    );
    const ids = inOrder.map(({ run }) => run.id);
    const before = options.beforeId === undefined ? ids.length : ids.indexOf(options.beforeId);
    return Array.from(inOrder, ({ run, transitions }) => {
      const last = transitions.at(-1);
      const state = last?.to ?? 'preparing';
      return { ...run, state, endedMs: isFinal(state) ? (last?.atMs ?? null) : null };
    })
      .slice(0, Math.max(0, before))
      .filter(({ state }) => !options.unfinishedOnly || !isFinal(state))
      .reverse()
      .slice(0, options.limit);
  }
  async addTransition(runId: string, transition: Transition): Promise<void> {
    this.#write();
    this.#rows(runId).transitions.push(transition);
  }
  async transitions(runId: string) {
    return [...this.#rows(runId).transitions];
  }

  async commitWindows({ runId, processId, offset, windows, events }: Parameters<Store['commitWindows']>[0]) {
    this.#write();
    const rows = this.#rows(runId);
    for (const window of windows) {
      const key = `${window.processId} ${window.sequence}`;
      if (rows.windowKeys.has(key)) continue;
      rows.windowKeys.add(key);
      rows.windows.push({ ...window, requests: window.requests.map(({ durationsMs: _, ...cell }) => cell) });
      const atMs = stepStart(window.startMs, MINUTE_MS, durationsOriginMs(rows.run));
      for (const { scenario, name, outcome, durationsMs } of window.requests) {
        if (durationsMs.count === 0) continue;
        const cellKey = `${atMs} ${scenario} ${name} ${outcome}`;
        let row = rows.sketches.get(cellKey);
        if (row === undefined) {
          row = { atMs, stepMs: MINUTE_MS, scenario, name, outcome, durationsMs: emptySketch() };
          rows.sketches.set(cellKey, row);
        }
        mergeSketch(row.durationsMs, durationsMs);
      }
    }
    this.#addEvents(rows, events);
    const process = rows.processes.get(processId);
    if (process !== undefined)
      rows.processes.set(processId, { ...process, committedOffset: Math.max(process.committedOffset, offset) });
  }
  async windows(runId: string, range: TimeRange = {}) {
    return this.#rows(runId)
      .windows.filter(({ startMs }) => inRange(startMs, range))
      .sort((a, b) => a.startMs - b.startMs);
  }
  async sketches(runId: string, range: TimeRange = {}) {
    return [...this.#rows(runId).sketches.values()]
      .filter(({ atMs }) => inRange(atMs, range))
      .sort((a, b) => a.atMs - b.atMs);
  }

  async addSeries(runId: string, series: SeriesInfo[]): Promise<void> {
    this.#write();
    for (const info of series) this.#rows(runId).series.set(info.id, info);
  }
  async series(runId: string) {
    return [...this.#rows(runId).series.values()];
  }
  async addSamples(runId: string, samples: Sample[]): Promise<void> {
    this.#write();
    const stored = this.#rows(runId).samples;
    for (const sample of samples) {
      const key = `${sample.series} ${sample.atMs}`;
      const parts = stored.get(key) ?? [];
      if (!parts.some((part) => samePart(part, sample))) stored.set(key, [...parts, sample]);
    }
  }
  async samples(runId: string, options: TimeRange & { series?: string[] } = {}) {
    return [...this.#rows(runId).samples.values()]
      .flatMap(([first, ...others]): Sample[] =>
        first === undefined ? [] : [{ ...others.reduce<SampleValues>(joinParts, first), series: first.series }],
      )
      .filter(({ atMs, series }) => inRange(atMs, options) && (options.series?.includes(series) ?? true))
      .sort((a, b) => a.atMs - b.atMs);
  }

  async addEvents(runId: string, events: Parameters<Store['addEvents']>[1]) {
    this.#write();
    return this.#addEvents(this.#rows(runId), events);
  }
  async events(runId: string, { afterId = 0, limit, ...range }: Parameters<Store['events']>[1] = {}) {
    return this.#rows(runId)
      .events.filter(({ id, atMs }) => id > afterId && inRange(atMs, range))
      .slice(0, limit);
  }
  async addAction(runId: string, action: Omit<Action, 'id'>) {
    this.#write();
    const row = { ...action, id: ++this.#id };
    this.#rows(runId).actions.push(row);
    return row;
  }
  async actions(runId: string) {
    return [...this.#rows(runId).actions];
  }

  async putLoadProcess(runId: string, process: LoadProcessRow): Promise<void> {
    this.#write();
    const { processes } = this.#rows(runId);
    const committedOffset = Math.max(process.committedOffset, processes.get(process.processId)?.committedOffset ?? 0);
    processes.set(process.processId, { ...process, committedOffset });
  }
  async loadProcesses(runId: string) {
    return [...this.#rows(runId).processes.values()];
  }

  async putVerdict(runId: string, verdict: Verdict): Promise<void> {
    this.#write();
    this.#rows(runId).verdict ??= verdict;
  }
  async verdict(runId: string) {
    return this.#rows(runId).verdict;
  }

  async acquireLease(lease: Lease, nowMs: number) {
    this.#write();
    const held = this.#leases.get(lease.target);
    const same = held?.holder === lease.holder && held.runId === lease.runId;
    if (held !== undefined && !same && held.expiresMs > nowMs) return false;
    this.#leases.set(lease.target, lease);
    return true;
  }
  async releaseLease({ target, runId, holder }: Omit<Lease, 'expiresMs'>): Promise<void> {
    const held = this.#leases.get(target);
    if (held?.runId === runId && held.holder === holder) this.#leases.delete(target);
  }
  async lease(target: string) {
    return this.#leases.get(target) ?? null;
  }
  async idempotent(key: string, runId: string) {
    const before = this.#keys.get(key);
    if (before === undefined) this.#keys.set(key, runId);
    return before ?? null;
  }
  async close(): Promise<void> {}

  #addEvents(rows: Rows, events: Parameters<Store['addEvents']>[1]): RunEvent[] {
    const stored = events.map((event) => ({ ...event, id: ++this.#id }));
    rows.events.push(...stored);
    return stored;
  }
  #rows(runId: string): Rows {
    const rows = this.#runs.get(runId);
    if (rows === undefined) throw new Error(`no run ${runId}`);
    return rows;
  }
  #write(): void {
    if (!this.locked) return;
    throw new SoakdError('the store is locked', { code: 'store_locked', hint: 'somebody else writes to it' });
  }
}

const inRange = (
  atMs: number,
  { fromMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY }: TimeRange,
): boolean => atMs >= fromMs && atMs < untilMs;
