import { describe, expect, it } from 'vitest';
import { idleAlertWatch, plainMessages, rulesOf, startWatch } from '../../tests/support/alert-rig.ts';
import { memoryDutyStore } from '../../tests/support/duty-store.ts';
import { begin, HOUR_MS, SimulatedStaging, START_MS } from '../../tests/support/simulated-staging.ts';
import type { Silence } from '../model/alert.ts';
import type { RunSignal } from '../soak/control.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { Store } from '../store/store.ts';

const MINUTE_MS = 60_000;
const profile = `soak_test:
  name: watched
  duration: 1h
  traffic_pattern: { base_rate: 60, warmup: 10m }
  workload: { kind: requests, requests: [{ name: list, path: / }] }
`;
const idle = { live: () => [], subscribe: () => () => undefined };
const refused = () => Promise.reject(new Error('the disk is full'));

/** A port some of whose methods do something else first; what they give in place of nothing is the answer. */
function instead<T extends object>(port: T, methods: Partial<Record<keyof T & string, () => unknown>>): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      const first: unknown = Reflect.get(methods, name);
      if (typeof first !== 'function') return member.bind(target);
      return async (...args: unknown[]): Promise<unknown> => {
        await Reflect.apply(first, null, args);
        return Reflect.apply(member, target, args);
      };
    },
  });
}

/** A target of whose requests a fifth fails, always. */
const failingTarget = (): SimulatedStaging =>
  new SimulatedStaging({ settings: { pollMs: 10_000 }, load: { failures: () => ({ http_error: 0.2 }) } });

const ruleNamed = (name: string) =>
  rulesOf(`alerts: [{ name: ${name}, condition: "error_rate > 2%", severity: critical }]`);

const openNames = async (duty: DutyStore): Promise<string[]> =>
  (await duty.alerts({ openOnly: true })).map(({ rule }) => rule.name);

const titles = async (duty: DutyStore): Promise<string[]> =>
  (await duty.notifications()).map(({ body }) => body.title).reverse();

/** Notes what is logged as an error. */
function logOf() {
  const errors: string[] = [];
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (_: object, text: string) => void errors.push(text),
  };
  return { errors, log };
}

describe('rules taken while a run is put under watch', () => {
  /** A run with an open alert, whose rows take half a second to read. */
  async function slowlyRead() {
    const staging = failingTarget();
    const duty = memoryDutyStore();
    const held = { rules: ruleNamed('One') };
    const store = instead<Store>(staging.store, { series: () => staging.clock.sleep(500) });
    const soaks = staging.daemon();
    const { watch } = startWatch(staging, soaks, duty, { rules: () => held.rules, store });
    await begin(soaks, profile);
    await staging.clock.advance(20 * MINUTE_MS);
    const take = async (name: string): Promise<void> => {
      held.rules = ruleNamed(name);
      await staging.clock.runUntil(watch.takeRules(), 2_000);
    };
    return { staging, duty, watch, take };
  }

  it('hold for it all the same', async () => {
    const { staging, duty, take } = await slowlyRead();
    expect(await openNames(duty)).toEqual(['One']);
    await take('Two');
    await staging.clock.advance(200);
    await take('Three');
    await staging.clock.advance(20 * MINUTE_MS);
    expect(await openNames(duty)).toEqual(['Three']);
  });

  it('leave what somebody took on meanwhile as it is', async () => {
    const { staging, duty, watch, take } = await slowlyRead();
    const [alert] = await duty.alerts({ openOnly: true });
    await take('One');
    await staging.clock.advance(200);
    await staging.clock.runUntil(watch.acknowledge(alert?.id ?? '', { who: 'ana', text: 'on it' }), 2_000);
    await staging.clock.advance(20 * MINUTE_MS);
    expect(await duty.alerts({ openOnly: true })).toMatchObject([{ id: alert?.id, acknowledged: { who: 'ana' } }]);
  });

  it('have told the end of what ends with its rule once they are taken', async () => {
    const staging = failingTarget();
    const duty = memoryDutyStore();
    const soaks = staging.daemon();
    let now = ruleNamed('One');
    const { watch } = startWatch(staging, soaks, duty, { rules: () => now });
    await begin(soaks, profile);
    await staging.clock.advance(20 * MINUTE_MS);
    expect(await titles(duty)).toEqual(['firing One']);
    now = ruleNamed('Two');
    let toldByThen: string[] = [];
    const taking = watch.takeRules().then(async () => {
      toldByThen = await titles(duty);
    });
    await staging.clock.runUntil(taking, 5_000);
    expect(toldByThen).toContain('resolved One');
  });

  it('wait until what the old ones decided is stored, which then happens once', async () => {
    const staging = failingTarget();
    const duty = memoryDutyStore();
    let full = false;
    const failing = instead<DutyStore>(duty, { commitAlerts: () => (full ? refused() : null) });
    const soaks = staging.daemon();
    const { watch } = startWatch(staging, soaks, failing, { rules: () => ruleNamed('One') });
    await begin(soaks, profile);
    await staging.clock.advance(9 * MINUTE_MS);
    full = true;
    await staging.clock.advance(10 * MINUTE_MS);
    expect(await duty.alerts()).toEqual([]);
    await watch.takeRules();
    await staging.clock.advance(MINUTE_MS);
    full = false;
    await staging.clock.advance(10 * MINUTE_MS);
    const [alert, ...others] = await duty.alerts();
    expect(others).toEqual([]);
    expect((await duty.alertTransitions(alert?.id ?? '')).map(({ to }) => to)).toEqual(['pending', 'firing']);
    expect(await titles(duty)).toEqual(['firing One']);
  });
});

