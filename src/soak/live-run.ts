import { Bell } from '../base/bell.ts';
import { describeError } from '../base/errors.ts';
import type { LoadOrder, LoadProcess } from '../load/engine.ts';
import type { ArrivalPlan, PlanEdit } from '../model/plan.ts';
import type { Action, LoadProcessRow, NewEvent, Run, RunEvent, RunState, Transition } from '../model/run.ts';
import type { Sample, SeriesInfo } from '../model/sample.ts';
import type { RunStatus } from '../model/status.ts';
import type { LoadWindow } from '../model/window.ts';
import { buildPlan } from '../plan/build.ts';
import { usersNeeded } from '../plan/users.ts';
import { TrendWatch } from '../verdict/trend-watch.ts';
import type { SoakContext } from './context.ts';
import type { RunSignal } from './control.ts';
import { editsOf, isPaused } from './edits.ts';
import { Projection } from './projection.ts';
import { stateOf, transition } from './state.ts';
import { TrendStates } from './trend-changes.ts';

/** Rows that a run starts from: empty for a new one, what is stored for one that is carried on. */
export interface KnownRows {
  transitions: Transition[];
  actions: Action[];
  processes: LoadProcessRow[];
}

/**
 * What is known in memory of one run that lives in this process. Everything here follows from rows; the
 * methods write the row first and change memory after.
 */
export class LiveRun {
  readonly run: Run;
  readonly folder: string;
  readonly projection: Projection;
  /** What is said of each series, as the events so far tell it. */
  readonly trends = new TrendStates();
  /** Growth and drift as the run goes on. */
  readonly watch: TrendWatch;
  /** Rings when something changed that decides the next step. */
  readonly changed = new Bell();
  /** Rings when the plan or the process changed, so that the one must be told of the other. */
  readonly planChanged = new Bell();
  readonly #context: SoakContext;
  readonly #publish: (signal: RunSignal) => void;
  #state: RunState;
  #plan: ArrivalPlan;
  #actions: Action[];
  #processes: LoadProcessRow[];
  #process: LoadProcess | null = null;
  #stopReason: string | null = null;
  #loadLostReason: string | null = null;
  #lastEventId = 0;
  /** Sampling intervals that passed without a chance to read: counted by the sampling loop, and while no soakd was there. */
  missedTicks = 0;

