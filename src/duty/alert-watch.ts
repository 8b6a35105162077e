import type { AlertRules } from '../alert/rules-file.ts';
import { end } from '../alert/standing.ts';
import { AFTERMATH_MS, telling } from '../alert/telling.ts';
import { Bell } from '../base/bell.ts';
import { type Clock, sleeps } from '../base/clock.ts';
import { describeError, SoakdError } from '../base/errors.ts';
import { compactTime } from '../base/iso-time.ts';
import type { Random } from '../base/random.ts';
import type { Alert, AlertNews, AlertTransition, Silence } from '../model/alert.ts';
import type { NewNotification } from '../model/notification.ts';
import { isFinal } from '../model/run.ts';
import type { SoakLog, StoreHealth } from '../soak/context.ts';
import type { RunControl, RunSignal } from '../soak/control.ts';
import { stateOf } from '../soak/state.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { Store } from '../store/store.ts';
import type { MessagesFor, OwnAlert, OwnAlerts } from './own-alerts.ts';
import { OwnStates } from './own-states.ts';
import { checkpointKey, type WatchedRun, watchRun } from './watched-run.ts';

export interface AlertWatchPorts {
  control: Pick<RunControl, 'live' | 'subscribe'>;
  store: Store;
  duty: DutyStore;
  clock: Clock;
  random: Random;
  log: SoakLog;
  /** As configured now. */
  rules(): AlertRules;
  messagesFor: MessagesFor;
  storeHealth(): StoreHealth;
  settings?: Partial<AlertWatchSettings>;
}

export interface AlertWatchSettings {
  /** What follows from time alone (a repeat, a `for` without rows) is asked this often. */
  tickMs: number;
  /** Where nothing changes, what was looked at is noted this often. */
  checkpointMs: number;
}

/** After a restart, among so many of the newest. */
const LATELY_LOOKED_AT = 100;

const usual: AlertWatchSettings = { tickMs: 1_000, checkpointMs: 60_000 };

/** What people do about alerts. Rejections are SoakdErrors. */
export interface AlertDesk {
  acknowledge(id: string, by: { who: string; text: string }): Promise<Alert>;
  silence(wish: Pick<Silence, 'matchers' | 'fromMs' | 'untilMs' | 'who' | 'comment'>): Promise<Silence>;
  endSilence(id: string): Promise<Silence>;
}

/**
 * Stands watch over the runs of this process: hears what they tell, asks the rules, and commits alerts, their history and
 * the messages about them in one transaction. What cannot be stored waits here and is tried again; nothing is told twice.
 */
export class AlertWatch implements AlertDesk, OwnAlerts {
  readonly #ports: AlertWatchPorts;
  readonly #settings: AlertWatchSettings;
  readonly #bell = new Bell();
  readonly #queue: RunSignal[] = [];
  readonly #watched = new Map<string, WatchedRun>();
  /** Ended while we watched: signals that come after say nothing. */
  readonly #over = new Set<string>();
  readonly #own: OwnStates;
  #silences: Silence[] = [];
  /** Fired and ended not long ago: what followed from them may still be there. */
  #lately: Alert[] = [];
  #waiting: Waiting = nothing();
  #committing: Promise<void> = Promise.resolve();
  #checkpointMs = 0;
  #told: string | null = null;

  constructor(ports: AlertWatchPorts) {
    this.#ports = ports;
    this.#settings = { ...usual, ...ports.settings };
    this.#own = new OwnStates(() => ports.rules().rules);
  }

