import { cutOff } from '../alert/standing.ts';
import { telling } from '../alert/telling.ts';
import { Bell } from '../base/bell.ts';
import { sleeps } from '../base/clock.ts';
import { describeError, SoakdError } from '../base/errors.ts';
import { compactTime } from '../base/iso-time.ts';
import { OneAtATime } from '../base/one-at-a-time.ts';
import type { Random } from '../base/random.ts';
import type { Alert, AlertTransition, Silence } from '../model/alert.ts';
import { isFinal } from '../model/run.ts';
import type { StoreHealth } from '../soak/context.ts';
import type { RunSignal } from '../soak/control.ts';
import { stateOf } from '../soak/state.ts';
import { type AlertBatch, emptyBatch, isEmpty, joined } from './alert-batch.ts';
import type { MessagesFor, OwnAlert, OwnAlertBook } from './own-alerts.ts';
import { OwnStates } from './own-states.ts';
import { RunsUnderWatch, type WatchPorts } from './runs-under-watch.ts';
import { SecondTries } from './second-tries.ts';

export interface AlertWatchPorts extends WatchPorts {
  random: Random;
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

/** What the store refuses to give is asked for again after so long. */
const RETRY = { baseMs: 2_000, maxMs: 60_000 };

/** Of what failed, beside runs: alerts of runs that ended while nobody watched. */
const FORGOTTEN = 'forgotten';

/** What is told of an alert asks for its causes among so many of the newest that are over. */
const LATELY_KEPT = 100;

/** What was over unseen is told afterwards, unless it was silent then: so many silences that are over are remembered. */
const OVER_SILENCES_KEPT = 100;

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
export class AlertWatch implements AlertDesk, OwnAlertBook {
  readonly #ports: AlertWatchPorts;
  readonly #settings: AlertWatchSettings;
  readonly #bell = new Bell();
  readonly #queue: RunSignal[] = [];
  readonly #runs: RunsUnderWatch;
  readonly #own: OwnStates;
  readonly #tries: SecondTries;
  readonly #turns = new OneAtATime();
  #recalled: Promise<void> | null = null;
  #silences: Silence[] = [];
  #overSilences: Silence[] = [];
  /** Fired and ended not long ago: what followed from them may still be there. */
  #lately: Alert[] = [];
  #waiting: AlertBatch = emptyBatch();
  /** Runs are still watched by rules that hold no more. */
  #rulesAreNew = false;
  #mayBeForgotten = true;
  #checkpointMs = 0;
  #told: string | null = null;

  constructor(ports: AlertWatchPorts) {
    this.#ports = ports;
    this.#settings = { ...usual, ...ports.settings };
    this.#own = new OwnStates(() => ports.rules().rules);
    this.#tries = new SecondTries(ports.clock, ports.random, RETRY);
    this.#runs = new RunsUnderWatch(ports, this.#tries, (alertId) => this.#waiting.alerts.get(alertId));
  }

  /** Watches until `signal` aborts. Rejects only when the rows to begin with cannot be read. */
  async run(signal: AbortSignal): Promise<void> {
    const { control, clock } = this.#ports;
    const unsubscribe = control.subscribe((told) => {
      this.#queue.push(told);
      this.#bell.ring();
    });
    const ticking = this.#tick(signal);
    try {
      await this.#ready();
      while (!signal.aborted) {
        await this.#alone(() => this.#look());
        await this.#bell.wait(signal);
      }
      await this.#commit(clock.now());
    } finally {
      unsubscribe();
      await ticking;
    }
  }

  async raise(alert: OwnAlert): Promise<void> {
    await this.#ready();
    this.#own.raise(alert, this.#ports.clock.now());
    await this.#commit(this.#ports.clock.now());
  }

  async resolve(name: string, labels: Readonly<Record<string, string>>, reason: string): Promise<void> {
    await this.#ready();
    this.#own.resolve(name, labels, this.#ports.clock.now(), reason);
    await this.#commit(this.#ports.clock.now());
  }

  async raised(name: string): Promise<Readonly<Record<string, string>>[]> {
    await this.#ready();
    return this.#own.raised(name);
  }

