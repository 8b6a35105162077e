import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import { k6Environment } from '../src/load/workload-environment.ts';
import { requestsBetween } from '../src/plan/rate.ts';
import { openSqliteStore } from '../src/store/sqlite/open.ts';
import type { Store } from '../src/store/store.ts';
import { judge } from '../src/verdict/judge.ts';
import { loadRunRows } from '../src/verdict/load-rows.ts';
import { MemoryStore } from './support/memory-store.ts';
import { Mortal } from './support/mortal.ts';
import { begin, HOUR_MS, SimulatedStaging, START_MS, type StagingScript } from './support/simulated-staging.ts';

const seed = readFileSync(new URL('../loadprofiles/soak-72h.yaml', import.meta.url), 'utf8');
/** The seed's soak with the scripted sources of the staging system. */
const soak72h = seed.replace(
  '  monitoring:\n',
  '  monitoring:\n    samplers:\n      - kind: scripted\n        name: agent\n',
);
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;

/** A short soak for what does not need three days: six hours at a steady rate. */
const soak6h = `
soak_test:
  name: "six hours"
  duration: 6h
  traffic_pattern:
    base_rate: 60
    warmup: 30m
  success_criteria:
    memory_leak: off
    response_time_degradation: off
`;

const sampled8h = `${soak6h.replace('6h', '8h').replace('    memory_leak: off\n', '    memory_leak: "< 50% growth per 24h"\n')}  monitoring:
    samplers:
      - { kind: scripted, name: agent }
`;

/** Resident memory of 500 MB with the saw of a collector, growing by `percentPer24h`. */
const memory = (percentPer24h: number): NonNullable<StagingScript['series']> => ({
  rss_bytes: {
    unit: 'bytes',
    leakCandidate: true,
    memory: true,
    at: (atMs) => {
      const grown = 1 + (percentPer24h / 100) * ((atMs - START_MS) / DAY_MS);
      const saw = ((atMs / MINUTE_MS) % 17) / 17;
      return 500e6 * grown + 12e6 * saw;
    },
  },
});

async function soak(profile: string, script: StagingScript, during?: (staging: SimulatedStaging) => void) {
  const staging = new SimulatedStaging(script);
  const soaks = staging.daemon();
  const run = await staging.clock.runUntil(begin(soaks, profile), MINUTE_MS);
  during?.(staging);
  await staging.play(soaks, run.id);
  return { staging, run, verdict: await staging.verdict(run.id), state: await staging.state(run.id) };
}

const statusOf = (verdict: { criteria: { id: string; status: string }[] }, id: string): string | undefined =>
  verdict.criteria.find((criterion) => criterion.id === id)?.status;