describe('what is wrong with soakd itself', () => {
  const fails = { name: 'ChannelFails', labels: { channel: 'team' }, evidence: 'answers 503' };
  /** An alert that a soakd before told of. */
  async function toldBefore() {
    const staging = new SimulatedStaging();
    const duty = memoryDutyStore();
    await idleAlertWatch(staging, duty).raise(fails);
    await staging.clock.advance(1_000);
    return { staging, duty };
  }

  it('is over also when the next soakd hears so before it watches', async () => {
    const { staging, duty } = await toldBefore();
    const next = idleAlertWatch(staging, duty);
    await next.resolve('ChannelFails', fails.labels, 'it delivers again');
    expect(await openNames(duty)).toEqual([]);
    expect(await titles(duty)).toEqual(['firing ChannelFails', 'resolved ChannelFails']);
  });

  it('is told once, also when the next soakd notices it before it watches', async () => {
    const { staging, duty } = await toldBefore();
    const { watch, stop } = startWatch(staging, idle, duty);
    await watch.raise(fails);
    await staging.clock.advance(MINUTE_MS);
    expect(await openNames(duty)).toEqual(['ChannelFails']);
    expect(await watch.raised('ChannelFails')).toEqual([{ channel: 'team' }]);
    await stop();
    expect(await titles(duty)).toEqual(['firing ChannelFails']);
  });

  it('ends with the rule that asked for it, and goes on where nobody wrote a rule', async () => {
    const staging = new SimulatedStaging();
    const duty = memoryDutyStore();
    let rules = rulesOf('alerts: [{ name: StoreTrouble, condition: "store_up == 0", severity: critical }]');
    const storeHealth = () => ({ backlogRows: 0, droppedRows: 0, problem: 'the disk is full' });
    const { watch, stop } = startWatch(staging, idle, duty, { rules: () => rules, storeHealth });
    await watch.raise(fails);
    await staging.clock.advance(MINUTE_MS);
    expect((await openNames(duty)).sort()).toEqual(['ChannelFails', 'StoreTrouble']);
    rules = ruleNamed('Other');
    await watch.takeRules();
    await staging.clock.advance(MINUTE_MS);
    expect(await openNames(duty)).toEqual(['ChannelFails']);
    await stop();
  });

  it.each(['by a reload', 'by a restart'])('is the same alert by a rule that was changed %s', async (how) => {
    const staging = new SimulatedStaging();
    const duty = memoryDutyStore();
    const written = (rest: string) =>
      rulesOf(`alerts: [{ name: DidNotStart, condition: "did_not_start == 1", ${rest} }]`);
    let rules = written('severity: warning, labels: { team: a }');
    const first = startWatch(staging, idle, duty, { rules: () => rules });
    const missed = { name: 'DidNotStart', labels: { entry: 'weekly' }, evidence: 'the target was busy' };
    await first.watch.raise(missed);
    rules = written('severity: critical, labels: { team: b, tier: one }');
    let { watch } = first;
    if (how === 'by a reload') await watch.takeRules();
    else {
      await first.stop();
      ({ watch } = startWatch(staging, idle, duty, { rules: () => rules }));
    }
    await watch.raise(missed);
    expect(await duty.alerts()).toMatchObject([
      {
        rule: { severity: 'critical' },
        labels: { alertname: 'DidNotStart', severity: 'critical', entry: 'weekly', team: 'b', tier: 'one' },
        state: 'firing',
      },
    ]);
    await watch.resolve('DidNotStart', missed.labels, 'it started');
    expect(await openNames(duty)).toEqual([]);
    expect(await titles(duty)).toEqual(['firing DidNotStart', 'resolved DidNotStart']);
  });
});

