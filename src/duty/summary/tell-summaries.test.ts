import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryDutyStore } from '../../../tests/support/duty-store.ts';
import { MemoryStore } from '../../../tests/support/memory-store.ts';
import { HOUR_MS, runRows, START_MS } from '../../../tests/support/run-rows.ts';
import { seededRandom } from '../../base/random.ts';
import { SimulatedClock } from '../../base/simulated-clock.ts';
import { MINUTE_MS } from '../../base/zone.ts';
import type { Run, RunState } from '../../model/run.ts';
import type { Verdict } from '../../model/verdict.ts';
import { notifySchema, resolveNotify } from '../../notify/config.ts';
import type { RunSignal } from '../../soak/control.ts';
import { judge } from '../../verdict/judge.ts';
import { type SummaryPorts, tellSummaries } from './tell-summaries.ts';

const rows = runRows({ hours: 2, series: {} });
const VERDICT = judge(rows);
const NOTIFY = resolveNotify(
  notifySchema.parse({
    public_url: 'https://soakd.example',
    channels: {
      team: { kind: 'webhook', url: 'https://hooks.example/team' },
      ci: { kind: 'commit_status', style: 'github', url: 'https://git.example/{sha}', token: 'env:CI_TOKEN' },
    },
  }),
);

/** A store with runs, somebody who listens to their ends, and what he puts into the outbox. */
class Rig {
  readonly clock = new SimulatedClock(START_MS + 2 * HOUR_MS);
  readonly store = new MemoryStore();
  readonly duty = memoryDutyStore();
  readonly listeners = new Set<(signal: RunSignal) => void>();
  readonly warned: string[] = [];
  readonly errors: string[] = [];

  /** A daemon that tells; returns how to end it. */
  async start(changes: Partial<SummaryPorts> = {}): Promise<() => Promise<void>> {
    const leave = new AbortController();
    const { store, duty, clock } = this;
    const done = tellSummaries(
      {
        ...{ store, duty, clock, random: seededRandom(1), notify: () => NOTIFY },
        log: {
          info: () => undefined,
          warn: (_, message) => void this.warned.push(message),
          error: (_, message) => void this.errors.push(message),
        },
        control: {
          subscribe: (listener) => {
            this.listeners.add(listener);
            return () => this.listeners.delete(listener);
          },
        },
        summary: async (runId) => `the summary of ${runId}`,
        ...changes,
      },
      leave.signal,
    );
    onTestFinished(() => leave.abort());
    await clock.advance(1);
    return async () => {
      leave.abort();
      await clock.runUntil(done, 1000);
    };
  }

  async begin(id: string, changes: Partial<Run> = {}): Promise<void> {
    const run = { ...rows.run, labels: { commit: 'abcdef0123' }, createdMs: this.clock.now(), ...changes, id };
    await this.store.createRun(run, { atMs: this.clock.now(), from: null, to: 'preparing', reason: '' });
  }

  async end(id: string, state: RunState = 'passed', verdict: Verdict = VERDICT): Promise<void> {
    await this.store.putVerdict(id, verdict);
    const atMs = this.clock.now();
    await this.store.addTransition(id, { atMs, from: 'finishing', to: state, reason: verdict.headline });
    for (const listener of this.listeners) listener({ type: 'state', runId: id, state, reason: '', atMs });
    await this.clock.advance(1);
  }

  async told(): Promise<string[]> {
    return (await this.duty.notifications()).map(({ channel, body }) => `${channel} ${body.runId}`).toSorted();
  }
}