describe('a soak of 72 hours', () => {
  it('passes for a healthy target, having offered what the plan says', async () => {
    const { staging, run, verdict, state } = await soak(soak72h, { series: memory(0) });
    expect(verdict.headline).toMatch(/^passed/);
    expect(state).toBe('passed');
    const rows = await loadRunRows(staging.store, run.id);
    const planned = requestsBetween(rows.plan, rows.plan.startMs, rows.plan.endMs);
    const served = rows.windows.flatMap(({ requests }) => requests).reduce((sum, { count }) => sum + count, 0);
    expect(served / planned).toBeCloseTo(1, 2);
    expect(rows.transitions.map(({ to }) => to)).toEqual(['preparing', 'warming_up', 'running', 'finishing', 'passed']);
    expect(staging.generators.alive()).toEqual([]);
    expect(staging.reports.map(({ runId }) => runId)).toEqual([run.id]);
    expect(judge(rows)).toEqual(verdict);
  });

  it('fails for a leak, and names the series and its rate', async () => {
    const { verdict, state } = await soak(soak72h, { series: memory(11) });
    expect(state).toBe('failed');
    const leak = verdict.criteria.find(({ id }) => id === 'memory_leak');
    expect(leak).toMatchObject({ status: 'fail', worst: 'agent.rss_bytes' });
    expect(leak?.actual).toBeGreaterThan(10);
    expect(leak?.actual).toBeLessThan(12);
    expect(verdict.headline).toContain('agent.rss_bytes');
  });

  it('fails for a target that hangs, though no request is answered with an error', async () => {
    const hangs = [{ fromMs: START_MS + 30 * HOUR_MS, untilMs: START_MS + 33 * HOUR_MS }];
    // Few users: once they all hang, arrivals starve and nothing at all is recorded.
    const fewUsers = soak72h.replace('  user_simulation:\n', '  user_simulation:\n    max_users: 5\n');
    const { verdict, state } = await soak(fewUsers, { series: memory(0), load: { hangs } });
    expect(state).toBe('failed');
    expect(statusOf(verdict, 'availability')).toBe('fail');
    expect(verdict.iterations.starved).toBeGreaterThan(0);
    expect(verdict.outages).toHaveLength(1);
  });

  it('does not fail for a generator that stalls: what was not offered counts for nobody', async () => {
    const stalls = [{ fromMs: START_MS + 30 * HOUR_MS, untilMs: START_MS + 31 * HOUR_MS }];
    const { staging, run, verdict, state } = await soak(soak72h, { series: memory(0), load: { stalls } });
    expect(state).toBe('passed');
    const windows = await staging.store.windows(run.id);
    expect(windows.reduce((sum, { iterations }) => sum + iterations.late, 0)).toBeGreaterThan(0);
    expect(verdict.time.notOfferedMs / HOUR_MS).toBeCloseTo(1, 1);
    expect(await staging.eventKinds(run.id)).toEqual(
      expect.arrayContaining(['gap', 'generator_behind', 'generator_on_time']),
    );
  });

  it('survives two crashes of k6: the rest of the plan runs, the gaps are marked', async () => {
    const crashes = [10, 40].map((hour) => ({ atMs: START_MS + hour * HOUR_MS, exitCode: 109, signal: null }));
    const { staging, run, verdict, state } = await soak(soak72h, { series: memory(0), load: { crashes } });
    expect(state).toBe('passed');
    const processes = await staging.store.loadProcesses(run.id);
    expect(processes.map(({ exitReason }) => exitReason)).toEqual(['panic', 'panic', 'finished']);
    expect((await staging.eventKinds(run.id)).filter((kind) => kind === 'k6_exited')).toHaveLength(2);
    expect(verdict.time.notOfferedMs).toBeGreaterThan(0);
    expect(verdict.time.notOfferedMs).toBeLessThan(MINUTE_MS);
    expect(staging.generators.alive()).toEqual([]);
  });
});

describe('a soak that may stop early', () => {
  const leakingToLimit = {
    heap_after_gc_bytes: {
      unit: 'bytes' as const,
      leakCandidate: true,
      memory: true,
      at: (atMs: number) => 2e8 * (1 + 0.4 * ((atMs - START_MS) / DAY_MS)),
    },
    limit_bytes: { unit: 'bytes' as const, leakCandidate: false, memory: false, at: () => 4e8 },
  };
  const settings = { judgeEveryMs: HOUR_MS, watchEveryMs: MINUTE_MS };

  it('ends when a leak is certain to use up its memory before the plan ends, and says so', async () => {
    const profile = soak72h.replace('duration: 72h', 'duration: 72h\n  stop_early: certain');
    const { staging, run, verdict, state } = await soak(profile, { series: leakingToLimit, settings });
    expect(state).toBe('failed');
    const ended = verdict.reasons.find((reason) => reason.includes('stop_early'));
    expect(ended).toMatch(
      /^ended .* before its time: stop_early: agent\.heap_after_gc_bytes leaks and reaches its limit before the plan ends/,
    );
    expect((await staging.eventKinds(run.id)).includes('trend_changed')).toBe(true);
    expect(judge(await loadRunRows(staging.store, run.id))).toEqual(verdict);
    expect(staging.generators.alive()).toEqual([]);
  });

  it('goes on to the end of its plan when the profile does not say so', async () => {
    const { verdict, state } = await soak(soak72h, { series: leakingToLimit, settings });
    expect(state).toBe('failed');
    expect(verdict.reasons.some((reason) => reason.includes('before its time'))).toBe(false);
  });
});