describe('a watch over a store that has trouble', () => {
  it('goes on after a message that could not be made, and tells it when it can', async () => {
    const staging = new SimulatedStaging();
    const duty = memoryDutyStore();
    const { errors, log } = logOf();
    let broken = true;
    const { watch, stop } = startWatch(staging, idle, duty, {
      log,
      messagesFor: (news, nowMs) => {
        if (broken) throw new Error('no such template');
        return plainMessages(news, nowMs);
      },
    });
    await watch.raise({ name: 'DidNotStart', labels: {}, evidence: 'refused' });
    await staging.clock.advance(MINUTE_MS);
    broken = false;
    await staging.clock.advance(MINUTE_MS);
    expect(await titles(duty)).toEqual(['firing DidNotStart']);
    expect(errors).toHaveLength(1);
    await stop();
  });

  it('stores what was taken on while the store was writing', async () => {
    const staging = new SimulatedStaging();
    const duty = memoryDutyStore();
    let slow = false;
    const store = instead<DutyStore>(duty, { commitAlerts: () => (slow ? staging.clock.sleep(500) : null) });
    const watch = idleAlertWatch(staging, store);
    await watch.raise({ name: 'DidNotStart', labels: { entry: 'daily' }, evidence: 'refused' });
    slow = true;
    const raising = watch.raise({ name: 'DidNotStart', labels: { entry: 'weekly' }, evidence: 'refused' });
    await staging.clock.advance(100);
    const [first] = await duty.alerts();
    const taken = watch.acknowledge(first?.id ?? '', { who: 'ana', text: 'on it' });
    await staging.clock.runUntil(Promise.all([raising, taken]), 5_000);
    expect((await duty.alert(first?.id ?? ''))?.acknowledged).toMatchObject({ who: 'ana' });
  });

  it('tells once that somebody is at it, and again only what is new in it', async () => {
    const staging = new SimulatedStaging();
    const duty = memoryDutyStore();
    const watch = idleAlertWatch(staging, duty);
    await watch.raise({ name: 'ChannelFails', labels: { channel: 'team' }, evidence: 'answers 503' });
    const [alert] = await duty.alerts();
    const ack = (who: string, text: string) => watch.acknowledge(alert?.id ?? '', { who, text });
    await ack('ana', 'on it');
    await staging.clock.advance(1_000);
    await ack('ana', 'on it');
    await ack('ana', '');
    expect(await titles(duty)).toEqual(['firing ChannelFails', 'acknowledged ChannelFails']);
    await staging.clock.advance(1_000);
    await ack('ana', 'a disk was full');
    expect(await titles(duty)).toHaveLength(3);
    await staging.clock.advance(1_000);
    await ack('ben', '');
    expect(await titles(duty)).toHaveLength(4);
  });

  it('notes what a fault raised when the store takes it again, once', async () => {
    const staging = failingTarget();
    const soaks = staging.daemon();
    const run = await begin(soaks, profile);
    const event = { atMs: START_MS, severity: 'info', message: 'redis is gone' } as const;
    await staging.store.addEvents(run.id, [
      { ...event, kind: 'fault_injected', data: { name: 'R-002', expects: ['One'] } },
      { ...event, kind: 'fault_ended', data: { name: 'R-002' } },
    ]);
    let full = true;
    const store = instead<Store>(staging.store, { addEvents: () => (full ? refused() : null) });
    startWatch(staging, soaks, memoryDutyStore(), { rules: () => ruleNamed('One'), store });
    await staging.clock.advance(20 * MINUTE_MS);
    expect(await staging.eventKinds(run.id)).not.toContain('fault_alerts');
    full = false;
    await staging.clock.advance(10 * MINUTE_MS);
    expect((await staging.eventKinds(run.id)).filter((kind) => kind === 'fault_alerts')).toHaveLength(1);
  });

  it('asks for the rows of a run seldom while they cannot be read, says so once, and misses nothing', async () => {
    const staging = failingTarget();
    const duty = memoryDutyStore();
    const { errors, log } = logOf();
    let asked = 0;
    let unreadable = true;
    const store = instead<Store>(staging.store, {
      series: () => {
        asked++;
        return unreadable ? refused() : null;
      },
    });
    const soaks = staging.daemon();
    startWatch(staging, soaks, duty, { rules: () => ruleNamed('One'), store, log });
    await begin(soaks, profile);
    await staging.clock.advance(20 * MINUTE_MS);
    expect(asked).toBeLessThan(60);
    expect(errors).toEqual(['a run could not be put under watch; it is tried again']);
    unreadable = false;
    await staging.clock.advance(2 * MINUTE_MS);
    expect(await openNames(duty)).toEqual(['One']);
  });

  it('ends the alerts of a run that ended while its rows could not be read', async () => {
    const staging = failingTarget();
    const duty = memoryDutyStore();
    let unreadable = false;
    const store = instead<Store>(staging.store, { series: () => (unreadable ? refused() : null) });
    const soaks = staging.daemon();
    const { watch } = startWatch(staging, soaks, duty, { rules: () => ruleNamed('One'), store });
    const run = await begin(soaks, profile);
    await staging.clock.advance(30 * MINUTE_MS);
    expect(await openNames(duty)).toEqual(['One']);
    unreadable = true;
    await watch.takeRules();
    await staging.play(soaks, run.id);
    await staging.clock.advance(MINUTE_MS);
    expect(await openNames(duty)).toEqual(['One']);
    unreadable = false;
    await staging.clock.advance(2 * MINUTE_MS);
    expect(await openNames(duty)).toEqual([]);
    expect(await titles(duty)).toEqual(['firing One', 'resolved One']);
  });

  it('ends the alerts of forgotten runs when they can be read', async () => {
    const staging = failingTarget();
    const duty = memoryDutyStore();
    const soaks = staging.daemon();
    const { stop } = startWatch(staging, soaks, duty, { rules: () => ruleNamed('One') });
    const run = await begin(soaks, profile);
    await staging.clock.advance(30 * MINUTE_MS);
    await stop();
    await staging.play(soaks, run.id);
    let unreadable = true;
    const store = instead<Store>(staging.store, { transitions: () => (unreadable ? refused() : null) });
    startWatch(staging, staging.daemon(), duty, { rules: () => ruleNamed('One'), store });
    await staging.clock.advance(MINUTE_MS);
    expect(await openNames(duty)).toEqual(['One']);
    unreadable = false;
    await staging.clock.advance(2 * MINUTE_MS);
    expect(await openNames(duty)).toEqual([]);
  });
});

