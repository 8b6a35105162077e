/**
 * The loop that starts what the schedule wants. Decisions are those of src/schedule/decide.ts; here they are stored and
 * carried out. Each start is claimed by its row before anything is done for it, and done under a key made of entry and due
 * instant: a soakd that dies in between neither loses nor doubles it.
 */
import { backoffMs } from '../base/backoff.ts';
import { Bell } from '../base/bell.ts';
import { sleeps } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import { isoTime } from '../base/iso-time.ts';
import type { Random } from '../base/random.ts';
import { isFinal } from '../model/run.ts';
import type { ScheduledStart, ScheduleEntry } from '../model/schedule.ts';
import { decide } from '../schedule/decide.ts';
import { lengthOf } from '../schedule/timetable.ts';
import type { SoakLog } from '../soak/context.ts';
import type { RunControl } from '../soak/control.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { OwnAlerts } from './own-alerts.ts';
import type { ScheduleCalendar } from './schedule-calendar.ts';
import { allPaused, entryUnknown, startedTwice } from './schedule-errors.ts';
import { EVERYTHING, lookedAfterSince, pausedEntries, rememberLook, rememberPaused } from './schedule-memory.ts';
import { ScheduleRecord } from './schedule-record.ts';
import {
  type EntryFigures,
  ongoingRuns,
  type ScheduleControl,
  type ScheduleView,
  scheduleView,
} from './schedule-view.ts';
import { carryOut, isRefusal, isStopping, noteAbsorbed, runOf, type ScheduleWorkPorts } from './schedule-work.ts';
import { byDue, newStart, type OpenStart, rowOf, StartLedger, type StartMade } from './start-ledger.ts';
import { type TargetHolder, targetHolder } from './target-holder.ts';

export interface SchedulerPorts extends ScheduleWorkPorts {
  control: RunControl;
  duty: DutyStore;
  alerts: OwnAlerts;
  random: Random;
  log: SoakLog;
}

/** The wall clock is looked at this often: it may be stepped, and the machine may have slept. */
const SLICE_MS = 30_000;
const RECHECK_MS = 10_000;
const RETRY = { baseMs: 5_000, maxMs: 300_000 };
/** Of one entry, after a long absence: the newest. */
const MOST_MISSED_ROWS = 100;
/** A start that was begun may end; who stops soakd must not wait for a target that hangs. */
const STOP_GRACE_MS = 5_000;
const DAY_MS = 86_400_000;
/** Open starts that are older than this nobody waits for. */
const OLDEST_OPEN_MS = 40 * DAY_MS;

export class Scheduler implements ScheduleControl {
  readonly #ports: SchedulerPorts;
  readonly #ledger: StartLedger;
  readonly #bell = new Bell();
  readonly #leaving = new AbortController();
  readonly #attempts = new Map<OpenStart, Promise<void>>();
  #calendar: ScheduleCalendar;
  #toNote: ScheduledStart[] = [];
  #since = new Map<string, number>();
  #paused: string[] = [];
  #nextDueMs = Number.NEGATIVE_INFINITY;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #done: Promise<void> = Promise.resolve();
  #turn: Promise<unknown> = Promise.resolve();
  #unsubscribe: () => void = () => undefined;

  private constructor(calendar: ScheduleCalendar, ports: SchedulerPorts, record: ScheduleRecord) {
    this.#calendar = calendar;
    this.#ports = ports;
    this.#ledger = new StartLedger(record, ports);
  }