describe('a soak on the real store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'soakd-simulated-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has the rows and the verdict of one in memory, and a replay from the file says the same', async () => {
    const file = join(folder, 'soakd.db');
    const store = await openSqliteStore({ file, clock: systemClock });
    const profile = soak72h.replace('duration: 72h', 'duration: 26h');
    const onDisk = await soak(profile, { series: memory(11), store });
    const inMemory = await soak(profile, { series: memory(11) });
    expect(onDisk.verdict.headline).toBe(inMemory.verdict.headline);
    const [rows, expected] = await Promise.all(
      [onDisk, inMemory].map(({ staging, run }) => loadRunRows(staging.store, run.id)),
    );
    expect(rows?.windows).toEqual(expected?.windows);
    expect(rows?.samples.length).toBe(expected?.samples.length);
    await store.close();
    const reader = await openSqliteStore({ file, clock: systemClock, readOnly: true });
    expect(judge(await loadRunRows(reader, onDisk.run.id))).toEqual(onDisk.verdict);
    await reader.close();
    // A disk that syncs slowly.
  }, 60_000);
});

describe('a soak whose k6 has troubles', () => {
  it('is given up when k6 dies again and again: aborted, with its verdict, and the rest not offered', async () => {
    const crashes = Array.from({ length: 20 }, (_, index) => ({
      atMs: START_MS + HOUR_MS + index * 5 * MINUTE_MS,
      exitCode: 109,
      signal: null,
    }));
    const { staging, run, verdict, state } = await soak(soak6h, { load: { crashes } });
    expect(state).toBe('aborted');
    expect(verdict.headline).toContain('k6 ended 6 times');
    expect(await staging.store.loadProcesses(run.id)).toHaveLength(6);
    expect(staging.generators.alive()).toEqual([]);
  });

  it('begins when k6 starts at the third try, and says why it was late', async () => {
    let tries = 0;
    const engine: StagingScript['engine'] = (real) => ({
      ...real,
      start: async (order, signal) => {
        if (++tries < 3) throw new Error('no memory');
        return real.start(order, signal);
      },
    });
    const { staging, run, state } = await soak(soak6h, { engine });
    expect(state).toBe('passed');
    const processes = await staging.store.loadProcesses(run.id);
    expect(processes.map(({ exitReason }) => exitReason)).toEqual(['start_failed', 'start_failed', 'finished']);
    const failed = (await staging.store.events(run.id)).filter(({ kind }) => kind === 'k6_start_failed');
    expect(failed.map(({ data }) => data.reason)).toEqual(['no memory', 'no memory']);
  });

  it('is given up at once when what k6 needs from the environment is not there: it will not be there later', async () => {
    const engine: StagingScript['engine'] = (real) => ({
      ...real,
      start: async ({ profile }) => {
        k6Environment({}, profile.workload);
        throw new Error('not reached');
      },
    });
    const profile = `${soak6h}  workload: { kind: requests, requests: [{ path: /, headers: { a: env:NOBODY_SET_IT } }] }\n`;
    const { staging, run, state, verdict } = await soak(profile, { engine });
    expect(await staging.store.loadProcesses(run.id)).toMatchObject([{ exitReason: 'start_failed' }]);
    expect(verdict.headline).toContain('NOBODY_SET_IT');
    expect(state).toBe('aborted');
  });

  it('keeps the old plan in force while the new one cannot be written, and tries until it can', async () => {
    let broken = true;
    const engine: StagingScript['engine'] = (real) => ({
      ...real,
      start: async (order, signal) => {
        const process = await real.start(order, signal);
        const updatePlan: typeof process.updatePlan = (plan) =>
          broken ? Promise.reject(new Error('the disk is full')) : process.updatePlan(plan);
        return { ...process, updatePlan };
      },
    });
    const staging = new SimulatedStaging({ engine });
    const soaks = staging.daemon();
    const run = await staging.clock.runUntil(begin(soaks, soak6h), MINUTE_MS);
    await staging.clock.advance(HOUR_MS);
    await soaks.act(run.id, { kind: 'rate', factor: 2, forMs: null, who: 'ana@build' });
    await staging.clock.advance(10 * MINUTE_MS);
    expect(soaks.status(run.id)?.rate.offeredPerMinute).toBeCloseTo(60, -1);
    broken = false;
    await staging.clock.advance(10 * MINUTE_MS);
    expect(soaks.status(run.id)?.rate.offeredPerMinute).toBeCloseTo(120, -1);
    await soaks.close();
  });
});