  constructor(context: SoakContext, run: Run, folder: string, known: KnownRows, publish: (signal: RunSignal) => void) {
    this.#context = context;
    this.run = run;
    this.folder = folder;
    this.#publish = publish;
    this.#state = stateOf(known.transitions);
    this.#actions = known.actions;
    this.#processes = known.processes;
    this.#stopReason = stopReasonOf(known.actions);
    this.#plan = planOf(run, this.edits);
    this.watch = new TrendWatch(run, this.#plan);
    this.watch.setPlan(this.#plan, this.#actions);
    this.projection = new Projection(run, this.#plan);
    this.projection.setPlan(this.#plan, this.edits);
    this.projection.setState(this.#state);
  }

  get state(): RunState {
    return this.#state;
  }
  get plan(): ArrivalPlan {
    return this.#plan;
  }
  get edits(): PlanEdit[] {
    return editsOf(this.#actions);
  }
  get paused(): boolean {
    return isPaused(this.edits);
  }
  get process(): LoadProcess | null {
    return this.#process;
  }
  get processes(): readonly LoadProcessRow[] {
    return this.#processes;
  }
  get stopReason(): string | null {
    return this.#stopReason;
  }
  get loadLostReason(): string | null {
    return this.#loadLostReason;
  }
  /** Real time at which the warm-up is over, Unix ms. */
  get warmupEndMs(): number {
    return this.#plan.startMs + this.run.profile.traffic.warmupMs / this.run.compression;
  }
  /**
   * Iterations still running this long after the end are cut: a request in flight may use its whole
   * time-out, the rest of a long conversation may not.
   */
  get drainMs(): number {
    const { timeoutMs, longestIterationMs } = this.run.profile.workload;
    return Math.min(longestIterationMs, timeoutMs);
  }

  async go(to: RunState, reason: string): Promise<void> {
    const row = transition(this.#state, to, this.#context.clock.now(), reason);
    await this.#context.store.addTransition(this.run.id, row);
    this.#state = to;
    this.projection.setState(to);
    this.#context.log.info({ run: this.run.id, state: to, reason }, 'run state');
    this.#publish({ type: 'state', runId: this.run.id, state: to, reason, atMs: row.atMs });
    this.publishStatus();
  }

  /** Stores events and makes them known. */
  async note(...events: NewEvent[]): Promise<void> {
    if (events.length === 0) return;
    await this.#context.store.addEvents(this.run.id, events);
    await this.pullEvents();
  }

  /** Makes known what the store holds and nobody has been told yet: ids are given there, in order. */
  async pullEvents(): Promise<void> {
    const events = await this.#context.store.events(this.run.id, { afterId: this.#lastEventId });
    for (const event of events) {
      if (event.id <= this.#lastEventId) continue;
      this.#lastEventId = event.id;
      this.projection.addEvents([event]);
      this.watch.addEvents([event]);
      this.trends.add(event);
      this.#context.log[event.severity === 'info' ? 'info' : 'warn'](
        { run: this.run.id, kind: event.kind },
        event.message,
      );
      this.#publish({ type: 'event', runId: this.run.id, event });
    }
  }

  /** Events of an earlier life: part of the status, not told again. */
  recallEvents(events: readonly RunEvent[]): void {
    this.projection.addEvents(events);
    this.watch.addEvents(events);
    for (const event of events) this.trends.add(event);
    this.#lastEventId = events.at(-1)?.id ?? this.#lastEventId;
  }

  /** What sources can tell: before their samples. */
  addSeries(series: readonly SeriesInfo[]): void {
    this.projection.addSeries(series);
    this.watch.addSeries(series);
    this.#publish({ type: 'series', runId: this.run.id, series });
  }

  /** Samples of an earlier life: not told again. */
  recallSamples(samples: readonly Sample[]): void {
    this.projection.addSamples(samples);
    this.watch.addSamples(samples);
  }

  addSamples(samples: readonly Sample[]): void {
    this.recallSamples(samples);
    this.#publish({ type: 'samples', runId: this.run.id, samples });
  }

  /** Windows as k6 wrote them, stored just now. */
  addWindows(windows: readonly LoadWindow[]): void {
    if (windows.length === 0) return;
    for (const window of windows) {
      this.projection.addWindow(window);
      this.watch.addWindow(window);
    }
    this.#publish({ type: 'windows', runId: this.run.id, windows });
  }

  /** The run is to finish; the audit row is `act`'s. A stop must work even when no row can be stored. */
  requestStop(who: string): void {
    this.#stopReason ??= `stopped by ${who}`;
    this.changed.ring();
  }

  /** The run is to finish because its rest can change nothing. Judged again, it would be said again. */
  endEarly(why: string): void {
    this.#stopReason ??= `stop_early: ${why}`;
    this.changed.ring();
  }

  /** An operator's action: the row, then the plan that follows from it. */
  async act(row: Omit<Action, 'id'>): Promise<Action> {
    const action = await this.#context.store.addAction(this.run.id, row);
    this.#actions = [...this.#actions, action];
    this.watch.setPlan(this.#plan, this.#actions);
    if (action.kind === 'stop') this.#stopReason = stopReasonOf([action]);
    const before = this.#plan;
    if (action.edit !== null) {
      this.#plan = planOf(this.run, this.edits);
      this.projection.setPlan(this.#plan, this.edits);
      this.watch.setPlan(this.#plan, this.#actions);
      this.planChanged.ring();
    }
    this.changed.ring();
    this.#publish({ type: 'action', runId: this.run.id, action });
    this.publishStatus();
    // The action is done: whoever asked for it must not be told to try again because a note could not be written.
    await this.#noteUsersShort(action, before).catch((thrown: unknown) =>
      this.#context.log.warn(
        { run: this.run.id, reason: describeError(thrown) },
        'a note on the users could not be made',
      ),
    );
    return action;
  }

  /** Users are made ready when k6 starts; a higher rate does not bring more. Told again only when still more are needed. */
  async #noteUsersShort(action: Action, before: ArrivalPlan): Promise<void> {
    const ready = this.projection.usersReady;
    const { users } = usersNeeded(this.run.profile, this.#plan);
    if (ready === null || users <= Math.max(ready, usersNeeded(this.run.profile, before).users)) return;
    await this.note({
      atMs: action.atMs,
      kind: 'users_short',
      severity: 'warning',
      message: `k6 has ${ready} users ready; if the target hangs, the new rate needs ${users}, and arrivals starve sooner`,
      data: { ready, wanted: users },
    });
  }

  /** Stores what is known of a load process and remembers it. */
  async putProcess(row: LoadProcessRow): Promise<void> {
    await this.#context.store.putLoadProcess(this.run.id, row);
    this.#processes = [...this.#processes.filter((other) => other.processId !== row.processId), row];
  }

  /** Offsets are committed by the tail; a later `putProcess` must not take them back. */
  setOffset(processId: string, committedOffset: number): void {
    this.#processes = this.#processes.map((row) => (row.processId === processId ? { ...row, committedOffset } : row));
  }

  processRow(processId: string): LoadProcessRow | null {
    return this.#processes.find((row) => row.processId === processId) ?? null;
  }

  setProcess(process: LoadProcess | null): void {
    this.#process = process;
    this.planChanged.ring();
  }

  loseLoad(reason: string): void {
    this.#loadLostReason = reason;
    this.changed.ring();
  }

  /** What the engine needs to start or adopt a process now. */
  order(processId?: string): LoadOrder {
    const order: LoadOrder = {
      runId: this.run.id,
      profile: this.run.profile,
      targetUrl: this.run.targetUrl,
      plan: this.#plan,
      folder: this.folder,
      users: usersNeeded(this.run.profile, this.#plan).users,
      drainMs: this.drainMs,
    };
    return processId === undefined ? order : { ...order, processId };
  }

  status(): RunStatus {
    const { clock, storeHealth } = this.#context;
    const store = storeHealth();
    const problems: string[] = [];
    if (store.problem !== null) problems.push(store.problem);
    if (this.#loadLostReason !== null) problems.push(this.#loadLostReason);
    else if (this.#process === null && (this.#state === 'running' || this.#state === 'warming_up')) {
      problems.push('k6 is not running: the load is not offered');
    }
    const { backlogRows: storeBacklogRows, droppedRows } = store;
    return this.projection.status(clock.now(), {
      storeBacklogRows,
      droppedRows,
      missedTicks: this.missedTicks,
      problems,
    });
  }

  publishStatus(): void {
    this.#publish({ type: 'status', runId: this.run.id, status: this.status() });
  }
}

/** The plan of a run with all its edits. */
export const planOf = (run: Run, edits: PlanEdit[]): ArrivalPlan =>
  buildPlan(run.profile, { startMs: run.startMs, compression: run.compression }, edits);

function stopReasonOf(actions: readonly Action[]): string | null {
  const stop = actions.findLast((action) => action.kind === 'stop');
  if (stop === undefined) return null;
  return stop.text === 'stop' ? `stopped by ${stop.who}` : `stopped by ${stop.who}: ${stop.text}`;
}