  /** Takes over what was open, and keeps the schedule until `stop`. Rejects when the store cannot be read. */
  static async start(calendar: ScheduleCalendar, ports: SchedulerPorts): Promise<Scheduler> {
    const record = await ScheduleRecord.read(ports.duty);
    const scheduler = new Scheduler(calendar, ports, record);
    await scheduler.#takeOver();
    scheduler.#unsubscribe = ports.control.subscribe((signal) => {
      if (signal.type === 'state' && isFinal(signal.state)) scheduler.#lookAgain();
    });
    scheduler.#done = scheduler.#keep();
    return scheduler;
  }

  /** Entries, what is open, and what would become of the starts within `aheadMs`. */
  view(aheadMs: number): ScheduleView {
    const { clock, control } = this.#ports;
    const open = this.#ledger.open
      .flatMap(({ row }) => (row === null ? [] : [row]))
      .toSorted((a, b) => a.dueMs - b.dueMs);
    return scheduleView(
      { calendar: this.#calendar, paused: this.#paused, open, last: this.#ledger.record.last },
      { nowMs: clock.now(), aheadMs, ongoing: ongoingRuns(control, this.#ledger.record.entryOf) },
    );
  }

  /** What became of starts, newest first. */
  history(query: { entry?: string; limit: number }): Promise<ScheduledStart[]> {
    if (query.entry !== undefined) this.#known(query.entry);
    return this.#ports.duty.scheduledStarts(query);
  }

  /** For metrics, by entry. */
  figures(): EntryFigures[] {
    const nowMs = this.#ports.clock.now();
    return this.#calendar.entries.map((entry) => ({
      entry: entry.name,
      nextDueMs: this.#isPaused(entry) ? null : this.#calendar.nextDue(entry, nowMs),
      last: this.#ledger.record.last(entry.name),
      lastStartedMs: this.#ledger.record.lastStarted(entry.name)?.atMs ?? null,
      missed: this.#ledger.record.missedCount(entry.name),
    }));
  }

  /** Another schedule from now on; what is open goes on if its entry is still there. */
  async use(calendar: ScheduleCalendar): Promise<void> {
    await this.#inTurn(async () => {
      const nowMs = this.#ports.clock.now();
      // Everything that was due until now under the old schedule is settled by it.
      await this.#look(nowMs);
      await rememberLook(this.#ports.duty, this.#calendar, nowMs);
      this.#calendar = calendar;
      await this.#begin(nowMs);
    });
    this.#bell.ring();
  }

  /** Idempotent. What is being started is left to the next scheduler if it does not end soon. */
  async stop(): Promise<void> {
    this.#leaving.abort();
    this.#unsubscribe();
    const ended = new AbortController();
    const ends = this.#done.then(() => Promise.all(this.#attempts.values())).finally(() => ended.abort());
    await Promise.race([ends, sleeps(this.#ports.clock, STOP_GRACE_MS, ended.signal)]);
  }

  /** Starts an entry now, whatever its conflicts, limits and pauses; refused like any start. */
  async startNow(name: string, who: string): Promise<ScheduledStart> {
    const entry = this.#known(name);
    const { clock, duty } = this.#ports;
    const attempt = Promise.withResolvers<void>();
    const start = await this.#inTurn(async () => {
      const claimed = newStart(entry, clock.now());
      claimed.row = rowOf(claimed, 'starting', clock.now(), `asked for by ${who}`);
      if (!(await duty.settleStart(claimed.row))) throw startedTwice(name);
      this.#ledger.open.push(claimed);
      this.#attempts.set(claimed, attempt.promise);
      return claimed;
    });
    try {
      const { runId, reason } = await this.#carryOut(start, who);
      const row = await this.#ledger.close(start, 'started', `asked for by ${who}: ${reason}`, runId);
      return row ?? rowOf(start, 'started', clock.now(), reason, runId);
    } catch (thrown) {
      // Who asked is told; a daemon that stops leaves it to the next one, and what was made is written down at the next look.
      if (!this.#isLeft(thrown) && start.made === null)
        await this.#ledger.close(start, 'refused', describeError(thrown), null, false);
      throw thrown;
    } finally {
      this.#attempts.delete(start);
      attempt.resolve();
    }
  }

  /** Starts of the entry, or of all when null, that are due from now on do not take place. */
  async pause(name: string | null, who: string): Promise<void> {
    const key = name === null ? EVERYTHING : this.#known(name).name;
    await this.#setPaused([...this.#paused.filter((one) => one !== key), key], who);
  }

  /** What fell into the pause is not made up for. Without a name everything goes on, also what was paused by its name. */
  async resume(name: string | null, who: string): Promise<void> {
    if (name === null) {
      await this.#setPaused([], who);
      return;
    }
    const { name: key } = this.#known(name);
    if (this.#paused.includes(EVERYTHING)) throw allPaused(name);
    await this.#setPaused(
      this.#paused.filter((one) => one !== key),
      who,
    );
  }

  async #setPaused(paused: string[], who: string): Promise<void> {
    await this.#inTurn(async () => {
      // What is due before the change is settled as it was.
      await this.#look(this.#ports.clock.now());
      await rememberPaused(this.#ports.duty, paused);
      this.#paused = paused;
    });
    this.#ports.log.info({ paused, who }, 'what is paused in the schedule');
    this.#lookAgain();
  }

  #known(name: string): ScheduleEntry {
    const entry = this.#calendar.entry(name);
    if (entry !== null) return entry;
    throw entryUnknown(
      name,
      this.#calendar.entries.map((one) => one.name),
    );
  }

  /** Rows that the scheduler before left open, and notes that it owed. */
  async #takeOver(): Promise<void> {
    const { clock, duty } = this.#ports;
    const nowMs = clock.now();
    this.#paused = await pausedEntries(duty);
    const rows = await duty.scheduledStarts({ sinceMs: nowMs - OLDEST_OPEN_MS });
    for (const row of rows) {
      if (row.outcome === 'absorbed' && row.atMs > nowMs - DAY_MS) this.#toNote.push(row);
      if (row.outcome !== 'starting' && row.outcome !== 'delayed') continue;
      const entry = this.#calendar.entry(row.entry);
      if (entry === null) {
        await duty.resettleStart({
          ...row,
          outcome: 'missed',
          atMs: nowMs,
          reason: 'the schedule has no such entry any more',
        });
      } else {
        this.#ledger.open.push({ ...newStart(entry, row.dueMs), row });
      }
    }
    await this.#begin(nowMs);
  }

  /** A schedule begins to hold. */
  async #begin(nowMs: number): Promise<void> {
    const { duty } = this.#ports;
    this.#since = await lookedAfterSince(duty, this.#calendar, nowMs);
    this.#nextDueMs = Number.NEGATIVE_INFINITY;
    const open: OpenStart[] = [];
    for (const start of this.#ledger.open) {
      const entry = this.#calendar.entry(start.entry.name);
      if (entry !== null) open.push(Object.assign(start, { entry }));
      else if (!this.#attempts.has(start))
        await this.#ledger.close(start, 'missed', 'the schedule has no such entry any more');
    }
    this.#ledger.open = open;
    // Only what was due before is still to be settled: that is what the notes are for, so they are changed after the look.
    await this.#look(nowMs);
    await rememberLook(duty, this.#calendar, nowMs);
  }

  async #keep(): Promise<void> {
    const { clock, log } = this.#ports;
    const { signal } = this.#leaving;
    let told: string | null = null;
    while (!signal.aborted) {
      const trouble = await this.#inTurn(() => this.#look(clock.now())).then(() => null, describeError);
      if (trouble !== null && trouble !== told)
        log.error({ reason: trouble }, 'the schedule could not be kept; it is tried again');
      told = trouble;
      const nowMs = clock.now();
      const waiting = this.#ledger.open.filter((start) => !this.#attempts.has(start));
      const nextMs = Math.min(this.#nextDueMs, ...waiting.map(({ lookMs }) => lookMs));
      const waitMs = trouble === null ? Math.min(SLICE_MS, Math.max(1, nextMs - nowMs)) : RECHECK_MS;
      const woken = new AbortController();
      const either = AbortSignal.any([signal, woken.signal]);
      await Promise.race([sleeps(clock, waitMs, either), this.#bell.wait(either)]);
      woken.abort();
    }
  }

  #lookAgain(): void {
    for (const start of this.#ledger.open)
      if (start.row?.outcome === 'delayed') start.lookMs = Number.NEGATIVE_INFINITY;
    this.#bell.ring();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** One look at the clock: what is due is settled, what is open goes on. */
  async #look(nowMs: number): Promise<void> {
    if (nowMs < this.#lookedMs) {
      this.#ports.log.warn(
        { byMs: nowMs - this.#lookedMs },
        'the clock was set back; what was started is not started again',
      );
      for (const [name, sinceMs] of this.#since) this.#since.set(name, Math.min(sinceMs, nowMs));
      this.#nextDueMs = Number.NEGATIVE_INFINITY;
    }
    this.#lookedMs = nowMs;
    const fresh = this.#nextDueMs <= nowMs ? this.#due(nowMs) : [];
    // Who waits has its turn before who has just come.
    const isReady = ({ lookMs, row }: OpenStart) => lookMs <= nowMs || (fresh.length > 0 && row?.outcome === 'delayed');
    const ready = this.#ledger.open.filter((start) => isReady(start) && !this.#attempts.has(start));
    for (const start of [...ready, ...fresh].toSorted(byDue)) await this.#consider(start, nowMs);
    if (this.#nextDueMs <= nowMs) {
      for (const { name } of this.#calendar.entries) this.#since.set(name, nowMs);
      this.#nextDueMs = Math.min(
        ...this.#calendar.entries.map((one) => this.#calendar.nextDue(one, nowMs) ?? Infinity),
      );
      if (fresh.length > 0) await rememberLook(this.#ports.duty, this.#calendar, nowMs);
    }
    await this.#noteAbsorbed();
  }

  /** What has become due since the last look. */
  #due(nowMs: number): OpenStart[] {
    return this.#calendar.entries.flatMap((entry) => {
      const due = this.#calendar.dueIn(entry, this.#since.get(entry.name) ?? nowMs, nowMs);
      return due.slice(-MOST_MISSED_ROWS).map((dueMs, index, all) => ({
        ...newStart(entry, dueMs),
        overtaken: index < all.length - 1,
      }));
    });
  }

  async #consider(start: OpenStart, nowMs: number): Promise<void> {
    if (start.overtaken) {
      await this.#ledger.close(
        start,
        'missed',
        'soakd was away, and a later start of the same entry was due when it came back',
      );
      return;
    }
    if (start.row?.outcome === 'starting') {
      await this.#tryAgain(start, nowMs);
      return;
    }
    const { entry, dueMs, row } = start;
    const holder = this.#holderFor(start);
    const decision = decide(
      { entry, dueMs, lengthMs: lengthOf(entry), waiting: row?.outcome === 'delayed' },
      { nowMs, paused: this.#pauseOf(entry), blackout: this.#calendar.blackoutAt(nowMs), occupation: holder },
    );
    switch (decision.outcome) {
      case 'start':
        await this.#ledger.claim(start, 'starting', decision.reason);
        if (start.row !== null) this.#launch(start);
        return;
      case 'delay':
        start.lookMs = nowMs + RECHECK_MS;
        if (row === null) await this.#ledger.claim(start, 'delayed', decision.reason);
        return;
      case 'absorb': {
        const closed = await this.#ledger.close(start, 'absorbed', decision.reason, holder?.runId ?? null);
        if (closed !== null) this.#toNote.push(closed);
        return;
      }
      case 'skip':
        // Who waited in vain wanted to start; who skips said so.
        await this.#ledger.close(start, 'skipped', decision.reason, null, entry.onConflict !== 'skip');
        return;
      default:
        await this.#ledger.close(start, decision.outcome, decision.reason);
    }
  }

  /** A start that is claimed and was not made yet, or whose soakd died before it could say so. */
  async #tryAgain(start: OpenStart, nowMs: number): Promise<void> {
    const { entry, dueMs, row, failure } = start;
    const limitMs = entry.work.kind === 'request' ? entry.work.withinMs : entry.lateLimitMs;
    const blackout = this.#calendar.blackoutAt(nowMs);
    const isOver = nowMs > (row?.atMs ?? dueMs) + limitMs;
    if (isOver || this.#isPaused(entry)) {
      const made = start.made ?? (await this.#runOf(start));
      if (made !== null) await this.#ledger.close(start, 'started', made.reason, made.runId);
      else if (!isOver)
        await this.#ledger.close(
          start,
          'paused',
          `${this.#pauseOf(entry) === 'entry' ? 'this entry' : 'the schedule'} was paused while it was tried`,
        );
      else if (failure === null) await this.#ledger.close(start, 'missed', 'soakd was away while it was being started');
      else await this.#ledger.close(start, 'refused', `${failure} (tried ${start.attempts} times)`);
      return;
    }
    if (blackout !== null) start.lookMs = Math.min(blackout.untilMs, nowMs + SLICE_MS);
    else this.#launch(start);
  }

  #launch(start: OpenStart): void {
    const work = this.#attempt(start).finally(() => {
      this.#attempts.delete(start);
      this.#bell.ring();
    });
    this.#attempts.set(start, work);
  }

  async #attempt(start: OpenStart): Promise<void> {
    const { clock, random, log } = this.#ports;
    try {
      const { runId, reason } = await this.#carryOut(start, 'schedule');
      await this.#ledger.close(start, 'started', joined(start.row?.reason ?? '', reason), runId);
    } catch (thrown) {
      if (this.#isLeft(thrown)) return;
      const reason = describeError(thrown);
      start.failure = reason;
      start.attempts++;
      start.lookMs = clock.now() + backoffMs(RETRY, start.attempts - 1, random);
      log.warn(
        { entry: start.entry.name, due: isoTime(start.dueMs), reason },
        'a scheduled start does not succeed yet',
      );
      if (isRefusal(thrown)) await this.#ledger.close(start, 'refused', reason).catch(() => undefined);
    }
  }

  /** Does it, unless it is done and only its row could not be written. */
  async #carryOut(start: OpenStart, who: string): Promise<StartMade> {
    const { entry, dueMs, made } = start;
    const { signal } = this.#leaving;
    start.made = made ?? (await carryOut(entry, { dueMs, who, loaded: this.#calendar.loaded, signal }, this.#ports));
    return start.made;
  }

  async #runOf({ entry, dueMs }: OpenStart): Promise<StartMade | null> {
    const run = await runOf(entry.name, dueMs, this.#ports.store);
    return run === null ? null : { runId: run.id, reason: `run ${run.id}` };
  }

  /** A start that failed because soakd stops: the next one goes on with it. */
  #isLeft = (thrown: unknown): boolean => isStopping(thrown) || this.#leaving.signal.aborted;

  /** Notes that are owed to runs which absorbed a start; what is over by now needs none. */
  async #noteAbsorbed(): Promise<void> {
    const { control, log } = this.#ports;
    const live = new Set(control.live());
    for (const row of this.#toNote.splice(0)) {
      const entry = this.#calendar.entry(row.entry);
      if (entry === null || row.runId === null || !live.has(row.runId)) continue;
      await noteAbsorbed(entry, { ...row, runId: row.runId }, this.#ports).catch((thrown: unknown) => {
        log.warn({ run: row.runId, reason: describeError(thrown) }, 'an absorbed start could not be noted yet');
        this.#toNote.push(row);
      });
    }
  }

  #isPaused = (entry: ScheduleEntry): boolean => this.#pauseOf(entry) !== null;

  #pauseOf({ name }: ScheduleEntry): 'everything' | 'entry' | null {
    if (this.#paused.includes(EVERYTHING)) return 'everything';
    return this.#paused.includes(name) ? 'entry' : null;
  }

  #holderFor(start: OpenStart): TargetHolder | null {
    const others = [...this.#attempts.keys()].filter((other) => other !== start);
    return targetHolder(start.entry.targetUrl, this.#ports.control, {
      starting: others,
      entryOf: (runId) => this.#ledger.record.entryOf(runId),
      nowMs: this.#ports.clock.now(),
    });
  }
}

const joined = (first: string, second: string): string => (first === '' ? second : `${first}: ${second}`);