describe('a soak over a change of the clocks', () => {
  const berlin = (startMs: number) => ({
    startMs,
    profile: seed
      .replace('duration: 72h', 'duration: 48h')
      .replace('    base_rate', '    timezone: Europe/Berlin\n    base_rate'),
  });

  it.each([
    ['spring, when an hour is missing', Date.parse('2026-03-28T11:00:00Z'), -1],
    ['autumn, when an hour comes twice', Date.parse('2026-10-24T10:00:00Z'), 1],
  ])('follows the clock on the wall in %s', async (_, startMs, extraHours) => {
    const { profile } = berlin(startMs);
    const staging = new SimulatedStaging({ startMs });
    const soaks = staging.daemon();
    const run = await staging.clock.runUntil(begin(soaks, profile), MINUTE_MS);
    await staging.play(soaks, run.id);
    // By the wall, the peak begins at ten on both days: 24 real hours apart, one less in spring, one more in autumn.
    const windows = await staging.store.windows(run.id);
    const rateAt = (atMs: number): number => {
      const hour = windows.filter((window) => window.startMs >= atMs && window.startMs < atMs + HOUR_MS / 2);
      return hour.reduce((sum, { iterations }) => sum + iterations.started, 0);
    };
    const wall = (day: string, utcHour: number): number =>
      Date.parse(`${day}T${String(utcHour).padStart(2, '0')}:15:00Z`);
    const [day, utcOffset] = extraHours < 0 ? ['2026-03-29', 2] : ['2026-10-25', 1];
    const [beforePeak, peak] = [rateAt(wall(day, 8 - utcOffset + 1)), rateAt(wall(day, 10 - utcOffset))];
    expect(peak / beforePeak).toBeGreaterThan(2.2);
    expect((await staging.verdict(run.id)).time.notOfferedMs).toBe(0);
  });
});