  async acknowledge(id: string, { who, text }: { who: string; text: string }): Promise<Alert> {
    await this.#ready();
    const atMs = this.#ports.clock.now();
    // Not while a run is put under watch: that goes by what was stored before.
    return this.#alone(async () => {
      const alert = await this.#turns.run('commit', () => this.#takeOn(id, { atMs, who, text }));
      await this.#commit(atMs);
      return alert;
    });
  }

  async silence(wish: Pick<Silence, 'matchers' | 'fromMs' | 'untilMs' | 'who' | 'comment'>): Promise<Silence> {
    const createdMs = this.#ports.clock.now();
    const tail = Math.floor(this.#ports.random() * 0x1000000)
      .toString(16)
      .padStart(6, '0');
    const silence: Silence = { id: `${compactTime(createdMs)}-${tail}`, ...wish, createdMs, endedMs: null };
    await this.#ready();
    await this.#ports.duty.putSilence(silence);
    this.#silences = [silence, ...this.#silences];
    await this.#commit(createdMs);
    return silence;
  }

  async endSilence(id: string): Promise<Silence> {
    const atMs = this.#ports.clock.now();
    await this.#ready();
    const isIt = (silence: Silence): boolean => silence.id === id;
    const known = this.#silences.find(isIt) ?? (await this.#ports.duty.silences()).find(isIt);
    if (known === undefined) throw silenceUnknown(id);
    if (known.endedMs !== null || known.untilMs <= atMs) return known;
    const ended = { ...known, endedMs: atMs };
    await this.#ports.duty.putSilence(ended);
    this.#silences = this.#silences.map((silence) => (silence.id === id ? ended : silence));
    await this.#commit(atMs);
    return ended;
  }

  /**
   * Other rules hold from now on: what is open of a rule that is gone ends, all else goes on. While the store takes nothing
   * the runs are watched by the old ones.
   */
  async takeRules(): Promise<void> {
    this.#rulesAreNew = true;
    await this.#ready();
    this.#own.takeRules(this.#ports.clock.now());
    // What ends with its rule is told before this is done: a reload may take the channels away next.
    await this.#alone(() => this.#look());
    this.#bell.ring();
  }

  async #tick(signal: AbortSignal): Promise<void> {
    while (await sleeps(this.#ports.clock, this.#settings.tickMs, signal)) this.#bell.ring();
  }

  async #takeOn(id: string, acknowledged: NonNullable<Alert['acknowledged']>): Promise<Alert> {
    const inMemory = (): Alert | undefined =>
      this.#openAlerts().find((alert) => alert.id === id) ?? this.#waiting.alerts.get(id);
    const stored = inMemory() ?? (await this.#ports.duty.alert(id));
    const known = inMemory() ?? stored;
    if (known === null) throw alertUnknown(id);
    const isOver = known.state === 'resolved' || (known.runId === null && !this.#own.open.includes(known));
    if (isOver) throw alertOver(id);
    // Nothing new in it: who was told once is not told again.
    if (known.acknowledged?.who === acknowledged.who && ['', known.acknowledged.text].includes(acknowledged.text))
      return known;
    const alert = { ...known, acknowledged };
    this.#put(alert);
    // Whoever was told that it fires is told that somebody is at it.
    if (alert.toldCount > 0) this.#waiting.news.push({ kind: 'acknowledged', alert });
    return alert;
  }

  /** What was open when soakd ended, read once by whoever needs it first; rejects when it cannot be read. */
  #ready(): Promise<void> {
    this.#recalled ??= this.#recall().catch((thrown: unknown) => {
      this.#recalled = null;
      throw thrown;
    });
    return this.#recalled;
  }

  async #recall(): Promise<void> {
    const { duty, clock } = this.#ports;
    const silences = await duty.silences();
    const lately = await duty.alerts({ limit: LATELY_KEPT });
    const own = await duty.alerts({ runId: null, openOnly: true });
    this.#silences = silences;
    this.#lately = lately.filter(({ firingMs, resolvedMs }) => firingMs !== null && resolvedMs !== null).toReversed();
    this.#own.recall(own);
    this.#own.takeRules(clock.now());
  }

  /** Runs are put under watch, looked at and let go one after the other, and by one at a time. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.run('watch', work);
  }

  /** Everything that was told since the last look, then the time that passed. */
  async #look(): Promise<void> {
    const { clock, storeHealth } = this.#ports;
    if (this.#rulesAreNew) await this.#letGo();
    for (let told = this.#queue.shift(); told !== undefined; told = this.#queue.shift()) await this.#runs.hear(told);
    await this.#runs.look(() => clock.now());
    const nowMs = clock.now();
    this.#own.watchStore(storeHealth(), nowMs);
    if (this.#mayBeForgotten) await this.#endForgotten();
    await this.#commit(nowMs);
  }

  /** Runs are put under watch anew by the rules that hold now, once all that is known of them is stored. */
  async #letGo(): Promise<void> {
    if (!this.#rulesAreNew || !(await this.#commit(this.#ports.clock.now(), true))) return;
    this.#rulesAreNew = false;
    this.#runs.letGo();
  }

  /** Alerts of runs that ended while nobody watched. */
  async #endForgotten(): Promise<void> {
    if (!this.#tries.isDue(FORGOTTEN)) return;
    const { duty, store, clock, log } = this.#ports;
    try {
      for (const alert of await duty.alerts({ openOnly: true })) {
        if (alert.runId === null || this.#runs.has(alert.runId)) continue;
        if (this.#waiting.alerts.get(alert.id)?.state === 'resolved') continue;
        const transitions = await store.transitions(alert.runId);
        const state = stateOf(transitions);
        if (!isFinal(state)) continue;
        const atMs = Math.max(alert.evaluatedMs, transitions.at(-1)?.atMs ?? clock.now());
        this.#keep(cutOff(alert, atMs, `the run is over: ${state}`));
      }
      this.#mayBeForgotten = false;
      this.#tries.worked(FORGOTTEN);
    } catch (thrown) {
      const reason = describeError(thrown);
      if (this.#tries.failed(FORGOTTEN, reason)) log.error({ reason }, 'alerts of ended runs could not be ended');
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
    else this.#runs.put(alert);
  }

  #openAlerts(): Alert[] {
    return [...this.#own.open, ...this.#runs.open];
  }

  /**
   * What changed is told and stored; what was not stored before waits and goes with it. One at a time. Never rejects: false
   * when it waits still.
   */
  async #commit(nowMs: number, always = false): Promise<boolean> {
    try {
      const stored = await this.#turns.run('commit', () => this.#commitNow(nowMs, always));
      this.#told = null;
      return stored;
    } catch (thrown) {
      const reason = describeError(thrown);
      if (reason !== this.#told) this.#ports.log.error({ reason }, 'alerts could not be stored; they are tried again');
      this.#told = reason;
      return false;
    }
  }

  /** All that is written was true at one instant: what is decided while the store writes goes with the next. */
  async #commitNow(nowMs: number, always: boolean): Promise<boolean> {
    this.#collect();
    this.#tell(nowMs);
    const isDue = nowMs - this.#checkpointMs >= this.#settings.checkpointMs && this.#runs.size > 0;
    if (isEmpty(this.#waiting) && !isDue && !always) return true;
    const batch = this.#waiting;
    this.#waiting = emptyBatch();
    for (const [key, note] of this.#runs.checkpoints()) batch.notes.set(key, note);
    const { alerts, transitions, notifications, notes, events } = batch;
    batch.events = await this.#eventsLeft(events);
    try {
      await this.#ports.duty.commitAlerts({
        alerts: [...alerts.values()],
        transitions,
        notifications,
        notes: Object.fromEntries(notes),
      });
    } catch (thrown) {
      this.#waiting = joined(batch, this.#waiting);
      throw thrown;
    }
    this.#waiting.events.unshift(...batch.events);
    this.#checkpointMs = nowMs;
    return true;
  }

  /** Takes what changed from those who decide. */
  #collect(): void {
    const runs = this.#runs.take();
    for (const alert of runs.alerts) this.#keep({ alert, transitions: [] });
    this.#waiting.transitions.push(...runs.transitions);
    this.#waiting.events.push(...runs.events);
    for (const [key, note] of runs.notes) this.#waiting.notes.set(key, note);
    const own = this.#own.take();
    for (const alert of own.alerts) this.#keep({ alert, transitions: [] });
    this.#waiting.transitions.push(...own.transitions);
  }

  /** What is told of what is open and of what ended. Nothing counts as told whose message cannot be made. */
  #tell(nowMs: number): void {
    const { messagesFor, rules } = this.#ports;
    const { resolved } = this.#waiting;
    const lately = [...this.#lately, ...resolved.filter(({ firingMs }) => firingMs !== null)].slice(-LATELY_KEPT);
    const over = this.#silences.filter(({ untilMs, endedMs }) => endedMs !== null || nowMs >= untilMs);
    if (over.length > 0) {
      this.#silences = this.#silences.filter((silence) => !over.includes(silence));
      this.#overSilences = [...this.#overSilences, ...over].slice(-OVER_SILENCES_KEPT);
    }
    const { changed, news } = telling({
      lately,
      open: this.#openAlerts(),
      resolved,
      silences: resolved.length === 0 ? this.#silences : [...this.#silences, ...this.#overSilences],
      repeatMs: rules().repeatMs,
      nowMs,
      faultBehind: (alert) => this.#runs.faultBehind(alert),
    });
    const all = [...this.#waiting.news, ...news];
    const messages = all.length === 0 ? [] : messagesFor(all, nowMs);
    this.#lately = lately;
    this.#waiting.news = [];
    this.#waiting.resolved = [];
    for (const alert of changed) this.#put(alert);
    this.#waiting.notifications.push(...messages);
  }

  /** Stores what faults raised; gives what the store does not take. */
  async #eventsLeft(results: AlertBatch['events']): Promise<AlertBatch['events']> {
    const left: AlertBatch['events'] = [];
    for (const result of results) {
      const { runId, events } = result;
      try {
        await this.#ports.store.addEvents(runId, events);
        this.#tries.worked(eventsOf(runId));
      } catch (thrown) {
        left.push(result);
        const reason = describeError(thrown);
        if (this.#tries.failed(eventsOf(runId), reason))
          this.#ports.log.warn({ run: runId, reason }, 'what a fault raised could not be noted; it is tried again');
      }
    }
    return left;
  }
}

const eventsOf = (runId: string): string => `events of ${runId}`;

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
