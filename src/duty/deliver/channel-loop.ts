import { type Backoff, backoffMs } from '../../base/backoff.ts';
import { Bell } from '../../base/bell.ts';
import { deadline } from '../../base/clock.ts';
import { digestOf } from '../../base/digest.ts';
import { describeError } from '../../base/errors.ts';
import type { Notification, NotificationBody } from '../../model/notification.ts';
import { type Channel, DeliveryFailure } from '../../notify/channel.ts';
import { gathered } from '../../notify/gather.ts';
import type { DutyStore } from '../../store/duty-store.ts';
import {
  askedMs,
  ChannelCondition,
  type ChannelHealth,
  type ConditionPorts,
  TRY_BACKOFF,
} from './channel-condition.ts';
import { type Batch, nextDeliveries } from './next-deliveries.ts';

export interface ChannelLoopOptions extends ConditionPorts {
  channel: Channel;
  forPeople: boolean;
  groupIntervalMs: number;
  giveUpAfterMs: number;
  /** Of a receiver that forgets: what it must be told again, each so many milliseconds. */
  resend: { everyMs: number; body: () => Promise<NotificationBody | null> } | null;
  duty: Pick<DutyStore, 'outbox' | 'putNotification'>;
}

const STORE_BACKOFF: Backoff = { baseMs: 500, maxMs: 30_000 };

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
  readonly #condition: ChannelCondition;
  #rows: Notification[] = [];
  #windowRows = WINDOW_ROWS;
  #isStale = true;
  #hasRead = false;
  #storeFailures = 0;
  /** Monotonic. */
  #resendAtMs: number;

  constructor(options: ChannelLoopOptions) {
    this.#options = options;
    this.#resendAtMs = options.resend === null ? Number.POSITIVE_INFINITY : options.clock.monotonicMs();
    this.#condition = new ChannelCondition(options);
  }

  health(): ChannelHealth {
    return this.#condition.health;
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
      const waitMs = await this.#turn(cutting.signal);
      await this.#rest(waitMs, signal);
    }
    const grace = deadline(clock, graceMs);
    grace.signal.addEventListener('abort', () => cutting.abort(grace.signal.reason), { once: true });
    await Promise.all(this.#underway.values());
    grace.clear();
    await this.#save().catch(() => undefined);
  }

  /** Begins what can begin. Resolves to after how long there is more to do, unless the bell rings before. */
  async #turn(cutting: AbortSignal): Promise<number> {
    const { clock, forPeople, groupIntervalMs, resend } = this.#options;
    try {
      await this.#save();
      if (this.#isStale || this.#rows.length === 0) await this.#read();
      this.#storeFailures = 0;
    } catch (thrown) {
      return this.#storeTrouble(thrown);
    }
    const { closedForMs } = this.#condition;
    if (closedForMs > 0) return closedForMs;
    if (resend !== null && clock.monotonicMs() >= this.#resendAtMs) {
      // Alone: it must neither overtake the end of an alert nor be overtaken by it. Whatever ends rings.
      if (this.#underway.size > 0) return Number.POSITIVE_INFINITY;
      await this.#resend(resend, cutting);
      return 0;
    }
    const nowMs = clock.now();
    const most = forPeople ? SLOTS_FOR_PEOPLE : SLOTS_FOR_PROGRAMS;
    const { batches, wakeAtMs } = nextDeliveries(this.#rows, {
      ...{ nowMs, forPeople, groupIntervalMs, sentMs: this.#sentMs },
      slots: (this.#condition.isIll ? 1 : most) - this.#underway.size,
      underway: new Set(this.#underway.keys()),
    });
    for (const batch of batches) this.#begin(batch, cutting);
    if (batches.length > 0) this.#windowRows = WINDOW_ROWS;
    if (batches.length === 0 && this.#underway.size === 0 && this.#rows.length >= this.#windowRows) {
      // All that can be seen must wait: what waits behind it may go.
      if (this.#windowRows < MOST_ROWS) {
        this.#windowRows *= 4;
        this.#isStale = true;
        return 0;
      }
    }
    const untilResendMs = this.#resendAtMs - clock.monotonicMs();
    return Math.max(0, Math.min((wakeAtMs ?? Number.POSITIVE_INFINITY) - nowMs, untilResendMs));
  }

  async #rest(waitMs: number, signal: AbortSignal): Promise<void> {
    const timer = new AbortController();
    if (Number.isFinite(waitMs)) {
      this.#options.clock.sleep(waitMs, timer.signal).then(
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
    if (!this.#hasRead) {
      // Afterwards the channel knows by itself how it does: one message that fails says nothing of the others.
      this.#hasRead = true;
      const [head] = rows;
      if (head !== undefined && head.attempts > 0 && head.dueMs > clock.now())
        this.#condition.recall(head.dueMs - clock.now());
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
    this.#condition.delivered(rows.length);
    await this.#save().catch(() => undefined);
  }

  #failed(rows: Batch['rows'], thrown: unknown): void {
    const { clock, random, giveUpAfterMs, log, name } = this.#options;
    const nowMs = clock.now();
    const failure = failureOf(thrown);
    const lastError = failure.message;
    const isGone = ({ createdMs }: Notification): boolean => failure.permanent || nowMs - createdMs >= giveUpAfterMs;
    for (const row of rows) {
      const { id, key, attempts, dueMs } = row;
      const tried = { id, attempts: attempts + 1, deliveredMs: null, lastError };
      if (isGone(row)) {
        this.#unsaved.set(id, { ...tried, dueMs, failedMs: nowMs });
        const why = failure.permanent ? 'the receiver refuses it for good' : 'it is too old by now';
        log.error({ channel: name, key, reason: lastError }, `a notification is given up: ${why}`);
      } else {
        const waitMs = Math.max(askedMs(failure), backoffMs(TRY_BACKOFF, attempts, random));
        this.#unsaved.set(id, { ...tried, dueMs: nowMs + waitMs, failedMs: null });
      }
    }
    // They come back with the rows of the next look.
    this.#isStale = true;
    const gone = rows.filter(isGone).length;
    if (gone > 0) this.#condition.gaveUp(gone, failure);
    if (!failure.permanent) this.#condition.failed(rows.length - gone, failure);
  }

  async #resend({ everyMs, body }: NonNullable<ChannelLoopOptions['resend']>, cutting: AbortSignal): Promise<void> {
    const { channel, clock } = this.#options;
    const createdMs = clock.now();
    this.#resendAtMs = clock.monotonicMs() + everyMs;
    // A store that cannot be read now is no fault of the channel; there is time until the next one.
    const again = await body().catch(() => null);
    if (again === null) return;
    try {
      await channel.send({ id: messageId(['again', String(createdMs)]), createdMs, body: again }, cutting);
      this.#condition.delivered(0);
    } catch (thrown) {
      if (!cutting.aborted) this.#condition.failed(0, failureOf(thrown));
    }
  }

  async #save(): Promise<void> {
    for (const [id, settled] of this.#unsaved) {
      await this.#options.duty.putNotification(settled);
      this.#unsaved.delete(id);
    }
  }

  #storeTrouble(thrown: unknown): number {
    const { random, log, name } = this.#options;
    if (this.#storeFailures === 0)
      log.error({ channel: name, reason: describeError(thrown) }, 'the outbox cannot be read or written');
    return backoffMs(STORE_BACKOFF, this.#storeFailures++, random);
  }
}

const failureOf = (thrown: unknown): DeliveryFailure =>
  thrown instanceof DeliveryFailure ? thrown : new DeliveryFailure(describeError(thrown));

/** Stable for the same keys; fits into headers and Message-IDs, which keys do not. */
export const messageId = (keys: readonly string[]): string => `msg_${digestOf(keys).slice(0, 32)}`;