describe('a live soak in the hands of an operator', () => {
  /** Six hours with something done after two. */
  async function operated(act: (soaks: ReturnType<SimulatedStaging['daemon']>, runId: string) => Promise<unknown>) {
    const staging = new SimulatedStaging();
    const soaks = staging.daemon();
    const run = await staging.clock.runUntil(begin(soaks, soak6h), MINUTE_MS);
    await staging.clock.advance(2 * HOUR_MS);
    const actedMs = staging.clock.now();
    await act(soaks, run.id);
    return { staging, soaks, run, actedMs };
  }

  it('takes twice the rate for an hour, with an audit row', async () => {
    const { staging, soaks, run, actedMs } = await operated((soaks, id) =>
      soaks.act(id, { kind: 'rate', factor: 2, forMs: HOUR_MS, who: 'ana@build' }),
    );
    await staging.clock.advance(30 * MINUTE_MS);
    expect(soaks.status(run.id)?.rate).toMatchObject({ factor: 2, plannedPerMinute: 120 });
    expect(soaks.status(run.id)?.rate.offeredPerMinute).toBeCloseTo(120, -1);
    expect(await staging.eventKinds(run.id)).toContain('users_short');
    await staging.play(soaks, run.id);
    expect(await staging.store.actions(run.id)).toMatchObject([{ kind: 'rate', who: 'ana@build', atMs: actedMs }]);
    const windows = await staging.store.windows(run.id, { fromMs: actedMs + MINUTE_MS, untilMs: actedMs + HOUR_MS });
    const started = windows.reduce((sum, { iterations }) => sum + iterations.started, 0);
    const { plan } = await loadRunRows(staging.store, run.id);
    expect((started * plan.requestsPerIteration) / (120 * 59)).toBeCloseTo(1, 1);
  });

  it('is told once that the users do not suffice, and again only when still more are needed', async () => {
    const { staging, soaks, run } = await operated(async (soaks, id) => {
      await soaks.act(id, { kind: 'rate', factor: 2, forMs: null, who: 'ana@build' });
      await soaks.act(id, { kind: 'pause', who: 'ana@build' });
      await soaks.act(id, { kind: 'resume', who: 'ana@build' });
      await soaks.act(id, { kind: 'rate', factor: 1, forMs: null, who: 'ana@build' });
      await soaks.act(id, { kind: 'extend', byMs: HOUR_MS, who: 'ana@build' });
      await soaks.act(id, { kind: 'rate', factor: 3, forMs: null, who: 'ana@build' });
    });
    await staging.clock.advance(HOUR_MS);
    const told = (await staging.store.events(run.id)).filter(({ kind }) => kind === 'users_short');
    expect(told).toHaveLength(2);
    const [twice, thrice] = told.map(({ data }) => Number(data.wanted));
    expect(thrice).toBeGreaterThan(twice ?? 0);
    await soaks.close();
  });

  it('is paused and resumed: nothing arrives, and the time counts as paused', async () => {
    const { staging, soaks, run } = await operated((soaks, id) => soaks.act(id, { kind: 'pause', who: 'ana@build' }));
    await staging.clock.advance(HOUR_MS);
    expect(soaks.status(run.id)).toMatchObject({ state: 'paused', rate: { plannedPerMinute: 0, servedPerMinute: 0 } });
    await soaks.act(run.id, { kind: 'resume', who: 'ana@build' });
    await staging.play(soaks, run.id);
    const verdict = await staging.verdict(run.id);
    expect(verdict.time.pausedMs / HOUR_MS).toBeCloseTo(1, 1);
    const windows = await staging.store.windows(run.id);
    expect(windows.reduce((sum, { iterations }) => sum + iterations.paused, 0)).toBeGreaterThan(0);
    expect((await staging.store.transitions(run.id)).map(({ to }) => to)).toEqual([
      'preparing',
      'warming_up',
      'running',
      'paused',
      'running',
      'finishing',
      verdict.outcome,
    ]);
  });

  it('is extended: it ends when the longer plan does', async () => {
    const { staging, soaks, run } = await operated((soaks, id) =>
      soaks.act(id, { kind: 'extend', byMs: 3 * HOUR_MS, who: 'ana@build' }),
    );
    await staging.play(soaks, run.id);
    const windows = await staging.store.windows(run.id);
    expect(windows.at(-1)?.endMs).toBe(run.endMs + 3 * HOUR_MS);
    expect((await staging.verdict(run.id)).time.totalMs).toBe(9 * HOUR_MS);
  });

  it('is stopped: aborted, with verdict and report, and no k6 left', async () => {
    const { staging, soaks, run } = await operated((soaks, id) => soaks.act(id, { kind: 'stop', who: 'ana@build' }));
    await staging.play(soaks, run.id, HOUR_MS);
    expect(await staging.state(run.id)).toBe('aborted');
    expect((await staging.verdict(run.id)).outcome).toBe('aborted');
    expect(staging.reports).toHaveLength(1);
    expect(staging.generators.alive()).toEqual([]);
    await expect(soaks.act(run.id, { kind: 'stop', who: 'ana@build' })).rejects.toMatchObject({ code: 'run_over' });
  });

  it('is left at once by a daemon that closes while k6 drains, and the next one finishes it', async () => {
    const slow: StagingScript['engine'] = (real) => ({
      ...real,
      start: async (order, signal) => {
        const process = await real.start(order, signal);
        const stop: typeof process.stop = (drainMs) => staging.clock.sleep(HOUR_MS).then(() => process.stop(drainMs));
        return { ...process, stop };
      },
    });
    const staging = new SimulatedStaging({ engine: slow });
    const first = new Mortal();
    const soaks = staging.daemon(first);
    const run = await staging.clock.runUntil(begin(soaks, soak6h), MINUTE_MS);
    await staging.clock.advance(HOUR_MS);
    await soaks.act(run.id, { kind: 'stop', who: 'ana@build' });
    await staging.clock.advance(10_000);
    expect(soaks.status(run.id)?.state).toBe('finishing');
    await staging.clock.runUntil(soaks.close(), 1000);
    first.die();
    const next = staging.daemon();
    await staging.clock.runUntil(next.recover({ mode: 'carry_on' }), MINUTE_MS);
    await staging.play(next, run.id, 2 * HOUR_MS);
    expect(await staging.state(run.id)).toBe('aborted');
    expect(staging.generators.alive()).toEqual([]);
  });

  it('is stopped before its load began', async () => {
    const staging = new SimulatedStaging();
    const soaks = staging.daemon();
    const run = await staging.clock.runUntil(begin(soaks, soak6h, { startAtMs: START_MS + HOUR_MS }), MINUTE_MS);
    await staging.clock.advance(10 * MINUTE_MS);
    expect(soaks.status(run.id)).toMatchObject({ state: 'preparing', elapsedMs: 0, level: null });
    await soaks.act(run.id, { kind: 'stop', who: 'ana@build' });
    await staging.play(soaks, run.id, HOUR_MS);
    expect(await staging.state(run.id)).toBe('aborted');
    expect(await staging.store.windows(run.id)).toEqual([]);
  });
});

