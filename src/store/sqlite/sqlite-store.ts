import type { Database } from 'better-sqlite3';
import {
  type Action,
  isFinal,
  type LoadProcessRow,
  type NewEvent,
  type Run,
  type RunEvent,
  type Transition,
} from '../../model/run.ts';
import type { Sample, SeriesInfo } from '../../model/sample.ts';
import type { Verdict } from '../../model/verdict.ts';
import type { Lease, SketchRow, Store, TimeRange, WindowCommit, WindowRow } from '../store.ts';
import { ClaimTable } from './claim-table.ts';
import { hourOf } from './hours.ts';
import { LogTable } from './log-table.ts';
import { type ListOptions, RunTable, type RunWithState } from './run-table.ts';
import { SampleTable } from './sample-table.ts';
import { type SketchSteps, SketchTable, sketchStepsOf } from './sketch-table.ts';
import { Transactions } from './transactions.ts';
import { WindowTable } from './window-table.ts';

/** The `Store` port on one SQLite connection, which it owns. Calls are synchronous inside: each is one short transaction. */
export class SqliteStore implements Store {
  readonly file: string;
  readonly #db: Database;
  readonly #transactions: Transactions;
  readonly #runs: RunTable;
  readonly #windows: WindowTable;
  readonly #sketches: SketchTable;
  readonly #samples: SampleTable;
  readonly #log: LogTable;
  readonly #claims: ClaimTable;
  readonly #steps = new Map<string, SketchSteps>();

  /** `db` must have the present schema. */
  constructor(db: Database, file: string) {
    this.file = file;
    this.#db = db;
    this.#transactions = new Transactions(db, file);
    this.#runs = new RunTable(db);
    this.#windows = new WindowTable(db);
    this.#sketches = new SketchTable(db);
    this.#samples = new SampleTable(db);
    this.#log = new LogTable(db);
    this.#claims = new ClaimTable(db);
  }

  createRun(run: Run, first: Transition): Promise<void> {
    return this.#transactions.write(() => {
      this.#runs.create(run);
      this.#runs.addTransition(run.id, first);
    });
  }

  run(id: string): Promise<Run | null> {
    return this.#transactions.read(() => this.#runs.get(id));
  }

  runs(options?: ListOptions): Promise<RunWithState[]> {
    return this.#transactions.read(() => this.#runs.list(options));
  }

  addTransition(runId: string, transition: Transition): Promise<void> {
    return this.#transactions.write(() => {
      this.#runs.addTransition(runId, transition);
      if (isFinal(transition.to)) this.#packAll(runId);
    });
  }

  transitions(runId: string): Promise<Transition[]> {
    return this.#transactions.read(() => this.#runs.transitions(runId));
  }

  commitWindows({ runId, processId, offset, windows, events }: WindowCommit): Promise<void> {
    return this.#transactions.write(() => {
      const processKey = this.#runs.commitOffset(runId, processId, offset);
      const fresh = this.#windows.add(runId, processKey, windows);
      const steps = this.#stepsOf(runId);
      this.#sketches.add(runId, fresh, steps);
      this.#log.addEvents(runId, events);
      if (fresh.length === 0) return;
      const newestMs = fresh.reduce((newest, { startMs }) => Math.max(newest, startMs), Number.MIN_SAFE_INTEGER);
      // One of the two with each write, so that none takes long; there are six writes a minute.
      if (!this.#windows.pack(runId, hourOf(newestMs))) this.#sketches.pack(runId, newestMs, steps);
    });
  }

  windows(runId: string, range?: TimeRange): Promise<WindowRow[]> {
    return this.#transactions.read(() => this.#windows.read(runId, range));
  }

  sketches(runId: string, range?: TimeRange): Promise<SketchRow[]> {
    return this.#transactions.read(() => this.#sketches.read(runId, range));
  }

  addSeries(runId: string, series: SeriesInfo[]): Promise<void> {
    return this.#transactions.write(() => this.#samples.addSeries(runId, series));
  }

  series(runId: string): Promise<SeriesInfo[]> {
    return this.#transactions.read(() => this.#samples.series(runId));
  }

  addSamples(runId: string, samples: Sample[]): Promise<void> {
    return this.#transactions.write(() => this.#samples.add(runId, samples));
  }

  samples(runId: string, options?: TimeRange & { series?: string[] }): Promise<Sample[]> {
    return this.#transactions.read(() => this.#samples.read(runId, options));
  }

  addEvents(runId: string, events: NewEvent[]): Promise<RunEvent[]> {
    return this.#transactions.write(() => this.#log.addEvents(runId, events));
  }

  events(runId: string, options?: TimeRange & { afterId?: number; limit?: number }): Promise<RunEvent[]> {
    return this.#transactions.read(() => this.#log.events(runId, options));
  }

  addAction(runId: string, action: Omit<Action, 'id'>): Promise<Action> {
    return this.#transactions.write(() => this.#log.addAction(runId, action));
  }

  actions(runId: string): Promise<Action[]> {
    return this.#transactions.read(() => this.#log.actions(runId));
  }

  putLoadProcess(runId: string, process: LoadProcessRow): Promise<void> {
    return this.#transactions.write(() => this.#runs.putProcess(runId, process));
  }

  loadProcesses(runId: string): Promise<LoadProcessRow[]> {
    return this.#transactions.read(() => this.#runs.processes(runId));
  }

  putVerdict(runId: string, verdict: Verdict): Promise<void> {
    return this.#transactions.write(() => this.#runs.putVerdict(runId, verdict));
  }

  verdict(runId: string): Promise<Verdict | null> {
    return this.#transactions.read(() => this.#runs.verdict(runId));
  }

  acquireLease(lease: Lease, nowMs: number): Promise<boolean> {
    return this.#transactions.write(() => this.#claims.acquire(lease, nowMs));
  }

  releaseLease(lease: Omit<Lease, 'expiresMs'>): Promise<void> {
    return this.#transactions.write(() => this.#claims.release(lease));
  }

  lease(target: string): Promise<Lease | null> {
    return this.#transactions.read(() => this.#claims.lease(target));
  }

  idempotent(key: string, runId: string, nowMs: number): Promise<string | null> {
    return this.#transactions.write(() => this.#claims.idempotent(key, runId, nowMs));
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#db.close();
  }

  /** Throws an Error for a run that is not there. */
  #stepsOf(runId: string): SketchSteps {
    const known = this.#steps.get(runId);
    if (known !== undefined) return known;
    const run = this.#runs.get(runId);
    if (run === null) throw new Error(`no run ${runId}`);
    const steps = sketchStepsOf(run);
    this.#steps.set(runId, steps);
    return steps;
  }

  /** Nothing more is expected: what still waits for the end of its hour need not. */
  #packAll(runId: string): void {
    let more = true;
    while (more) more = this.#windows.pack(runId, Number.MAX_SAFE_INTEGER);
    this.#samples.packAll(runId);
  }
}
