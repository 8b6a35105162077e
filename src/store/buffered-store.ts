import { type Backoff, backoffMs } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { describeError, SoakdError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import {
  type Action,
  isFinal,
  type LoadProcessRow,
  type NewEvent,
  type Run,
  type RunEvent,
  type Transition,
} from '../model/run.ts';
import type { Sample, SeriesInfo } from '../model/sample.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Lease, Store, WindowCommit } from './store.ts';
import { UnavailableSpells } from './unavailable-spells.ts';
import { WaitingRows } from './waiting-rows.ts';

export interface BufferSettings {
  /** Samples and events that may wait; beyond it the oldest are dropped and counted. */
  maxRows: number;
  /** Between two tries to write what waits. */
  backoff: Backoff;
  /** A call that must have its answer is tried again this often before it fails. */
  tries: number;
}

/** 100 000 rows are 33 hours of 50 series a minute, and about 25 MB. */
export const defaultBufferSettings: BufferSettings = {
  maxRows: 100_000,
  backoff: { baseMs: 200, maxMs: 10_000 },
  tries: 4,
};

/** `store_locked` and `store_full` pass by themselves or with an operator's help. */
const isPassing = (thrown: unknown): thrown is SoakdError =>
  thrown instanceof SoakdError && (thrown.code === 'store_locked' || thrown.code === 'store_full');

/**
 * The store of a live run. While the store behind it is locked or full, samples, series, events and transitions wait
 * in memory in the order in which they came, and are written in that order once it works again; what had to be
 * dropped becomes an event `rows_dropped`, counted by kind; the time itself becomes two, `store_unavailable` and
 * `store_available`. Windows do not wait: `commitWindows` rejects, they stay in
 * the spool file, and are read again from the committed offset. Calls that need an answer are tried a few times.
 */
export class BufferedStore implements Store {
  readonly #inner: Store;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #settings: BufferSettings;
  readonly #waiting: WaitingRows;
  readonly #spells = new UnavailableSpells();
  readonly #closing = new AbortController();
  #problem: string | null = null;
  #retrying: Promise<void> | null = null;
  /** Writes happen one after the other, in the order of the calls. */
  #writes: Promise<unknown> = Promise.resolve();

  constructor(inner: Store, ports: { clock: Clock; random: Random; settings?: Partial<BufferSettings> }) {
    this.#inner = inner;
    this.#clock = ports.clock;
    this.#random = ports.random;
    this.#settings = { ...defaultBufferSettings, ...ports.settings };
    this.#waiting = new WaitingRows(this.#settings.maxRows);
  }

  /** Rows that wait, rows lost for ever so far, and why rows wait: null while all is well. */
  health(): { backlogRows: number; droppedRows: number; problem: string | null } {
    return { backlogRows: this.#waiting.rows, droppedRows: this.#waiting.droppedRows, problem: this.#problem };
  }

  /** Resolves when nothing waits any more, or when `signal` aborts; tries at once in any case. */
  async flush(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      await this.#inTurn(() => this.#drain()).catch(() => undefined);
      if (this.#isSettled || signal.aborted) return;
      const pause = this.#clock.sleep(backoffMs(this.#settings.backoff, attempt, this.#random), signal);
      await pause.catch(() => undefined);
    }
  }

  /**
   * Tries now to write what waits, and takes the writer's lock even when nothing does: deleting no row needs it too.
   * Rejects with the store's code while it takes no rows.
   */
  tryWrite(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#drain();
      await this.#attempt(() => this.#inner.releaseLease({ target: '', runId: '', holder: '' }));
    });
  }

  addSamples(runId: string, samples: Sample[]): Promise<void> {
    return this.#orWait(
      { kind: 'samples', runId, rows: samples },
      () => this.#inner.addSamples(runId, samples),
      undefined,
    );
  }

  addSeries(runId: string, series: SeriesInfo[]): Promise<void> {
    return this.#orWait({ kind: 'series', runId, rows: series }, () => this.#inner.addSeries(runId, series), undefined);
  }

  /** Empty while the events wait: their ids are given when they are written. */
  addEvents(runId: string, events: NewEvent[]): Promise<RunEvent[]> {
    return this.#orWait({ kind: 'events', runId, rows: events }, () => this.#inner.addEvents(runId, events), []);
  }

  /** The last transition of a run does not wait in memory: nobody may be there to write it later. */
  addTransition(runId: string, transition: Transition): Promise<void> {
    const write = (): Promise<void> => this.#inner.addTransition(runId, transition);
    if (isFinal(transition.to)) return this.#insist(write);
    return this.#orWait({ kind: 'transition', runId, rows: [transition] }, write, undefined);
  }

  /** Rejects at once while rows wait or the store does not take them: the caller reads the spool again. */
  commitWindows(commit: WindowCommit): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#drain();
        await this.#attempt(() => this.#inner.commitWindows(commit));
      } catch (thrown) {
        if (isPassing(thrown)) this.#spells.refused(commit.runId, this.#clock.now(), thrown.message);
        throw thrown;
      }
    });
  }

  createRun(run: Run, first: Transition): Promise<void> {
    return this.#insist(() => this.#inner.createRun(run, first));
  }

  addAction(runId: string, action: Omit<Action, 'id'>): Promise<Action> {
    return this.#insist(() => this.#inner.addAction(runId, action));
  }

  putLoadProcess(runId: string, process: LoadProcessRow): Promise<void> {
    return this.#insist(() => this.#inner.putLoadProcess(runId, process));
  }

  putVerdict(runId: string, verdict: Verdict): Promise<void> {
    return this.#insist(() => this.#inner.putVerdict(runId, verdict));
  }

  acquireLease(lease: Lease, nowMs: number): Promise<boolean> {
    return this.#retried(() => this.#inner.acquireLease(lease, nowMs));
  }

  releaseLease(lease: Omit<Lease, 'expiresMs'>): Promise<void> {
    return this.#retried(() => this.#inner.releaseLease(lease));
  }

  idempotent(key: string, runId: string, nowMs: number): Promise<string | null> {
    return this.#retried(() => this.#inner.idempotent(key, runId, nowMs));
  }

  run: Store['run'] = (id) => this.#inner.run(id);
  runs: Store['runs'] = (options) => this.#inner.runs(options);
  transitions: Store['transitions'] = (runId) => this.#inner.transitions(runId);
  windows: Store['windows'] = (runId, range) => this.#inner.windows(runId, range);
  sketches: Store['sketches'] = (runId, range) => this.#inner.sketches(runId, range);
  series: Store['series'] = (runId) => this.#inner.series(runId);
  samples: Store['samples'] = (runId, options) => this.#inner.samples(runId, options);
  events: Store['events'] = (runId, options) => this.#inner.events(runId, options);
  actions: Store['actions'] = (runId) => this.#inner.actions(runId);
  loadProcesses: Store['loadProcesses'] = (runId) => this.#inner.loadProcesses(runId);
  verdict: Store['verdict'] = (runId) => this.#inner.verdict(runId);
  lease: Store['lease'] = (target) => this.#inner.lease(target);

  /** Tries once more to write what waits, then closes the store behind it. What still waits is lost: call `flush` first. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#retrying;
    await this.#inTurn(() => this.#drain()).catch(() => undefined);
    await this.#inner.close();
  }

  /** Writes now, or lets the rows wait behind those that wait already. */
  #orWait<T>(rows: Parameters<WaitingRows['add']>[0], write: () => Promise<T>, whileWaiting: T): Promise<T> {
    return this.#inTurn(async () => {
      if (this.#waiting.isEmpty) {
        try {
          if (!this.#spells.isEmpty) await this.#drain();
          return await this.#attempt(write);
        } catch (thrown) {
          if (!isPassing(thrown)) throw thrown;
          this.#spells.refused(rows.runId, this.#clock.now(), thrown.message);
        }
      }
      this.#spells.waits(rows.runId, this.#clock.now(), rows.rows.length);
      this.#waiting.add(rows);
      this.#retrying ??= this.#retry().finally(() => {
        this.#retrying = null;
      });
      return whileWaiting;
    });
  }

  async #retry(): Promise<void> {
    for (let attempt = 0; !this.#isSettled && !this.#closing.signal.aborted; attempt++) {
      const pause = this.#clock.sleep(backoffMs(this.#settings.backoff, attempt, this.#random), this.#closing.signal);
      const slept = await pause.then(
        () => true,
        () => false,
      );
      if (slept) await this.#inTurn(() => this.#drain()).catch(() => undefined);
    }
  }

  /** Keeps `health` up to date. */
  async #attempt<T>(write: () => Promise<T>): Promise<T> {
    try {
      const result = await write();
      if (this.#waiting.isEmpty) this.#problem = null;
      return result;
    } catch (thrown) {
      if (isPassing(thrown)) this.#problem = problemOf(thrown);
      throw thrown;
    }
  }

  /** Writes all that waits, oldest first; rejects with what stopped it. */
  async #drain(): Promise<void> {
    for (let next = this.#waiting.first; next !== null; next = this.#waiting.first) {
      const { runId } = next;
      try {
        if (next.kind === 'samples') await this.#inner.addSamples(runId, next.rows);
        else if (next.kind === 'series') await this.#inner.addSeries(runId, next.rows);
        else if (next.kind === 'events') await this.#inner.addEvents(runId, next.rows);
        else for (const transition of next.rows) await this.#inner.addTransition(runId, transition);
      } catch (thrown) {
        this.#problem = problemOf(thrown);
        if (isPassing(thrown) || isClosed(thrown)) throw thrown;
        // Rows that can never be written must not hold up those behind them.
        this.#waiting.dropFirst(describeError(thrown));
        continue;
      }
      this.#waiting.removeFirst();
    }
    await this.#attempt(() => this.#confess());
    await this.#attempt(() => this.#tellOfSpells());
  }

  async #confess(): Promise<void> {
    for (const { runId, dropped, reason } of this.#waiting.unconfessed()) {
      const rows = Object.values(dropped).reduce((sum, count) => sum + count, 0);
      const counts = Object.entries(dropped).map(([kind, count]) => `${count} ${kind}`);
      const event: NewEvent = {
        atMs: this.#clock.now(),
        kind: 'rows_dropped',
        severity: 'error',
        message: `${counts.join(' and ')} could not be stored and are lost: ${reason}`,
        data: { rows, ...dropped },
      };
      await this.#inner.addEvents(runId, [event]);
      this.#waiting.confessed(runId);
      this.#spells.dropped(runId, this.#clock.now(), rows);
    }
  }

  async #tellOfSpells(): Promise<void> {
    for (const { runId, events } of this.#spells.over(this.#clock.now())) {
      await this.#inner.addEvents(runId, events);
      this.#spells.told(runId);
    }
  }

  /** Nothing waits, and all is told. */
  get #isSettled(): boolean {
    return this.#waiting.isEmpty && this.#spells.isEmpty;
  }

  /** Behind all that waits, so that order is kept; tried a few times. */
  #insist<T>(write: () => Promise<T>): Promise<T> {
    return this.#retried(async () => {
      await this.#drain();
      return await write();
    });
  }

  async #retried<T>(write: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#inTurn(() => this.#attempt(write));
      } catch (thrown) {
        if (!isPassing(thrown) || attempt + 1 >= this.#settings.tries) throw thrown;
      }
      await this.#clock.sleep(backoffMs(this.#settings.backoff, attempt, this.#random), this.#closing.signal);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#writes.then(work);
    this.#writes = done.catch(() => undefined);
    return done;
  }
}

const isClosed = (thrown: unknown): boolean => thrown instanceof SoakdError && thrown.code === 'store_closed';

const problemOf = (thrown: unknown): string =>
  thrown instanceof SoakdError
    ? `the store takes no rows: ${thrown.message}; ${thrown.hint}`
    : `the store takes no rows: ${describeError(thrown)}`;