  /** Watches until `signal` aborts. Rejects only when the rows to begin with cannot be read. */
  async run(signal: AbortSignal): Promise<void> {
    const { control, clock, duty } = this.#ports;
    const unsubscribe = control.subscribe((told) => {
      this.#queue.push(told);
      this.#bell.ring();
    });
    const ticking = this.#tick(signal);
    try {
      this.#silences = await duty.silences();
      this.#lately = (await duty.alerts({ limit: LATELY_LOOKED_AT })).filter(
        ({ firingMs, resolvedMs }) => firingMs !== null && resolvedMs !== null,
      );
      this.#own.recall(await duty.alerts({ runId: null, openOnly: true }));
      await this.#endForgotten();
      while (!signal.aborted) {
        await this.#look();
        await this.#bell.wait(signal);
      }
      await this.#commit(clock.now());
    } finally {
      unsubscribe();
      await ticking;
    }
  }

  async raise(alert: OwnAlert): Promise<void> {
    this.#own.raise(alert, this.#ports.clock.now());
    await this.#commit(this.#ports.clock.now());
  }

  async resolve(name: string, labels: Readonly<Record<string, string>>, reason: string): Promise<void> {
    this.#own.resolve(name, labels, this.#ports.clock.now(), reason);
    await this.#commit(this.#ports.clock.now());
  }

  async acknowledge(id: string, { who, text }: { who: string; text: string }): Promise<Alert> {
    const atMs = this.#ports.clock.now();
    const known = this.#openAlerts().find((alert) => alert.id === id) ?? (await this.#ports.duty.alert(id));
    if (known === null) throw alertUnknown(id);
    if (known.state === 'resolved') throw alertOver(id);
    const alert = { ...known, acknowledged: { atMs, who, text } };
    this.#put(alert);
    // Whoever was told that it fires is told that somebody is at it.
    if (alert.toldCount > 0) this.#waiting.news.push({ kind: 'acknowledged', alert });
    await this.#commit(atMs);
    return alert;
  }

  async silence(wish: Pick<Silence, 'matchers' | 'fromMs' | 'untilMs' | 'who' | 'comment'>): Promise<Silence> {
    const createdMs = this.#ports.clock.now();
    const tail = Math.floor(this.#ports.random() * 0x1000000)
      .toString(16)
      .padStart(6, '0');
    const silence: Silence = { id: `${compactTime(createdMs)}-${tail}`, ...wish, createdMs, endedMs: null };
    await this.#ports.duty.putSilence(silence);
    this.#silences = [silence, ...this.#silences];
    await this.#commit(createdMs);
    return silence;
  }

  async endSilence(id: string): Promise<Silence> {
    const atMs = this.#ports.clock.now();
    const known = this.#silences.find((silence) => silence.id === id);
    if (known === undefined) throw silenceUnknown(id);
    if (known.endedMs !== null || known.untilMs <= atMs) return known;
    const ended = { ...known, endedMs: atMs };
    await this.#ports.duty.putSilence(ended);
    this.#silences = this.#silences.map((silence) => (silence.id === id ? ended : silence));
    await this.#commit(atMs);
    return ended;
  }

  /** Other rules hold from now on: what is open of a rule that is gone ends, all else goes on. */
  async takeRules(): Promise<void> {
    await this.#commit(this.#ports.clock.now(), true);
    this.#watched.clear();
    this.#bell.ring();
  }

  async #tick(signal: AbortSignal): Promise<void> {
    while (await sleeps(this.#ports.clock, this.#settings.tickMs, signal)) this.#bell.ring();
  }

  /** Everything that was told since the last look, then the time that passed. */
  async #look(): Promise<void> {
    const { clock, log, control } = this.#ports;
    for (let told = this.#queue.shift(); told !== undefined; told = this.#queue.shift()) {
      try {
        (await this.#watchedRun(told.runId))?.take(told);
      } catch (thrown) {
        log.error({ run: told.runId, reason: describeError(thrown) }, 'a signal of a run could not be looked at');
      }
    }
    for (const runId of control.live()) await this.#watchedRun(runId).catch(() => null);
    const nowMs = clock.now();
    for (const watched of this.#watched.values()) watched.tick(nowMs);
    this.#own.watchStore(this.#ports.storeHealth(), nowMs);
    await this.#commit(nowMs);
  }

  async #watchedRun(runId: string): Promise<WatchedRun | null> {
    const known = this.#watched.get(runId);
    if (known !== undefined) return known;
    if (this.#over.has(runId)) return null;
    const { store, clock } = this.#ports;
    const run = await store.run(runId);
    if (run === null) return null;
    const watched = await watchRun(run, this.#ports.rules().rules, this.#ports, clock.now());
    this.#watched.set(runId, watched);
    return watched;
  }

  /** Alerts of runs that ended while nobody watched. */
  async #endForgotten(): Promise<void> {
    const { duty, store, clock, control } = this.#ports;
    const live = new Set(control.live());
    for (const alert of await duty.alerts({ openOnly: true })) {
      if (alert.runId === null || live.has(alert.runId)) continue;
      const transitions = await store.transitions(alert.runId);
      const state = stateOf(transitions);
      if (!isFinal(state)) continue;
      const atMs = Math.max(alert.evaluatedMs, transitions.at(-1)?.atMs ?? clock.now());
      this.#keep(end(alert, atMs, `the run is over: ${state}`));
    }
  }

  #keep({ alert, transitions }: { alert: Alert | null; transitions: readonly AlertTransition[] }): void {
    if (alert !== null) this.#waiting.alerts.set(alert.id, alert);
    this.#waiting.transitions.push(...transitions);
    if (alert?.state === 'resolved') this.#waiting.resolved.push(alert);
  }

  #put(alert: Alert): void {
    this.#waiting.alerts.set(alert.id, alert);
    if (alert.runId === null) this.#own.put(alert);
    else this.#watched.get(alert.runId)?.alerts.put(alert);
  }

  #openAlerts(): Alert[] {
    return [...this.#own.open, ...[...this.#watched.values()].flatMap(({ alerts }) => alerts.open)];
  }

  /** What changed is told and stored; what was not stored before waits and goes with it. One at a time. */
  #commit(nowMs: number, always = false): Promise<void> {
    const done = this.#committing.then(() => this.#commitNow(nowMs, always));
    this.#committing = done;
    return done;
  }

  async #commitNow(nowMs: number, always: boolean): Promise<void> {
    const { store, duty, messagesFor, rules, log } = this.#ports;
    for (const [runId, { alerts, over }] of this.#watched) {
      const { alerts: changed, transitions, events } = alerts.take();
      for (const alert of changed) this.#keep({ alert, transitions: [] });
      this.#waiting.transitions.push(...transitions);
      if (events.length > 0)
        await store.addEvents(runId, events).catch((thrown: unknown) => {
          log.warn({ run: runId, reason: describeError(thrown) }, 'what a fault raised could not be noted');
        });
      if (!over) continue;
      this.#watched.delete(runId);
      this.#over.add(runId);
      this.#waiting.notes.set(checkpointKey(runId), null);
    }
    const own = this.#own.take();
    for (const alert of own.alerts) this.#keep({ alert, transitions: [] });
    this.#waiting.transitions.push(...own.transitions);

    const resolved = this.#waiting.resolved;
    this.#waiting.resolved = [];
    this.#lately = [...this.#lately, ...resolved.filter(({ firingMs }) => firingMs !== null)].filter(
      ({ resolvedMs }) => nowMs < (resolvedMs ?? 0) + AFTERMATH_MS,
    );
    const { changed, news } = telling({
      lately: this.#lately,
      open: this.#openAlerts(),
      resolved,
      silences: this.#silences,
      repeatMs: rules().repeatMs,
      nowMs,
      faultBehind: (alert) =>
        alert.runId === null ? null : (this.#watched.get(alert.runId)?.alerts.faultBehind(alert) ?? null),
    });
    for (const alert of changed) this.#put(alert);
    news.unshift(...this.#waiting.news.splice(0));
    this.#waiting.notifications.push(...(news.length === 0 ? [] : messagesFor(news, nowMs)));

    const { alerts, transitions, notifications, notes } = this.#waiting;
    const isDue = nowMs - this.#checkpointMs >= this.#settings.checkpointMs && this.#watched.size > 0;
    if (alerts.size + transitions.length + notifications.length + notes.size === 0 && !isDue && !always) return;
    for (const [runId, watched] of this.#watched) notes.set(checkpointKey(runId), watched.alerts.checkpoint());
    try {
      await duty.commitAlerts({
        alerts: [...alerts.values()],
        transitions,
        notifications,
        notes: Object.fromEntries(notes),
      });
      this.#waiting = { ...nothing(), news: this.#waiting.news, resolved: this.#waiting.resolved };
      this.#checkpointMs = nowMs;
      this.#told = null;
    } catch (thrown) {
      const reason = describeError(thrown);
      if (reason !== this.#told) log.error({ reason }, 'alerts could not be stored; they are tried again');
      this.#told = reason;
    }
  }
}

/** Decided and not stored yet. */
interface Waiting {
  alerts: Map<string, Alert>;
  transitions: AlertTransition[];
  notifications: NewNotification[];
  notes: Map<string, unknown>;
  /** Beside what follows from the states. */
  news: AlertNews[];
  /** Ended, and their end was not told yet. */
  resolved: Alert[];
}

const nothing = (): Waiting => ({
  alerts: new Map(),
  transitions: [],
  notifications: [],
  notes: new Map(),
  news: [],
  resolved: [],
});

const alertUnknown = (id: string): SoakdError =>
  new SoakdError(`there is no alert ${id}`, {
    code: 'alert_unknown',
    hint: '`soakd alerts` lists them',
    httpStatus: 404,
  });

const alertOver = (id: string): SoakdError =>
  new SoakdError(`alert ${id} is resolved`, {
    code: 'alert_resolved',
    hint: 'nothing is left to take on; `soakd alerts` lists the open ones',
    httpStatus: 409,
  });

const silenceUnknown = (id: string): SoakdError =>
  new SoakdError(`there is no silence ${id}`, {
    code: 'silence_unknown',
    hint: '`soakd silence list` lists them',
    httpStatus: 404,
  });