describe('the word at the end of a run', () => {
  it('goes to every channel as soon as the run is over, with the outcome for programs', async () => {
    const rig = new Rig();
    await rig.start();
    await rig.begin('r1');
    await rig.clock.advance(HOUR_MS);
    expect(await rig.told()).toEqual([]);
    await rig.end('r1');
    expect(await rig.told()).toEqual(['ci r1', 'team r1']);
    const [one] = await rig.duty.notifications();
    expect(one?.key).toMatch(/ summary r1$/);
    expect(one?.body).toMatchObject({
      ...{
        kind: 'summary',
        runId: 'r1',
        title: `a soak by hand: ${VERDICT.headline}`,
        link: 'https://soakd.example/#/runs/r1',
      },
      text: expect.stringMatching(/^the summary of r1\n/),
      result: { outcome: VERDICT.outcome, commit: 'abcdef0123', rehearsal: false, profile: 'a soak by hand' },
    });
  });

  it('of a run that ended while soakd was away is told when it is back', async () => {
    const rig = new Rig();
    const stop = await rig.start();
    await rig.begin('r1');
    await stop();
    await rig.clock.advance(HOUR_MS);
    await rig.end('r1');
    expect(await rig.told()).toEqual([]);
    await rig.start();
    expect(await rig.told()).toEqual(['ci r1', 'team r1']);
  });

  it('is told once, though soakd dies when the word is in the outbox and nothing notes that', async () => {
    const rig = new Rig();
    const { duty } = rig;
    const stop = await rig.start({
      duty: {
        note: (key) => duty.note(key),
        enqueue: (messages) => duty.enqueue(messages),
        putNote: async (key, value) => {
          if ((await duty.outboxSizes()).team !== undefined) throw new Error('killed');
          await duty.putNote(key, value);
        },
      },
    });
    await rig.begin('r1');
    await rig.end('r1');
    await stop();
    expect(await rig.told()).toEqual(['ci r1', 'team r1']);
    for (const { id } of await duty.notifications()) {
      const now = rig.clock.now();
      await duty.putNotification({ id, attempts: 1, dueMs: now, deliveredMs: now, failedMs: null, lastError: null });
    }
    await rig.start();
    await rig.clock.advance(HOUR_MS);
    expect(await rig.told()).toEqual(['ci r1', 'team r1']);
    expect(await duty.outboxSizes()).toEqual({});
  });

  it('is tried again when it cannot be written, and warned of once', async () => {
    const rig = new Rig();
    let broken = true;
    await rig.start({
      summary: async (runId) => {
        if (broken) throw new Error('no memory');
        return runId;
      },
    });
    await rig.begin('r1');
    await rig.end('r1');
    await rig.clock.advance(30_000);
    expect(await rig.told()).toEqual([]);
    expect(rig.warned).toHaveLength(1);
    broken = false;
    await rig.clock.advance(120_000);
    expect(await rig.told()).toEqual(['ci r1', 'team r1']);
  });

  it('of one run that cannot be written keeps no other back, and is told without its screen in the end', async () => {
    const rig = new Rig();
    await rig.start({
      summary: async (runId) => {
        if (runId === 'bad') throw new Error('a row is not legible');
        return runId;
      },
    });
    await rig.begin('bad');
    await rig.end('bad');
    await rig.clock.advance(MINUTE_MS);
    await rig.begin('good');
    await rig.end('good');
    expect(await rig.told()).toEqual(['ci good', 'team good']);
    await rig.clock.advance(20 * MINUTE_MS);
    expect(await rig.told()).toEqual(['ci bad', 'ci good', 'team bad', 'team good']);
    const bad = (await rig.duty.notifications()).find(({ body }) => body.runId === 'bad');
    expect(bad?.body.text).toContain('Its summary cannot be made: a row is not legible');
    expect(bad?.body).toMatchObject({ result: { outcome: VERDICT.outcome } });
    expect(rig.errors).toEqual(['the summary of a run cannot be made']);
  });

  it('is not told of runs that were over before there was anybody to tell', async () => {
    const rig = new Rig();
    await rig.begin('old');
    await rig.end('old');
    await rig.clock.advance(HOUR_MS);
    await rig.start();
    await rig.begin('new');
    await rig.end('new');
    expect(await rig.told()).toEqual(['ci new', 'team new']);
  });

  it('of a rehearsal frightens nobody, of a failed run it is critical', async () => {
    const rig = new Rig();
    await rig.start();
    const failed: Verdict = { ...VERDICT, outcome: 'failed', headline: 'failed: it leaks' };
    await rig.begin('rehearsed', { rehearsal: true });
    await rig.end('rehearsed', 'rehearsed', failed);
    await rig.begin('real');
    await rig.end('real', 'failed', failed);
    const severities = (await rig.duty.notifications()).map(({ body }) => `${body.runId} ${body.severity}`);
    expect(new Set(severities)).toEqual(new Set(['rehearsed info', 'real critical']));
  });
});