describe('a run that is over', () => {
  it('is not read again, whatever is told of it afterwards', async () => {
    const staging = failingTarget();
    const duty = memoryDutyStore();
    let asked = 0;
    const store = instead<Store>(staging.store, { series: () => void asked++ });
    const soaks = staging.daemon();
    let tell: (signal: RunSignal) => void = () => undefined;
    const subscribe = (listener: (signal: RunSignal) => void) => {
      tell = listener;
      return soaks.subscribe(listener);
    };
    startWatch(staging, { live: () => soaks.live(), subscribe }, duty, { rules: () => ruleNamed('One'), store });
    const run = await begin(soaks, profile);
    await staging.play(soaks, run.id);
    await staging.clock.advance(10 * MINUTE_MS);
    expect(await titles(duty)).toEqual(['firing One', 'resolved One']);
    const before = asked;
    const late = {
      id: 1_000,
      atMs: staging.clock.now(),
      kind: 'gap',
      severity: 'info',
      message: 'late',
      data: {},
    } as const;
    tell({ type: 'event', runId: run.id, event: late });
    await staging.clock.advance(10 * MINUTE_MS);
    expect(asked).toBe(before);
    expect(await openNames(duty)).toEqual([]);
  });
});

describe('a silence that is over', () => {
  it('is not looked at again, and can be ended again all the same', async () => {
    const staging = new SimulatedStaging();
    const duty = memoryDutyStore();
    let looks = 0;
    const old: Silence = {
      ...{ id: 'old', matchers: {}, untilMs: START_MS - HOUR_MS, who: 'ana', comment: '' },
      ...{ createdMs: START_MS - 2 * HOUR_MS, endedMs: null, fromMs: START_MS - 2 * HOUR_MS },
    };
    await duty.putSilence(old);
    const counted = Object.defineProperty({ ...old }, 'untilMs', {
      get: () => {
        looks++;
        return old.untilMs;
      },
    });
    const store = new Proxy(duty, {
      get(target, name) {
        if (name === 'silences') return async () => [counted];
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    const { watch, stop } = startWatch(staging, idle, store);
    await staging.clock.advance(MINUTE_MS);
    const before = looks;
    await staging.clock.advance(10 * MINUTE_MS);
    expect(looks).toBe(before);
    expect(await watch.endSilence('old')).toMatchObject({ id: 'old', untilMs: old.untilMs });
    await stop();
  });
});
