import { describe, expect, it } from 'vitest';
import { Mortal } from '../../tests/support/mortal.ts';
import { ScheduleRig } from '../../tests/support/schedule-rig.ts';
import { SoakdError } from '../base/errors.ts';
import { isFinal } from '../model/run.ts';
import { MOST_STARTS } from './schedule-view.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const HOURLY = 'entries: { hourly: { cron: "0 8 * * *", profile: hour, on_conflict: skip } }';

/** Runs that were made, oldest first, by their entry and their time. */
const runsOf = async ({ staging }: ScheduleRig): Promise<string[]> =>
  (await staging.store.runs())
    .toReversed()
    .map(({ labels, startMs }) => `${labels.schedule} ${new Date(startMs).toISOString().slice(11, 16)}`);

const targetDown = (): never => {
  throw new SoakdError('target: connect ECONNREFUSED', { code: 'preflight_failed', hint: 'start it', httpStatus: 503 });
};

describe('the scheduler', () => {
  it('starts what is due, once, and says which entry and time it was for', async () => {
    const rig = new ScheduleRig(HOURLY, { start: '2026-11-21T07:59:00Z' });
    const { scheduler } = await rig.daemon();
    await rig.advanceTo('2026-11-21T10:00:00Z');
    expect(await rig.history()).toEqual(['08:00 hourly started']);
    const [run] = await rig.staging.store.runs();
    expect(run).toMatchObject({
      startedBy: 'schedule',
      labels: { schedule: 'hourly', schedule_due: '2026-11-21T08:00:00.000Z' },
    });
    expect((await rig.duty.scheduledStarts())[0]?.runId).toBe(run?.id);
    expect(isFinal((await rig.staging.state(run?.id ?? '')) ?? 'preparing')).toBe(true);
    expect(scheduler.view(24 * HOUR_MS).starts.map(({ dueMs }) => new Date(dueMs).toISOString())).toEqual([
      '2026-11-22T08:00:00.000Z',
    ]);
    await scheduler.stop();
    await rig.advanceTo('2026-11-22T10:00:00Z');
    expect(await rig.history()).toHaveLength(1);
  });

  it('settles what finds its target taken: skipped, delayed until it is free, absorbed with a note on the run', async () => {
    const rig = new ScheduleRig(
      `entries:
  long: { cron: "0 8 * * *", profile: hour, on_conflict: skip }
  skips: { cron: "10 8 * * *", profile: quarter, on_conflict: skip }
  absorbs: { cron: "20 8 * * *", profile: quarter, on_conflict: absorb }
  delays: { cron: "30 8 * * *", profile: quarter, on_conflict: delay }
  too-long: { cron: "40 8 * * *", profile: quarter, on_conflict: delay, delay_limit: 5m }
  ends-after: { cron: "50 8 * * *", profile: quarter, on_conflict: absorb }`,
      { start: '2026-11-21T07:59:00Z' },
    );
    await rig.daemon();
    await rig.advanceTo('2026-11-21T08:55:00Z');
    expect(await rig.history()).toEqual([
      '08:00 long started',
      '08:10 skips skipped',
      '08:20 absorbs absorbed',
      '08:30 delays delayed',
      '08:40 too-long skipped',
      '08:50 ends-after delayed',
    ]);
    const [run] = await rig.staging.store.runs();
    expect((await rig.staging.store.actions(run?.id ?? '')).map(({ who, text }) => [who, text])).toEqual([
      [
        'schedule',
        "the schedule's absorbs (profile quarter, due 2026-11-21T08:20Z) is absorbed from 2026-11-21T08:20Z to 2026-11-21T08:35Z: neither load nor fault of its own",
      ],
    ]);
    await rig.advanceTo('2026-11-21T10:00:00Z');
    const ended = await rig.history();
    expect(ended).toContain('08:30 delays started');
    expect(ended).toContain('08:50 ends-after started');
    const runs = await runsOf(rig);
    expect(runs.map((text) => text.split(' ')[0])).toEqual(['long', 'delays', 'ends-after']);
    // It waited in vain, which somebody must know; who skips by choice is no news.
    expect(rig.alerts.filter(([, evidence]) => evidence !== null).map(([entry]) => entry)).toEqual(['too-long']);
  });

  it('gives a target that is free again to who has waited, not to who has just come', async () => {
    const yaml = `entries:
  comes: { cron: "1 9 * * *", profile: quarter, on_conflict: delay }
  waits: { cron: "30 8 * * *", profile: quarter, on_conflict: delay }
  long: { cron: "59 7 * * *", profile: hour, on_conflict: skip }`;
    const rig = new ScheduleRig(yaml, { start: '2026-11-21T07:58:30Z' });
    const { soaks } = await rig.daemon();
    await rig.advanceTo('2026-11-21T08:30:30Z');
    const [long = ''] = soaks.live();
    await soaks.act(long, { kind: 'extend', byMs: MINUTE_MS + 55_000, who: 'ana' });
    await rig.advanceTo('2026-11-21T10:00:00Z');
    expect((await runsOf(rig)).map((text) => text.split(' ')[0])).toEqual(['long', 'waits', 'comes']);
  });

  it('starts once whenever its daemon dies, however often', async () => {
    const outcomes = new Set<string>();
    let steps = 0;
    for (let step = 1; step <= 24; step++) {
      for (const when of ['before', 'after'] as const) {
        const rig = new ScheduleRig(HOURLY, { start: '2026-11-21T07:59:00Z' });
        // What nobody has looked after before is not missed: somebody did.
        const before = new Mortal();
        await rig.daemon(before);
        before.die();
        const mortal = new Mortal(step, when);
        void rig.daemon(mortal);
        await rig.advanceTo('2026-11-21T08:03:00Z');
        steps = Math.max(steps, mortal.steps);
        mortal.die();
        await rig.daemon();
        await rig.advanceTo('2026-11-21T10:00:00Z');
        expect(await runsOf(rig), `${when} step ${step}`).toHaveLength(1);
        expect(await rig.history(), `${when} step ${step}`).toEqual(['08:00 hourly started']);
        const [row] = await rig.duty.scheduledStarts();
        outcomes.add(row?.reason.replace(/run \S+/, 'run') ?? '');
      }
    }
    // The deaths reach beyond the last step of a start.
    expect(steps).toBeGreaterThan(6);
    expect(steps).toBeLessThan(24);
    expect(outcomes.size).toBeGreaterThan(1);
  });

  it('notes an absorbed start once, whenever its daemon dies', async () => {
    const yaml = `entries:
  long: { cron: "0 8 * * *", profile: hour, on_conflict: skip }
  absorbs: { cron: "20 8 * * *", profile: quarter, on_conflict: absorb }`;
    for (let step = 1; step <= 8; step++) {
      for (const when of ['before', 'after'] as const) {
        const rig = new ScheduleRig(yaml, { start: '2026-11-21T07:59:00Z' });
        const first = new Mortal();
        await rig.daemon(first);
        await rig.advanceTo('2026-11-21T08:19:00Z');
        first.die();
        const second = new Mortal(step, when);
        void rig.daemon(second);
        await rig.advanceTo('2026-11-21T08:22:00Z');
        second.die();
        await rig.daemon();
        await rig.advanceTo('2026-11-21T08:30:00Z');
        const [run] = await rig.staging.store.runs();
        const notes = (await rig.staging.store.actions(run?.id ?? '')).filter(({ kind }) => kind === 'annotate');
        expect(notes, `${when} step ${step}`).toHaveLength(1);
        expect(await rig.history()).toEqual(['08:00 long started', '08:20 absorbs absorbed']);
      }
    }
  });

  it('starts late within the limit after it was away, notes what it missed, and alerts until the next start', async () => {
    const rig = new ScheduleRig(HOURLY, { start: '2026-11-20T09:00:00Z' });
    const first = new Mortal();
    await rig.daemon(first);
    first.die();
    await rig.advanceTo('2026-11-22T08:40:00Z');
    await rig.daemon();
    await rig.advanceTo('2026-11-22T10:00:00Z');
    expect(await rig.history()).toEqual(['08:00 hourly missed', '08:00 hourly started']);
    expect(await runsOf(rig)).toEqual(['hourly 08:40']);
    expect(rig.alerts.map(([, evidence]) => evidence)).toEqual([expect.stringContaining('is missed'), null]);
  });

  it('misses what is later than its limit, and says how late', async () => {
    const rig = new ScheduleRig(HOURLY, { start: '2026-11-21T07:00:00Z' });
    const first = new Mortal();
    await rig.daemon(first);
    first.die();
    await rig.advanceTo('2026-11-21T09:30:00Z');
    await rig.daemon();
    await rig.advanceTo('2026-11-21T12:00:00Z');
    expect(await rig.history()).toEqual(['08:00 hourly missed']);
    expect(rig.alerts).toEqual([['hourly', expect.stringContaining('1h30m late, and 1h is its limit')]]);
    expect(await runsOf(rig)).toEqual([]);
  });

  it('makes up for nothing when an entry is new or its rule is another one', async () => {
    const rig = new ScheduleRig(HOURLY, { start: '2026-11-21T07:00:00Z' });
    const { scheduler } = await rig.daemon();
    await rig.advanceTo('2026-11-21T07:50:00Z');
    await scheduler.use(rig.calendar(HOURLY.replace('0 8 *', '45 7 *')));
    await rig.advanceTo('2026-11-21T08:30:00Z');
    expect(await rig.history()).toEqual([]);
    await rig.advanceTo('2026-11-22T08:30:00Z');
    expect(await rig.history()).toEqual(['07:45 hourly started']);
  });

  it('tries again while the target is down, and starts when it is back', async () => {
    const rig = new ScheduleRig(HOURLY, { start: '2026-11-21T07:59:00Z' });
    rig.refusal = targetDown;
    const { scheduler } = await rig.daemon();
    await rig.advanceTo('2026-11-21T08:20:00Z');
    expect(scheduler.view(HOUR_MS).open).toMatchObject([{ entry: 'hourly', outcome: 'starting' }]);
    rig.refusal = () => undefined;
    await rig.advanceTo('2026-11-21T10:00:00Z');
    expect(await rig.history()).toEqual(['08:00 hourly started']);
    expect(rig.alerts).toEqual([['hourly', null]]);
  });

  it('holds no target for a start that waits for its next try: another has its turn', async () => {
    const yaml = `entries:
  late: { cron: "0 8 * * *", profile: hour, on_conflict: skip }
  reset: { cron: "20 8 * * *", request: { method: POST, path: /admin/reset }, on_conflict: skip }`;
    const rig = new ScheduleRig(yaml, { start: '2026-11-21T07:59:00Z' });
    rig.refusal = targetDown;
    await rig.daemon();
    await rig.advanceTo('2026-11-21T08:21:00Z');
    expect(await rig.history()).toEqual(['08:00 late starting', '08:20 reset started']);
  });

  it('does what its forecast said of an entry that is due more often than its runs have room', async () => {
    const yaml = 'entries: { busy: { cron: "*/2 8 * * *", profile: short, on_conflict: skip, late_limit: 2m } }';
    const rig = new ScheduleRig(yaml, { start: '2026-11-21T07:59:59Z' });
    const { scheduler } = await rig.daemon();
    const forecast = scheduler.view(14 * MINUTE_MS).starts.map(({ outcome }) => outcome);
    await rig.advanceTo('2026-11-21T08:30:00Z');
    const came = (await rig.history()).slice(0, 7).map((text) => text.split(' ')[2]);
    const words: Record<string, string> = { start: 'started', skip: 'skipped' };
    expect(came).toEqual(forecast.map((outcome) => words[outcome]));
    expect(came.filter((outcome) => outcome === 'skipped')).toHaveLength(2);
  });

  it('looks ahead at so many starts as it can tell at once, and says that there are more', async () => {
    const yaml = 'entries: { busy: { cron: "* * * * *", profile: short, on_conflict: skip } }';
    const { scheduler } = await new ScheduleRig(yaml, { start: '2026-11-21T07:59:00Z' }).daemon();
    expect(scheduler.view(366 * 24 * HOUR_MS)).toMatchObject({ truncated: true, starts: { length: MOST_STARTS } });
    expect(scheduler.view(HOUR_MS)).toMatchObject({ truncated: false, starts: { length: 60 } });
  });

  it('gives up after the limit and alerts, also when it was started anew meanwhile', async () => {
    const rig = new ScheduleRig(HOURLY, { start: '2026-11-21T07:59:00Z' });
    rig.refusal = targetDown;
    const first = new Mortal();
    await rig.daemon(first);
    await rig.advanceTo('2026-11-21T08:20:00Z');
    first.die();
    await rig.daemon();
    await rig.advanceTo('2026-11-21T10:00:00Z');
    expect(await rig.history()).toEqual(['08:00 hourly refused']);
    expect(rig.alerts).toEqual([['hourly', expect.stringContaining('connect ECONNREFUSED')]]);
  });

  it('does not try again what is refused for good', async () => {
    const rig = new ScheduleRig(HOURLY, { start: '2026-11-21T07:59:00Z' });
    let tries = 0;
    rig.refusal = () => {
      tries++;
      throw new SoakdError('outside the fence', { code: 'outside_fence', hint: 'widen it', httpStatus: 403 });
    };
    await rig.daemon();
    await rig.advanceTo('2026-11-21T10:00:00Z');
    expect(await rig.history()).toEqual(['08:00 hourly refused']);
    expect(tries).toBe(1);
  });

  it('starts nothing while it is paused, remembers that over a restart, and makes up for nothing', async () => {
    const rig = new ScheduleRig(`${HOURLY.slice(0, -1)}, other: { cron: "0 10 * * *", profile: quarter } }`, {
      start: '2026-11-21T07:00:00Z',
    });
    const first = new Mortal();
    const { scheduler } = await rig.daemon(first);
    await scheduler.pause('hourly', 'ana');
    first.die();
    const { scheduler: second } = await rig.daemon();
    await rig.advanceTo('2026-11-21T11:00:00Z');
    expect(await rig.history()).toEqual(['08:00 hourly paused', '10:00 other started']);
    expect((await rig.duty.scheduledStarts({ entry: 'hourly' }))[0]?.reason).toBe('this entry is paused');
    await second.pause(null, 'ana');
    await expect(second.resume('hourly', 'ana')).rejects.toMatchObject({ code: 'schedule_paused' });
    await second.resume(null, 'ana');
    await rig.advanceTo('2026-11-22T09:30:00Z');
    expect(await rig.history('hourly')).toEqual(['08:00 hourly paused', '08:00 hourly started']);
    await expect(second.pause('hourli', 'ana')).rejects.toMatchObject({ hint: 'did you mean hourly?' });
  });

  it('starts nothing in a blackout', async () => {
    const blackout = 'blackouts: [{ daily: 07:30-08:30, weekdays: [sat], reason: sale }]';
    const rig = new ScheduleRig(`${HOURLY}\n${blackout}`, { start: '2026-11-21T07:00:00Z' });
    await rig.daemon();
    await rig.advanceTo('2026-11-22T09:30:00Z');
    expect(await rig.history()).toEqual(['08:00 hourly blackout', '08:00 hourly started']);
  });

  it('that comes back inside a blackout makes up after it for what was due before, or alerts', async () => {
    for (const [until, became] of [
      ['08:30', 'started'],
      ['12:00', 'missed'],
    ]) {
      const yaml = `entries: { hourly: { cron: "50 7 * * *", profile: hour, on_conflict: skip } }
blackouts: [{ daily: 08:00-${until}, reason: backup }]`;
      const rig = new ScheduleRig(yaml, { start: '2026-11-21T07:40:00Z' });
      const first = new Mortal();
      await rig.daemon(first);
      first.die();
      await rig.advanceTo('2026-11-21T08:05:00Z');
      await rig.daemon();
      await rig.advanceTo('2026-11-21T14:00:00Z');
      expect(await rig.history()).toEqual([`07:50 hourly ${became}`]);
      expect(await runsOf(rig)).toEqual(became === 'started' ? ['hourly 08:30'] : []);
      const evidence = became === 'started' ? null : expect.stringContaining('blackout: backup');
      expect(rig.alerts).toEqual([['hourly', evidence]]);
    }
  });

  it('keeps through a pause what waited before it, and starts it afterwards', async () => {
    const yaml = `entries:
  long: { cron: "0 8 * * *", profile: hour, on_conflict: skip }
  waits: { cron: "10 8 * * *", profile: quarter, on_conflict: delay }`;
    const rig = new ScheduleRig(yaml, { start: '2026-11-21T07:59:00Z' });
    const { scheduler } = await rig.daemon();
    await rig.advanceTo('2026-11-21T08:20:00Z');
    await scheduler.pause(null, 'ana');
    await rig.advanceTo('2026-11-21T10:00:00Z');
    expect(await rig.history()).toEqual(['08:00 long started', '08:10 waits delayed']);
    await scheduler.resume(null, 'ana');
    await rig.advanceTo('2026-11-21T12:00:00Z');
    expect(await rig.history()).toEqual(['08:00 long started', '08:10 waits started']);
    expect(await runsOf(rig)).toEqual(['long 08:00', 'waits 10:00']);
  });

  it('starts an entry when somebody asks for it, whatever its pauses, and is refused like anybody', async () => {
    const rig = new ScheduleRig(HOURLY, { start: '2026-11-21T12:00:00Z' });
    const { scheduler } = await rig.daemon();
    await scheduler.pause(null, 'ana');
    const start = await scheduler.startNow('hourly', 'ana');
    expect(start).toMatchObject({ entry: 'hourly', outcome: 'started' });
    expect((await rig.staging.store.run(start.runId ?? ''))?.startedBy).toBe('ana');
    await rig.clock.advance(MINUTE_MS);
    await expect(scheduler.startNow('hourly', 'bob')).rejects.toMatchObject({ code: 'target_busy' });
    await expect(scheduler.startNow('daily', 'bob')).rejects.toMatchObject({ code: 'entry_unknown' });
    expect(await rig.history()).toEqual(['12:00 hourly started', '12:01 hourly refused']);
    expect(await runsOf(rig)).toHaveLength(1);
  });

  it('that stops while somebody waits for a request leaves it to the next one', async () => {
    const yaml = 'entries: { reset: { cron: "0 8 * * *", request: { path: /reset, within: 5m }, on_conflict: skip } }';
    const rig = new ScheduleRig(yaml, { start: '2026-11-21T12:00:00Z' });
    rig.answer = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const { scheduler } = await rig.daemon();
    const asked = scheduler.startNow('reset', 'ana').then(
      () => 'started',
      () => 'given up',
    );
    await rig.clock.advance(1000);
    await rig.clock.runUntil(scheduler.stop(), 1000);
    expect(await asked).toBe('given up');
    expect(await rig.history()).toEqual(['12:00 reset starting']);
    rig.answer = () => 200;
    await rig.daemon();
    await rig.clock.advance(MINUTE_MS);
    expect(await rig.history()).toEqual(['12:00 reset started']);
    expect(rig.requests).toHaveLength(2);
  });

  it('stops within seconds, also while a start hangs', async () => {
    const yaml = 'entries: { reset: { cron: "0 8 * * *", request: { path: /reset, within: 5m }, on_conflict: skip } }';
    const rig = new ScheduleRig(yaml, { start: '2026-11-21T07:59:00Z' });
    rig.answer = () => new Promise(() => undefined);
    const { scheduler } = await rig.daemon();
    await rig.advanceTo('2026-11-21T08:00:01Z');
    let stopped = false;
    void scheduler.stop().then(() => {
      stopped = true;
    });
    await rig.clock.advance(4_000);
    expect(stopped).toBe(false);
    await rig.clock.advance(2_000);
    expect(stopped).toBe(true);
    expect(await rig.history()).toEqual(['08:00 reset starting']);
  });

  it('knows what it made though that could not be written down for longer than its limit', async () => {
    const rig = new ScheduleRig(HOURLY, { start: '2026-11-21T07:59:00Z' });
    const resettle = rig.duty.resettleStart;
    rig.duty.resettleStart = () => Promise.reject(new Error('database is locked'));
    const { scheduler } = await rig.daemon();
    await rig.advanceTo('2026-11-21T09:59:00Z');
    expect(await rig.history()).toEqual(['08:00 hourly starting']);
    await expect(scheduler.startNow('hourly', 'ana')).rejects.toThrow('database is locked');
    await rig.advanceTo('2026-11-21T12:00:00Z');
    rig.duty.resettleStart = resettle;
    await rig.advanceTo('2026-11-21T12:10:00Z');
    expect(await rig.history()).toEqual(['08:00 hourly started', '09:59 hourly started']);
    expect(await runsOf(rig)).toEqual(['hourly 08:00', 'hourly 09:59']);
    expect(rig.alerts.filter(([, evidence]) => evidence !== null)).toEqual([]);
  });

  it('sends no request twice because the first could not be written down', async () => {
    const yaml = 'entries: { reset: { cron: "0 8 * * *", request: { path: /reset, within: 5m }, on_conflict: skip } }';
    const rig = new ScheduleRig(yaml, { start: '2026-11-21T07:59:00Z' });
    const resettle = rig.duty.resettleStart;
    rig.duty.resettleStart = () => Promise.reject(new Error('database is locked'));
    await rig.daemon();
    await rig.advanceTo('2026-11-21T08:03:00Z');
    rig.duty.resettleStart = resettle;
    await rig.advanceTo('2026-11-21T08:20:00Z');
    expect(await rig.history()).toEqual(['08:00 reset started']);
    expect(rig.requests).toHaveLength(1);
  });

  it('sends a request to the target until it succeeds, for as long as it may take', async () => {
    const yaml = `entries:
  reset: { cron: "0 8 * * *", request: { method: POST, path: /admin/reset, within: 5m }, on_conflict: skip }
  fails: { cron: "0 9 * * *", request: { path: /health, within: 2m }, on_conflict: skip }`;
    const rig = new ScheduleRig(yaml, { start: '2026-11-21T07:59:00Z' });
    rig.answer = (url) => (url.endsWith('/admin/reset') && rig.requests.length > 2 ? 204 : 503);
    await rig.daemon();
    await rig.advanceTo('2026-11-21T10:00:00Z');
    expect(await rig.history()).toEqual(['08:00 reset started', '09:00 fails refused']);
    expect(rig.requests[0]).toBe('POST http://staging.example:8080/admin/reset');
    const [fails, reset] = await rig.duty.scheduledStarts();
    expect(reset?.reason).toContain('answers 204');
    expect(fails?.reason).toMatch(/answers 503 \(tried \d+ times\)/);
    expect(await runsOf(rig)).toEqual([]);
  });

  it('starts nothing twice when the clock is set back, and what is due when it is set forward', async () => {
    const rig = new ScheduleRig(HOURLY, { start: '2026-11-21T07:59:00Z' });
    await rig.daemon();
    await rig.advanceTo('2026-11-21T09:30:00Z');
    rig.clock.step(-2 * HOUR_MS);
    await rig.clock.advance(3 * HOUR_MS);
    expect(await rig.history()).toEqual(['08:00 hourly started']);
    expect(rig.said).toContain('the clock was set back; what was started is not started again');
    // A machine that slept over the time.
    rig.staging.suspend(Date.parse('2026-11-22T08:20:00Z') - rig.clock.now());
    await rig.clock.advance(2 * MINUTE_MS);
    expect(await rig.history()).toEqual(['08:00 hourly started', '08:00 hourly started']);
    expect((await runsOf(rig)).at(-1)).toMatch(/^hourly 08:2/);
  });

  it('looks at a clock that is ahead, for a rehearsal: the run starts now, and the real start is still to come', async () => {
    const offsetMs = 5 * 24 * HOUR_MS + 3 * HOUR_MS;
    const rig = new ScheduleRig(HOURLY, { start: '2026-11-21T04:59:00Z', offsetMs });
    const { scheduler, soaks } = await rig.daemon();
    await rig.advanceTo('2026-11-21T05:30:00Z');
    expect(await runsOf(rig)).toEqual(['hourly 05:00']);
    expect(soaks.live()).toHaveLength(1);
    expect(scheduler.view(HOUR_MS).clockOffsetMs).toBe(offsetMs);
    await scheduler.stop();
    // The rehearsal is over.
    rig.offsetMs = 0;
    await rig.daemon();
    await rig.advanceTo('2026-11-21T09:30:00Z');
    expect(await rig.history()).toEqual(['05:00 hourly started', '08:00 hourly started']);
    expect(await runsOf(rig)).toEqual(['hourly 05:00', 'hourly 08:00']);
  });

  it('goes on when its rows cannot be written for a while, and loses no start', async () => {
    const rig = new ScheduleRig(HOURLY, { start: '2026-11-21T07:59:00Z' });
    const settle = rig.duty.settleStart;
    rig.duty.settleStart = () => Promise.reject(new Error('database is locked'));
    await rig.daemon();
    await rig.advanceTo('2026-11-21T08:10:00Z');
    expect(rig.said).toEqual(['the schedule could not be kept; it is tried again']);
    rig.duty.settleStart = settle;
    await rig.advanceTo('2026-11-21T10:00:00Z');
    expect(await rig.history()).toEqual(['08:00 hourly started']);
  });
});
