import { describe, expect, it, onTestFinished } from 'vitest';
import { FIRED_MS, plainNotification } from '../../../tests/support/alert.ts';
import { memoryDutyStore } from '../../../tests/support/duty-store.ts';
import { seededRandom } from '../../base/random.ts';
import { SimulatedClock } from '../../base/simulated-clock.ts';
import type { NewNotification, NotificationBody } from '../../model/notification.ts';
import { type Channel, DeliveryFailure, type OutgoingMessage } from '../../notify/channel.ts';
import type { DutyStore } from '../../store/duty-store.ts';
import type { ChannelHealth } from './channel-condition.ts';
import { ChannelLoop, type ChannelLoopOptions } from './channel-loop.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A receiver that does what it is told, and remembers what it was sent. */
class Receiver implements Channel {
  readonly got: OutgoingMessage[] = [];
  /** Each try, accepted or not: title and instant. */
  readonly tried: { title: string; atMs: number }[] = [];
  answer: (message: OutgoingMessage, signal: AbortSignal) => Promise<void> = async () => undefined;
  readonly #clock: SimulatedClock;

  constructor(clock: SimulatedClock) {
    this.#clock = clock;
  }

  async send(message: OutgoingMessage, signal: AbortSignal): Promise<void> {
    this.tried.push({ title: message.body.title, atMs: this.#clock.now() - FIRED_MS });
    await this.answer(message, signal);
    this.got.push(message);
  }

  get titles(): string[] {
    return this.got.map(({ body }) => body.title);
  }
}

class Rig {
  readonly clock = new SimulatedClock(FIRED_MS);
  readonly duty = memoryDutyStore();
  readonly receiver = new Receiver(this.clock);
  readonly healths: ChannelHealth[] = [];
  readonly said: string[] = [];

  start(changes: Partial<ChannelLoopOptions> = {}) {
    const say = (_: object, message: string): void => void this.said.push(message);
    const loop = new ChannelLoop({
      ...{ name: 'hook', channel: this.receiver, forPeople: false, groupIntervalMs: MINUTE_MS },
      ...{ giveUpAfterMs: 7 * 24 * HOUR_MS, resend: null, duty: this.duty, clock: this.clock },
      ...{ random: seededRandom(1), log: { info: say, warn: say, error: say } },
      onHealth: (health) => this.healths.push(health),
      ...changes,
    });
    const stopping = new AbortController();
    const done = loop.run(stopping.signal, 5_000);
    const stop = async (): Promise<void> => {
      stopping.abort();
      await this.clock.runUntil(done, 10_000);
    };
    onTestFinished(() => {
      stopping.abort();
    });
    return { loop, stop };
  }

  enqueue(...notifications: NewNotification[]): Promise<void> {
    return this.duty.enqueue(notifications);
  }

  async row(key: string) {
    return (await this.duty.notifications()).find((one) => one.key === key);
  }
}

const refuse = (options?: ConstructorParameters<typeof DeliveryFailure>[1]) => async (): Promise<void> => {
  throw new DeliveryFailure('hooks.example.org answers badly', options);
};

describe('the outbox of a channel', () => {
  it('sends what waits, and what comes later as soon as it is told of it', async () => {
    const rig = new Rig();
    await rig.enqueue(plainNotification('one'));
    const { loop } = rig.start();
    await rig.clock.advance(0);
    expect(rig.receiver.titles).toEqual(['one']);
    await rig.enqueue(plainNotification('two'));
    loop.ring();
    await rig.clock.advance(0);
    expect(rig.receiver.titles).toEqual(['one', 'two']);
    expect(await rig.row('two')).toMatchObject({ attempts: 1, deliveredMs: FIRED_MS, failedMs: null });
    expect(await rig.duty.outboxSizes()).toEqual({});
  });

  it('tries again with growing pauses, and delivers once the receiver is back', async () => {
    const rig = new Rig();
    rig.receiver.answer = refuse();
    await rig.enqueue(plainNotification('one'));
    rig.start();
    await rig.clock.advance(30 * MINUTE_MS);
    const gaps = rig.receiver.tried.slice(1).map(({ atMs }, at) => atMs - (rig.receiver.tried[at]?.atMs ?? 0));
    expect(gaps[0]).toBeLessThanOrEqual(1_000);
    expect(gaps.at(-1)).toBeGreaterThanOrEqual(30_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(60_000);
    expect(rig.receiver.got).toEqual([]);
    expect(await rig.row('one')).toMatchObject({ deliveredMs: null, lastError: 'hooks.example.org answers badly' });

    rig.receiver.answer = async () => undefined;
    await rig.clock.advance(MINUTE_MS);
    expect(rig.receiver.titles).toEqual(['one']);
    expect(rig.said).toEqual(['a channel does not deliver; its notifications wait', 'a channel delivers again']);
  });

  it('leaves the receiver alone for as long as it asks, also after a restart', async () => {
    const rig = new Rig();
    rig.receiver.answer = refuse({ retryAfterMs: 10 * MINUTE_MS });
    await rig.enqueue(plainNotification('one'));
    const first = rig.start();
    await rig.clock.advance(MINUTE_MS);
    await first.stop();
    await rig.enqueue(plainNotification('two', { group: 'run-2' }));
    rig.receiver.answer = async () => undefined;
    rig.start();
    await rig.clock.advance(9 * MINUTE_MS - 1_000);
    expect(rig.receiver.tried).toHaveLength(1);
    await rig.clock.advance(2_000);
    expect(rig.receiver.titles.toSorted()).toEqual(['one', 'two']);
  });

  it('delays nobody for one message that the receiver cannot digest, once another has arrived', async () => {
    const rig = new Rig();
    rig.receiver.answer = async (message) => {
      if (message.body.title === 'bad') await refuse()();
    };
    await rig.enqueue(plainNotification('bad', { group: 'run-1' }));
    const { loop } = rig.start();
    await rig.clock.advance(20 * MINUTE_MS);
    const enqueue = async (title: string): Promise<void> => {
      const nowMs = rig.clock.now();
      await rig.enqueue(plainNotification(title, { group: title, createdMs: nowMs, dueMs: nowMs }));
      loop.ring();
    };
    // So long nobody can tell a bad message from a dead receiver.
    await enqueue('one');
    await rig.clock.advance(MINUTE_MS);
    expect(rig.receiver.titles).toEqual(['one']);
    for (const title of ['two', 'three', 'four', 'five']) {
      await enqueue(title);
      await rig.clock.advance(2_000);
    }
    expect(rig.receiver.titles).toEqual(['one', 'two', 'three', 'four', 'five']);
    expect(await rig.row('bad')).toMatchObject({ deliveredMs: null, failedMs: null });
  });

  it('gives up what is refused for good, says so, and goes on with the next', async () => {
    const rig = new Rig();
    rig.receiver.answer = async ({ body }) => {
      if (body.title === 'bad') throw new DeliveryFailure('answers 400: no', { permanent: true });
    };
    await rig.enqueue(plainNotification('bad'), plainNotification('good'));
    rig.start();
    await rig.clock.advance(0);
    expect(rig.receiver.titles).toEqual(['good']);
    expect(rig.receiver.tried.map(({ title }) => title)).toEqual(['bad', 'good']);
    expect(await rig.row('bad')).toMatchObject({ deliveredMs: null, failedMs: FIRED_MS, lastError: 'answers 400: no' });
    expect(rig.said).toEqual(['a notification is given up: the receiver refuses it for good']);
    expect(rig.healths).toMatchObject([
      { givenUp: 1, failingSinceMs: null, refusedSinceMs: FIRED_MS, lastError: 'answers 400: no' },
      { givenUp: 1, delivered: 1, failingSinceMs: null, refusedSinceMs: null, lastError: null },
    ]);
  });

  it('gives up what is too old, after it was tried', async () => {
    const rig = new Rig();
    rig.receiver.answer = refuse();
    await rig.enqueue(plainNotification('one'));
    rig.start({ giveUpAfterMs: HOUR_MS });
    await rig.clock.advance(2 * HOUR_MS);
    expect((await rig.row('one'))?.failedMs).toBeGreaterThanOrEqual(FIRED_MS + HOUR_MS);
    expect(rig.said).toContain('a notification is given up: it is too old by now');
  });

  it('keeps the order within a group, and lets no message that fails hold up other groups', async () => {
    const rig = new Rig();
    rig.receiver.answer = async ({ body }) => {
      if (body.title === 'poison') throw new DeliveryFailure('answers 500');
    };
    await rig.enqueue(
      plainNotification('poison'),
      plainNotification('after poison'),
      ...Array.from({ length: 5 }, (_, at) => plainNotification(`other ${at}`, { group: 'run-2' })),
    );
    rig.start();
    await rig.clock.advance(10 * MINUTE_MS);
    expect(rig.receiver.titles).toEqual(['other 0', 'other 1', 'other 2', 'other 3', 'other 4']);
  });

  it('reaches what waits behind more poisoned rows than it looks at at once', async () => {
    const rig = new Rig();
    rig.receiver.answer = async ({ body }) => {
      if (body.title === 'stuck') throw new DeliveryFailure('answers 500');
    };
    const stuck = Array.from({ length: 450 }, (_, at) => plainNotification(`s${at}`, {}, { title: 'stuck' }));
    await rig.enqueue(...stuck, plainNotification('behind', { group: 'run-2' }));
    rig.start();
    await rig.clock.advance(2 * MINUTE_MS);
    expect(rig.receiver.titles).toEqual(['behind']);
  });

  it('has at most four messages under way, each of another group', async () => {
    const rig = new Rig();
    const gates: (() => void)[] = [];
    rig.receiver.answer = () => new Promise((open) => gates.push(open));
    await rig.enqueue(
      ...['1', '1', '2', '3', '4', '5', '6'].map((group, at) => plainNotification(`${group} ${at}`, { group })),
    );
    rig.start();
    await rig.clock.advance(0);
    expect(rig.receiver.tried.map(({ title }) => title)).toEqual(['1 0', '2 2', '3 3', '4 4']);
    gates[0]?.();
    await rig.clock.advance(0);
    expect(rig.receiver.tried.map(({ title }) => title).slice(4)).toEqual(['1 1']);
  });

  it('sends each once although messages come while others are under way', async () => {
    const rig = new Rig();
    const gates: (() => void)[] = [];
    rig.receiver.answer = () => new Promise((open) => gates.push(open));
    const { loop } = rig.start();
    for (let round = 0; round < 40; round++) {
      await rig.enqueue(plainNotification(`a${round}`, { group: `g${round % 7}` }));
      loop.ring();
      if (round % 3 === 0) await rig.clock.advance(0);
      gates.shift()?.();
    }
    for (let round = 0; round < 60; round++) {
      gates.shift()?.();
      await rig.clock.advance(0);
    }
    expect(new Set(rig.receiver.titles).size).toBe(40);
    expect(rig.receiver.tried).toHaveLength(40);
  });

  it('tries again in good time although the clock is set back meanwhile', async () => {
    const rig = new Rig();
    rig.receiver.answer = refuse();
    await rig.enqueue(plainNotification('one'));
    rig.start();
    await rig.clock.advance(10 * MINUTE_MS);
    rig.clock.step(-5 * HOUR_MS);
    rig.receiver.answer = async () => undefined;
    await rig.clock.advance(2 * MINUTE_MS);
    expect(rig.receiver.titles).toEqual(['one']);
  });

  it('takes several that fail at once for one failure of the channel', async () => {
    const rig = new Rig();
    rig.receiver.answer = refuse();
    await rig.enqueue(...['1', '2', '3', '4'].map((group) => plainNotification(group, { group })));
    rig.start();
    await rig.clock.advance(1_000);
    // The second round comes within a second, and is one message.
    expect(rig.receiver.tried).toHaveLength(5);
  });

  it('gives a message the same id each time it is tried, and another one to every other', async () => {
    const rig = new Rig();
    const ids: string[] = [];
    rig.receiver.answer = async ({ id }) => {
      ids.push(id);
      if (ids.length < 3) throw new DeliveryFailure('answers 503');
    };
    await rig.enqueue(plainNotification('one'), plainNotification('two'));
    rig.start();
    await rig.clock.advance(HOUR_MS);
    expect(new Set(ids.slice(0, 3)).size).toBe(1);
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toMatch(/^msg_[0-9a-f]{32}$/);
  });
});

describe('a channel that people read', () => {
  const severe = { severity: 'critical' } as const;

  it('has the first word of a group at once and the further ones together, a group interval later', async () => {
    const rig = new Rig();
    const { loop } = rig.start({ forPeople: true });
    const say = async (...keys: string[]): Promise<void> => {
      await rig.enqueue(...keys.map((key) => plainNotification(key)));
      loop.ring();
    };
    await say('one');
    await rig.clock.advance(1_000);
    await say('two');
    await rig.clock.advance(20_000);
    await say('three');
    await rig.clock.advance(38_000);
    expect(rig.receiver.titles).toEqual(['one']);
    await rig.clock.advance(2_000);
    expect(rig.receiver.got).toHaveLength(2);
    expect(rig.receiver.got[1]?.body.text).toBe('two\nall about two\n\nthree\nall about three');
    expect(await rig.duty.outboxSizes()).toEqual({});
  });

  it('has what is urgent at once, with all that was gathered before it', async () => {
    const rig = new Rig();
    const { loop } = rig.start({ forPeople: true });
    await rig.enqueue(plainNotification('one'));
    loop.ring();
    await rig.clock.advance(1_000);
    await rig.enqueue(plainNotification('two'), plainNotification('page', {}, severe));
    loop.ring();
    await rig.clock.advance(0);
    expect(rig.receiver.got.map(({ body }) => body.text)).toEqual([
      'all about one',
      'two\nall about two\n\npage\nall about page',
    ]);
  });

  it('is told of beginning and end in order when both waited through an outage', async () => {
    const rig = new Rig();
    rig.receiver.answer = refuse();
    await rig.enqueue(plainNotification('begins'), plainNotification('ends', {}, { kind: 'resolved' }));
    rig.start({ forPeople: true });
    await rig.clock.advance(HOUR_MS);
    rig.receiver.answer = async () => undefined;
    await rig.clock.advance(10 * MINUTE_MS);
    expect(rig.receiver.got.map(({ body }) => body.text).join('\n')).toMatch(/about begins[\s\S]*about ends/);
    expect(await rig.duty.outboxSizes()).toEqual({});
  });
});

describe('a loop that stops', () => {
  it('lets what is under way end, notes it, and begins nothing more', async () => {
    const rig = new Rig();
    rig.receiver.answer = () => rig.clock.sleep(3_000);
    await rig.enqueue(plainNotification('one'), plainNotification('two'));
    const { stop } = rig.start();
    await rig.clock.advance(0);
    await stop();
    expect(rig.receiver.titles).toEqual(['one']);
    expect((await rig.row('one'))?.deliveredMs).not.toBeNull();
    expect(await rig.duty.outboxSizes()).toEqual({ hook: 1 });
  });

  it('cuts off what takes longer than the grace; the next start sends it again under the same id', async () => {
    const rig = new Rig();
    const ids: string[] = [];
    rig.receiver.answer = ({ id }, signal) => {
      ids.push(id);
      return ids.length === 1 ? rig.clock.sleep(HOUR_MS, signal) : Promise.resolve();
    };
    await rig.enqueue(plainNotification('one'));
    const { stop } = rig.start();
    await rig.clock.advance(0);
    await stop();
    expect(await rig.row('one')).toMatchObject({ attempts: 0, lastError: null });
    rig.start();
    await rig.clock.advance(0);
    expect(ids).toEqual([ids[0], ids[0]]);
  });
});

describe('trouble with the store', () => {
  it('does not send again what was sent but could not be noted; it is noted later', async () => {
    const rig = new Rig();
    let broken = true;
    const put: DutyStore['putNotification'] = (row) =>
      broken ? Promise.reject(new Error('disk full')) : rig.duty.putNotification(row);
    await rig.enqueue(plainNotification('one'));
    const { loop } = rig.start({ duty: { outbox: rig.duty.outbox, putNotification: put } });
    await rig.clock.advance(MINUTE_MS);
    loop.ring();
    await rig.clock.advance(MINUTE_MS);
    expect(rig.receiver.tried).toHaveLength(1);
    expect(rig.said).toEqual(['the outbox cannot be read or written']);
    broken = false;
    await rig.clock.advance(MINUTE_MS);
    expect(await rig.duty.outboxSizes()).toEqual({});
  });
});

describe('a receiver that forgets', () => {
  const standing = (title: string): NotificationBody => plainNotification(title).body;

  it('is told again what still fires, between other messages and never beside them', async () => {
    const rig = new Rig();
    let fires = true;
    rig.start({ resend: { everyMs: MINUTE_MS, body: async () => (fires ? standing('still') : null) } });
    await rig.clock.advance(3 * MINUTE_MS);
    expect(rig.receiver.titles).toEqual(['still', 'still', 'still', 'still']);
    fires = false;
    await rig.clock.advance(3 * MINUTE_MS);
    expect(rig.receiver.got).toHaveLength(4);
  });

  it('waits with it while a message is under way', async () => {
    const rig = new Rig();
    const gates: (() => void)[] = [];
    rig.receiver.answer = ({ body }) =>
      body.title === 'slow' ? new Promise((open) => gates.push(open)) : Promise.resolve();
    const { loop } = rig.start({ resend: { everyMs: MINUTE_MS, body: async () => standing('still') } });
    await rig.clock.advance(30_000);
    await rig.enqueue(plainNotification('slow'));
    loop.ring();
    await rig.clock.advance(5 * MINUTE_MS);
    expect(rig.receiver.titles).toEqual(['still']);
    gates[0]?.();
    await rig.clock.advance(0);
    expect(rig.receiver.titles).toEqual(['still', 'slow', 'still']);
  });
});
