import { type Backoff, backoffMs } from '../../base/backoff.ts';
import { Bell } from '../../base/bell.ts';
import { type Clock, deadline } from '../../base/clock.ts';
import { digestOf } from '../../base/digest.ts';
import { describeError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import type { Notification, NotificationBody } from '../../model/notification.ts';
import { type Channel, DeliveryFailure, type OutgoingMessage } from '../../notify/channel.ts';
import { gathered } from '../../notify/gather.ts';
import type { DutyStore } from '../../store/duty-store.ts';
import { type Batch, nextDeliveries } from './next-deliveries.ts';

export interface DeliveryLog {
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}

export interface ChannelLoopOptions {
  name: string;
  channel: Channel;
  forPeople: boolean;
  groupIntervalMs: number;
  giveUpAfterMs: number;
  /** Of a receiver that forgets: what it must be told again, each so many milliseconds. */
  resend: { everyMs: number; body: () => Promise<NotificationBody | null> } | null;
  duty: Pick<DutyStore, 'outbox' | 'putNotification'>;
  clock: Clock;
  random: Random;
  log: DeliveryLog;
  /** Told of each change for the worse or the better. */
  onHealth: (health: ChannelHealth) => void;
}

export interface ChannelHealth {
  channel: string;
  /** Since when nothing arrives; null: all is well. */
  failingSinceMs: number | null;
  /** Since when it refuses what it is sent for good, and takes nothing; null: it does not. */
  refusedSinceMs: number | null;
  lastError: string | null;
  /** Messages since the start. */
  delivered: number;
  retried: number;
  givenUp: number;
}

/** Between tries, of a channel and of one message: a page is at most a minute late once its receiver is back. */
const TRY_BACKOFF: Backoff = { baseMs: 1_000, maxMs: 60_000 };
const STORE_BACKOFF: Backoff = { baseMs: 500, maxMs: 30_000 };
/** A receiver may ask for an hour of rest, not for a year. */
const MAX_RETRY_AFTER_MS = 3_600_000;

const WINDOW_ROWS = 200;
const MOST_ROWS = 20_000;
/** A receiver that is read by people is told one thing after the other. */
const SLOTS_FOR_PROGRAMS = 4;
const SLOTS_FOR_PEOPLE = 1;

type Settled = Parameters<DutyStore['putNotification']>[0];

/**
 * Sends what waits in the outbox of one channel, until its signal aborts. At least once: what was sent is noted after the
 * receiver took it, so a crash between the two sends it again, under the same id.
 */
export class ChannelLoop {
  readonly #options: ChannelLoopOptions;
  readonly #bell = new Bell();
  readonly #underway = new Map<string, Promise<void>>();
  readonly #sentMs = new Map<string, number>();
  /** Rows of what is under way: in the store they still wait. */
  readonly #busyIds = new Set<number>();
  /** Sent or given up, not yet written. */
  readonly #unsaved = new Map<number, Settled>();
  readonly #health: ChannelHealth;
  #rows: Notification[] = [];
  #windowRows = WINDOW_ROWS;
  #isStale = true;
  #failures = 0;
  #storeFailures = 0;
  #openAtMs = 0;
  #resendAtMs: number;

  constructor(options: ChannelLoopOptions) {
    this.#options = options;
    this.#resendAtMs = options.resend === null ? Number.POSITIVE_INFINITY : options.clock.now();
    this.#health = {
      ...{ channel: options.name, failingSinceMs: null, refusedSinceMs: null, lastError: null },
      ...{ delivered: 0, retried: 0, givenUp: 0 },
    };
  }

  health(): ChannelHealth {
    return { ...this.#health };
  }

  /** Something was put into the outbox. */
  ring(): void {
    this.#isStale = true;
    this.#bell.ring();
  }

  /** Runs until `signal` aborts; what is under way then may end until `graceMs` are over. */
  async run(signal: AbortSignal, graceMs: number): Promise<void> {
    const { clock } = this.#options;
    const cutting = new AbortController();
    while (!signal.aborted) {
      const wakeAtMs = await this.#turn(cutting.signal);
      await this.#rest(wakeAtMs, signal);
    }
    const grace = deadline(clock, graceMs);
    grace.signal.addEventListener('abort', () => cutting.abort(grace.signal.reason), { once: true });
    await Promise.all(this.#underway.values());
    grace.clear();
    await this.#save().catch(() => undefined);
  }

  /** Begins what can begin. Resolves to when there is more to do unless the bell rings before. */
  async #turn(cutting: AbortSignal): Promise<number | null> {
    const { clock, forPeople, groupIntervalMs, resend } = this.#options;
    try {
      await this.#save();
      if (this.#isStale || this.#rows.length === 0) await this.#read();
      this.#storeFailures = 0;
    } catch (thrown) {
      return this.#storeTrouble(thrown);
    }
    const nowMs = clock.now();
    if (nowMs < this.#openAtMs) return this.#openAtMs;
    if (resend !== null && nowMs >= this.#resendAtMs) {
      // Alone: it must neither overtake the end of an alert nor be overtaken by it.
      if (this.#underway.size > 0) return null;
      await this.#resend(resend, cutting);
      return clock.now();
    }
    const most = forPeople ? SLOTS_FOR_PEOPLE : SLOTS_FOR_PROGRAMS;
    const { batches, wakeAtMs } = nextDeliveries(this.#rows, {
      ...{ nowMs, forPeople, groupIntervalMs, sentMs: this.#sentMs },
      // One is enough to find out whether a channel is back.
      slots: (this.#failures > 0 ? 1 : most) - this.#underway.size,
      underway: new Set(this.#underway.keys()),
    });
    for (const batch of batches) this.#begin(batch, cutting);
    if (batches.length > 0) this.#windowRows = WINDOW_ROWS;
    if (batches.length === 0 && this.#underway.size === 0 && this.#rows.length >= this.#windowRows) {
      // All that can be seen must wait: what waits behind it may go.
      if (this.#windowRows < MOST_ROWS) {
        this.#windowRows *= 4;
        this.#isStale = true;
        return nowMs;
      }
    }
    return Math.min(wakeAtMs ?? Number.POSITIVE_INFINITY, this.#resendAtMs);
  }

  async #rest(wakeAtMs: number | null, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const timer = new AbortController();
    if (wakeAtMs !== null && Number.isFinite(wakeAtMs)) {
      clock.sleep(Math.max(0, wakeAtMs - clock.now()), timer.signal).then(
        () => this.#bell.ring(),
        () => undefined,
      );
    }
    await this.#bell.wait(signal);
    timer.abort();
  }

  async #read(): Promise<void> {
    const { duty, name, clock } = this.#options;
    this.#isStale = false;
    // What ends while the store is read is not among these afterwards, and yet among the rows.
    const settledOrBusy = new Set([...this.#unsaved.keys(), ...this.#busyIds]);
    const rows = await duty.outbox({ channel: name, limit: this.#windowRows });
    this.#rows = rows.filter(({ id }) => !settledOrBusy.has(id) && !this.#unsaved.has(id));
    // What the receiver asked for before a restart still holds.
    const [head] = rows;
    if (this.#failures === 0 && head !== undefined && head.attempts > 0 && head.dueMs > clock.now()) {
      this.#failures = 1;
      this.#openAtMs = Math.min(head.dueMs, clock.now() + MAX_RETRY_AFTER_MS);
    }
    const horizonMs = clock.now() - this.#options.groupIntervalMs;
    for (const [group, atMs] of this.#sentMs) if (atMs < horizonMs) this.#sentMs.delete(group);
  }

  #begin(batch: Batch, cutting: AbortSignal): void {
    const { group, rows } = batch;
    const taken = new Set(rows.map(({ id }) => id));
    this.#rows = this.#rows.filter(({ id }) => !taken.has(id));
    for (const id of taken) this.#busyIds.add(id);
    this.#underway.set(
      group,
      this.#deliver(batch, cutting).finally(() => {
        this.#underway.delete(group);
        for (const id of taken) this.#busyIds.delete(id);
        this.#bell.ring();
      }),
    );
  }

  async #deliver({ group, rows }: Batch, cutting: AbortSignal): Promise<void> {
    const { channel, clock } = this.#options;
    const [first, ...more] = rows;
    try {
      await channel.send(
        {
          id: messageId(rows.map(({ key }) => key)),
          createdMs: first.createdMs,
          body: gathered([first.body, ...more.map(({ body }) => body)]),
        },
        cutting,
      );
    } catch (thrown) {
      // Cut off by our own stop: nothing is known of it, and the next start tries again.
      if (cutting.aborted) return;
      this.#failed(rows, thrown);
      return;
    }
    const nowMs = clock.now();
    this.#sentMs.set(group, nowMs);
    for (const { id, attempts, dueMs, lastError } of rows)
      this.#unsaved.set(id, { id, attempts: attempts + 1, dueMs, deliveredMs: nowMs, failedMs: null, lastError });
    const isFirst = this.#health.delivered === 0;
    this.#health.delivered += rows.length;
    this.#well(isFirst);
    await this.#save().catch(() => undefined);
  }

  #failed(rows: Batch['rows'], thrown: unknown): void {
    const { clock, random, giveUpAfterMs, log, name } = this.#options;
    const nowMs = clock.now();
    const failure = thrown instanceof DeliveryFailure ? thrown : new DeliveryFailure(describeError(thrown));
    const asked = Math.min(failure.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
    for (const { id, key, attempts, createdMs, dueMs } of rows) {
      const isOld = nowMs - createdMs >= giveUpAfterMs;
      const waitMs = Math.max(asked, backoffMs(TRY_BACKOFF, attempts, random));
      const gone = failure.permanent || isOld;
      const lastError = failure.message;
      this.#unsaved.set(id, {
        ...{ id, attempts: attempts + 1, deliveredMs: null, lastError },
        dueMs: gone ? dueMs : nowMs + waitMs,
        failedMs: gone ? nowMs : null,
      });
      if (gone) {
        const why = failure.permanent ? 'the receiver refuses it for good' : 'it is too old by now';
        log.error({ channel: name, key, reason: lastError }, `a notification is given up: ${why}`);
      }
    }
    // They come back with the rows of the next look.
    this.#isStale = true;
    if (failure.permanent) {
      // The receiver is there, and may take the next one.
      this.#health.givenUp += rows.length;
      this.#health.refusedSinceMs ??= nowMs;
      this.#health.lastError = failure.message;
      this.#options.onHealth(this.health());
      return;
    }
    this.#health.retried += rows.length;
    this.#ill(failure, asked);
  }

  #ill(failure: DeliveryFailure, askedMs: number): void {
    const { clock, random, log, name } = this.#options;
    const nowMs = clock.now();
    const waitMs = Math.max(askedMs, backoffMs(TRY_BACKOFF, this.#failures, random));
    this.#failures++;
    this.#openAtMs = Math.max(this.#openAtMs, nowMs + waitMs);
    if (this.#health.failingSinceMs === null) {
      log.warn({ channel: name, reason: failure.message }, 'a channel does not deliver; its notifications wait');
    }
    this.#health.failingSinceMs ??= nowMs;
    this.#health.lastError = failure.message;
    this.#options.onHealth(this.health());
  }

  #well(isFirst = false): void {
    const { log, name } = this.#options;
    this.#failures = 0;
    this.#openAtMs = 0;
    const { failingSinceMs, refusedSinceMs } = this.#health;
    if (failingSinceMs === null && refusedSinceMs === null && !isFirst) return;
    if (failingSinceMs !== null) log.info({ channel: name }, 'a channel delivers again');
    this.#health.failingSinceMs = null;
    this.#health.refusedSinceMs = null;
    this.#health.lastError = null;
    this.#options.onHealth(this.health());
  }

  async #resend({ everyMs, body }: NonNullable<ChannelLoopOptions['resend']>, cutting: AbortSignal): Promise<void> {
    const { channel, clock } = this.#options;
    const nowMs = clock.now();
    this.#resendAtMs = nowMs + everyMs;
    try {
      const again = await body();
      if (again === null) return;
      const message: OutgoingMessage = { id: messageId(['again', String(nowMs)]), createdMs: nowMs, body: again };
      await channel.send(message, cutting);
      this.#well();
    } catch (thrown) {
      if (cutting.aborted) return;
      const failure = thrown instanceof DeliveryFailure ? thrown : new DeliveryFailure(describeError(thrown));
      this.#ill(failure, Math.min(failure.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));
    }
  }

  async #save(): Promise<void> {
    for (const [id, settled] of this.#unsaved) {
      await this.#options.duty.putNotification(settled);
      this.#unsaved.delete(id);
    }
  }

  #storeTrouble(thrown: unknown): number {
    const { clock, random, log, name } = this.#options;
    if (this.#storeFailures === 0)
      log.error({ channel: name, reason: describeError(thrown) }, 'the outbox cannot be read or written');
    return clock.now() + backoffMs(STORE_BACKOFF, this.#storeFailures++, random);
  }
}

/** Stable for the same keys; fits into headers and Message-IDs, which keys do not. */
export const messageId = (keys: readonly string[]): string => `msg_${digestOf(keys).slice(0, 32)}`;