describe('several soaks', () => {
  it('leave their target free, however long the release takes', async () => {
    class SlowStore extends MemoryStore {
      pass: (ms: number) => Promise<void> = () => Promise.resolve();
      override async releaseLease(lease: Parameters<Store['releaseLease']>[0]): Promise<void> {
        await super.releaseLease(lease);
        await this.pass(HOUR_MS);
      }
    }
    const store = new SlowStore();
    const staging = new SimulatedStaging({ store });
    const soaks = staging.daemon();
    const run = await staging.clock.runUntil(begin(soaks, soak6h), MINUTE_MS);
    store.pass = (ms) => staging.clock.sleep(ms);
    await staging.play(soaks, run.id);
    expect(await store.lease('http://staging.example:8080')).toBeNull();
  });

  it('do not begin when soakd is told to stop while it checks', async () => {
    const checking = Promise.withResolvers<void>();
    const check = Promise.withResolvers<void>();
    class SlowStore extends MemoryStore {
      override async runs(options?: Parameters<Store['runs']>[0]) {
        checking.resolve();
        await check.promise;
        return super.runs(options);
      }
    }
    const staging = new SimulatedStaging({ store: new SlowStore() });
    const soaks = staging.daemon();
    const started = begin(soaks, soak6h);
    await checking.promise;
    const closed = soaks.close();
    check.resolve();
    await expect(staging.clock.runUntil(started, MINUTE_MS)).rejects.toMatchObject({ code: 'stopping' });
    await closed;
    expect(await staging.store.runs()).toEqual([]);
    expect(await staging.store.lease('http://staging.example:8080')).toBeNull();
  });

  it('never load one target twice, and load two targets at once', async () => {
    const staging = new SimulatedStaging();
    const soaks = staging.daemon();
    const first = await staging.clock.runUntil(begin(soaks, soak6h), MINUTE_MS);
    await expect(begin(soaks, soak6h, { targetUrl: 'http://STAGING.example:8080/shop' })).rejects.toMatchObject({
      code: 'target_busy',
    });
    const other = await staging.clock.runUntil(begin(soaks, soak6h, { targetUrl: 'http://other.example' }), MINUTE_MS);
    expect(soaks.live().sort()).toEqual([first.id, other.id].sort());
    await staging.play(soaks, first.id);
    await staging.play(soaks, other.id);
    expect(soaks.live()).toEqual([]);
    const again = await staging.clock.runUntil(begin(soaks, soak6h), MINUTE_MS);
    expect(again.id).not.toBe(first.id);
    await soaks.close();
  });

  it('are the same one for the same key although its start is over by now, and do not begin in the past', async () => {
    const staging = new SimulatedStaging();
    const soaks = staging.daemon();
    const wish = { idempotencyKey: 'nightly-8', startAtMs: START_MS + HOUR_MS };
    const one = await staging.clock.runUntil(begin(soaks, soak6h, wish), MINUTE_MS);
    await staging.clock.advance(2 * HOUR_MS);
    expect((await begin(soaks, soak6h, wish)).id).toBe(one.id);
    await expect(begin(soaks, soak6h, { ...wish, idempotencyKey: 'nightly-9' })).rejects.toMatchObject({
      code: 'start_in_past',
      exitCode: 2,
    });
    await soaks.close();
  });

  it('are the same one for the same idempotency key', async () => {
    const staging = new SimulatedStaging();
    const soaks = staging.daemon();
    const both = Promise.all([1, 2].map(() => begin(soaks, soak6h, { idempotencyKey: 'nightly-7' })));
    const [one, two] = await staging.clock.runUntil(both, MINUTE_MS);
    expect(two?.id).toBe(one?.id);
    expect((await begin(soaks, soak6h, { idempotencyKey: 'nightly-7' })).id).toBe(one?.id);
    expect(await staging.store.runs()).toHaveLength(1);
    await soaks.close();
  });

  it('rehearse 72 hours in six minutes and end as rehearsed', async () => {
    const staging = new SimulatedStaging({ settings: { pollMs: 1000, clockCheckMs: 1000 } });
    const soaks = staging.daemon();
    const run = await staging.clock.runUntil(begin(soaks, seed, { rehearseMs: 6 * MINUTE_MS }), MINUTE_MS);
    expect(run).toMatchObject({ compression: 720, rehearsal: true });
    await staging.clock.advance(3 * MINUTE_MS);
    expect(soaks.status(run.id)?.hourOfRun).toBeCloseTo(36, -1);
    await staging.play(soaks, run.id, HOUR_MS);
    expect(await staging.state(run.id)).toBe('rehearsed');
    expect(await staging.verdict(run.id)).toMatchObject({ rehearsal: true });
  });
});

describe('a machine with troubles of its own', () => {
  it('is suspended for an hour: marked, not offered, not the target’s fault', async () => {
    const { staging, run, verdict } = await soak(
      soak72h,
      { series: memory(0), load: { stalls: [{ fromMs: START_MS + 5 * HOUR_MS, untilMs: START_MS + 6 * HOUR_MS }] } },
      (staging) => {
        staging.clock
          .sleep(5 * HOUR_MS)
          .then(() => staging.suspend(HOUR_MS))
          .catch(() => undefined);
      },
    );
    const suspended = (await staging.store.events(run.id)).find(({ kind }) => kind === 'machine_suspended');
    expect(suspended?.data).toMatchObject({ suspendedMs: HOUR_MS });
    expect(verdict.outcome).toBe('passed');
    expect(verdict.time.notOfferedMs / HOUR_MS).toBeCloseTo(1, 1);
  });

  it('cannot write its store for an hour: the load goes on, rows wait in order, nothing is lost', async () => {
    const store = new MemoryStore();
    const staging = new SimulatedStaging({ series: memory(0), store });
    const soaks = staging.daemon();
    const run = await staging.clock.runUntil(begin(soaks, sampled8h), MINUTE_MS);
    await staging.clock.advance(2 * HOUR_MS);
    store.locked = true;
    await staging.clock.advance(HOUR_MS);
    const status = soaks.status(run.id);
    expect(status?.health.storeBacklogRows).toBeGreaterThan(50);
    expect(status?.health.problems.join()).toContain('locked');
    expect(status?.series[0]?.atMs).toBeGreaterThan(staging.clock.now() - 3 * MINUTE_MS);
    store.locked = false;
    await staging.play(soaks, run.id);
    expect(await staging.verdict(run.id)).toMatchObject({ headline: expect.stringMatching(/^passed/), losses: [] });
    const samples = await store.samples(run.id, { series: ['agent.rss_bytes'] });
    const gaps = samples.slice(1).map(({ atMs }, index) => atMs - (samples[index]?.atMs ?? 0));
    expect(new Set(gaps)).toEqual(new Set([MINUTE_MS]));
    const windows = await store.windows(run.id);
    expect(windows.every(({ startMs }, index) => index === 0 || startMs === windows[index - 1]?.endMs)).toBe(true);
  });

  it('must drop rows when too many wait: counted, and named in the verdict', async () => {
    const store = new MemoryStore();
    const staging = new SimulatedStaging({ series: memory(0), store, maxWaitingRows: 20 });
    const soaks = staging.daemon();
    const run = await staging.clock.runUntil(begin(soaks, sampled8h), MINUTE_MS);
    await staging.clock.advance(2 * HOUR_MS);
    store.locked = true;
    await staging.clock.advance(HOUR_MS);
    expect(soaks.status(run.id)?.health.droppedRows).toBeGreaterThan(20);
    store.locked = false;
    await staging.play(soaks, run.id);
    const verdict = await staging.verdict(run.id);
    expect(verdict.losses).toEqual([expect.stringMatching(/^\d+ samples could not be stored and are lost/)]);
    expect(verdict.time.notOfferedMs).toBe(0);
  });

  it('must drop rows at the very end: named in the verdict all the same', async () => {
    const store = new MemoryStore();
    const staging = new SimulatedStaging({ series: memory(0), store, maxWaitingRows: 3 });
    const soaks = staging.daemon();
    const run = await staging.clock.runUntil(begin(soaks, sampled8h), MINUTE_MS);
    await staging.clock.advance(8 * HOUR_MS - 5 * MINUTE_MS);
    store.locked = true;
    await staging.clock.advance(10 * MINUTE_MS);
    store.locked = false;
    await staging.play(soaks, run.id);
    expect((await staging.verdict(run.id)).losses).toEqual([expect.stringContaining('samples could not be stored')]);
  });

  it('cannot write its store when the run ends, or is stopped: the run waits, finishing, with no k6 left', async () => {
    const store = new MemoryStore();
    const staging = new SimulatedStaging({ store });
    const soaks = staging.daemon();
    const run = await staging.clock.runUntil(begin(soaks, soak6h), MINUTE_MS);
    await staging.clock.advance(2 * HOUR_MS);
    store.locked = true;
    const stopping = soaks.act(run.id, { kind: 'stop', who: 'ana@build' });
    const refused = expect(stopping).rejects.toMatchObject({ code: 'store_locked' });
    await staging.clock.advance(10 * MINUTE_MS);
    await refused;
    expect(staging.generators.alive()).toEqual([]);
    expect(soaks.status(run.id)?.state).toBe('finishing');
    store.locked = false;
    await staging.play(soaks, run.id, HOUR_MS);
    expect(await staging.state(run.id)).toBe('aborted');
  });
});

describe('a report that cannot be written', () => {
  it('is told once, and the run ends all the same', async () => {
    const told: string[] = [];
    const staging = new SimulatedStaging({
      report: () => {
        throw new Error('ENOENT: the folder is gone');
      },
      log: { info: () => undefined, warn: (_fields, message) => told.push(message), error: () => undefined },
    });
    const soaks = staging.daemon();
    const run = await staging.clock.runUntil(begin(soaks, soak6h), MINUTE_MS);
    await staging.play(soaks, run.id);
    expect(told.filter((message) => message.includes('report'))).toEqual(['the report could not be written']);
    expect(await staging.state(run.id)).toBe('passed');
  });
});
