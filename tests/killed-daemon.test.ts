import { describe, expect, it } from 'vitest';
import { seededRandom } from '../src/base/random.ts';
import { canonicalTarget } from '../src/config/target.ts';
import type { Run } from '../src/model/run.ts';
import { isFinal } from '../src/model/run.ts';
import { WINDOW_MS } from '../src/model/window.ts';
import { renderReport } from '../src/report/render.ts';
import type { Soaks } from '../src/soak/soaks.ts';
import { loadRunRows } from '../src/verdict/load-rows.ts';
import { Mortal } from './support/mortal.ts';
import { begin, HOUR_MS, SimulatedStaging, START_MS } from './support/simulated-staging.ts';

const MINUTE_MS = 60_000;
const profile = `
soak_test:
  name: "one hour"
  duration: 1h
  traffic_pattern:
    base_rate: 120
    warmup: 5m
  success_criteria:
    memory_leak: off
    response_time_degradation: off
`;
/** Time between the death of a daemon and the start of the next. */
const AWAY_MS = 90_000;

interface Death {
  step: number;
  when: 'before' | 'after';
}

/**
 * A soak whose daemons die at the given steps, one after the other; each is followed by the next, the last lives.
 * With `k6Dies`, k6 goes with each daemon, as in a container.
 */
async function soakWith(deaths: Death[], k6Dies = false) {
  const staging = new SimulatedStaging({ settings: { pollMs: 10_000, judgeEveryMs: 20 * MINUTE_MS } });
  const lives = [...deaths.map(({ step, when }) => new Mortal(step, when)), new Mortal()];
  const most: number[] = [];
  for (const mortal of lives) {
    const soaks = staging.daemon(mortal);
    const wish = { idempotencyKey: 'the-one', startAtMs: START_MS + 5 * MINUTE_MS };
    // As a daemon does: take over what is there, then a user wants the soak, and asks again when nobody answered.
    let began: Run | null = null;
    soaks
      .recover({ mode: 'carry_on' })
      .then(() => begin(soaks, profile, wish))
      .then((run) => {
        began = run;
      })
      .catch(() => undefined);
    for (let minutes = 0; minutes < 120 && !mortal.dead; minutes++) {
      await staging.clock.advance(MINUTE_MS);
      most.push(staging.generators.alive().length);
      const run: Run | null = began;
      if (run !== null && soaks.live().length === 0) break;
    }
    if (!mortal.dead) break;
    if (k6Dies) for (const processId of staging.generators.alive()) staging.generators.kill(processId);
    await staging.clock.advance(AWAY_MS);
  }
  const runs = await staging.store.runs();
  const run = runs[0];
  if (run === undefined) throw new Error('no run was made');
  return {
    staging,
    runs,
    run,
    rows: await loadRunRows(staging.store, run.id),
    mostGenerators: Math.max(...most),
    lives,
    deaths,
  };
}

const undisturbed = await soakWith([]);

type Soaked = Awaited<ReturnType<typeof soakWith>>;

/** Whatever died when: one run, finished in order, no k6 left, never two at once, each window once, each gap marked. */
function expectSound({ staging, runs, run, rows, mostGenerators, deaths }: Soaked): void {
  const told = JSON.stringify(deaths);
  expect(runs, told).toHaveLength(1);
  expect(isFinal(run.state), told).toBe(true);
  expect(staging.generators.alive(), told).toEqual([]);
  expect(mostGenerators, told).toBeLessThanOrEqual(1);
  const states = rows.transitions.map(({ to }) => to).slice(0, -1);
  expect(states, told).toEqual(['preparing', 'warming_up', 'running', 'finishing']);
  expect(
    rows.processes.filter(({ exitedMs }) => exitedMs === null),
    told,
  ).toEqual([]);
  if (gapsOf(rows).length === 0) expect(rows.windows, told).toEqual(undisturbed.rows.windows);
  expect(offered(rows, gapsOf(rows)), told).toEqual(offered(undisturbed.rows, gapsOf(rows)));
}

const gapsOf = ({ events }: Soaked['rows']) =>
  events
    .filter(({ kind }) => kind === 'gap')
    .map(({ data }) => ({ fromMs: Number(data.fromMs), untilMs: Number(data.untilMs) }));

/** What was offered when, each window that touches no gap. Each k6 counts its own windows, so names do not matter. */
const offered = ({ windows, plan }: Soaked['rows'], gaps: ReturnType<typeof gapsOf>) =>
  windows
    .filter(({ endMs }) => endMs > plan.startMs)
    .filter(({ startMs, endMs }) =>
      gaps.every(({ fromMs, untilMs }) => endMs <= fromMs || startMs >= untilMs + WINDOW_MS),
    )
    .map(({ startMs, endMs, iterations }) => ({ startMs, endMs, iterations }));

/** k6 went on without its daemon: the only load not offered is what a daemon that died before the start could not begin. */
function expectNoGapWithin({ rows, deaths }: Soaked): void {
  expect(
    gapsOf(rows).filter(({ fromMs }) => fromMs !== rows.plan.startMs),
    JSON.stringify(deaths),
  ).toEqual([]);
}

describe('a daemon that is killed', () => {
  const steps = undisturbed.lives[0]?.steps ?? 0;

  it('has many steps at which it can die', async () => {
    expect(await undisturbed.staging.verdict(undisturbed.run.id)).toMatchObject({
      headline: expect.stringMatching(/^passed/),
    });
    expect(steps).toBeGreaterThan(300);
  });

  const early = Array.from({ length: 25 }, (_, index) => index + 1);
  const late = Array.from({ length: 20 }, (_, index) => steps - index);
  it.each(['before', 'after'] as const)('leaves the same rows, whichever step it dies %s', async (when) => {
    for (const step of [...early, ...late]) {
      const soaked = await soakWith([{ step, when }]);
      expectSound(soaked);
      expectNoGapWithin(soaked);
    }
  });

  it('leaves the same rows when it dies again and again at any moment', async () => {
    const random = seededRandom(20261121);
    for (let round = 0; round < 25; round++) {
      const deaths = Array.from(
        { length: 1 + Math.floor(random() * 4) },
        (): Death => ({
          step: 1 + Math.floor((random() * steps) / 3),
          when: random() < 0.5 ? 'before' : 'after',
        }),
      );
      const soaked = await soakWith(deaths);
      expectSound(soaked);
      expectNoGapWithin(soaked);
    }
  });

  it('leaves the same rows apart from the marked gap when k6 dies with it', async () => {
    const random = seededRandom(4711);
    for (let round = 0; round < 25; round++) {
      const death: Death = { step: 20 + Math.floor(random() * (steps - 40)), when: 'before' };
      const soaked = await soakWith([death], true);
      expectSound(soaked);
      const gaps = gapsOf(soaked.rows);
      expect(gaps.length, JSON.stringify(death)).toBe(soaked.rows.processes.length - 1);
      for (const { fromMs, untilMs } of gaps) expect(untilMs - fromMs).toBeLessThan(AWAY_MS + 2 * MINUTE_MS);
    }
  });

  it('whose run is over by the plan when the next comes leaves a finished run, read to its end', async () => {
    const staging = new SimulatedStaging();
    const first = new Mortal();
    const soaks = staging.daemon(first);
    const run = await staging.clock.runUntil(begin(soaks, profile), MINUTE_MS);
    await staging.clock.advance(20 * MINUTE_MS);
    first.die();
    await staging.clock.advance(5 * HOUR_MS);
    const next = staging.daemon();
    await staging.clock.runUntil(next.recover({ mode: 'carry_on' }), MINUTE_MS);
    await staging.play(next, run.id, HOUR_MS);
    expect(await staging.verdict(run.id)).toMatchObject({ headline: expect.stringMatching(/^passed/) });
    const windows = await staging.store.windows(run.id);
    expect(windows.at(-1)?.endMs).toBe(run.endMs);
  });

  it('leaves a status that the next daemon goes on with as if it had been there all along', async () => {
    const long = profile.replace('1h', '30h').replace('120', '20');
    const staging = new SimulatedStaging();
    const first = new Mortal();
    const soaks = staging.daemon(first);
    const run = await staging.clock.runUntil(begin(soaks, long), MINUTE_MS);
    await staging.clock.advance(20 * HOUR_MS);
    const before = soaks.status(run.id);
    first.die();
    const next = staging.daemon();
    await next.recover({ mode: 'carry_on' });
    const after = next.status(run.id);
    expect(before?.requests.total).toBeGreaterThan(20_000);
    // What was judged meanwhile comes back with the next judgement.
    const judged = { drift: [], criteria: [], availabilityPercent: null, standing: null };
    expect({ ...after, events: [], health: null, ...judged }).toEqual({
      ...before,
      events: [],
      health: null,
      ...judged,
    });
    await next.close();
  });

  it('tells each change of what is said of a series once, whichever daemon saw it', async () => {
    const staging = new SimulatedStaging({ settings: { judgeEveryMs: HOUR_MS } });
    const first = new Mortal();
    const soaks = staging.daemon(first);
    const run = await staging.clock.runUntil(begin(soaks, profile.replace('1h', '12h')), MINUTE_MS);
    await staging.clock.advance(9 * HOUR_MS);
    const changes = async () =>
      (await staging.store.events(run.id)).filter(({ kind }) => kind === 'trend_changed').map(({ data }) => data);
    expect(await changes()).toContainEqual(expect.objectContaining({ series: 'p95', from: 'insufficient' }));
    first.die();
    const next = staging.daemon();
    await staging.clock.runUntil(next.recover({ mode: 'carry_on' }), MINUTE_MS);
    await staging.play(next, run.id, 4 * HOUR_MS);
    let state: unknown = 'insufficient';
    for (const { from, to } of await changes()) {
      expect(from).toBe(state);
      expect(to).not.toBe(state);
      state = to;
    }
  });

  it('is not robbed of its run while it lives, nor by a daemon that comes second', async () => {
    const staging = new SimulatedStaging();
    const soaks = staging.daemon();
    const run = await staging.clock.runUntil(begin(soaks, profile), MINUTE_MS);
    const second = staging.daemon();
    expect(await staging.clock.runUntil(second.recover({ mode: 'carry_on' }), MINUTE_MS)).toEqual([]);
    await expect(begin(second, profile)).rejects.toMatchObject({ code: 'target_busy' });
    await soaks.close();
    expect(await staging.state(run.id)).toBe('preparing');
  });

  it('finds an orphan while it is up, and never takes a run of its own for one', async () => {
    const staging = new SimulatedStaging({ settings: { leaseMs: 30_000 } });
    const foreground = new Mortal();
    const orphan = await staging.clock.runUntil(begin(staging.daemon(foreground), profile), MINUTE_MS);
    const soaks = staging.daemon();
    const stop = new AbortController();
    const looking = soaks.keepRecovering(stop.signal);
    const other = { targetUrl: 'http://other.example' };
    const both = Promise.all([begin(soaks, profile, other), soaks.recover({ mode: 'carry_on' })]);
    const [own, taken] = await staging.clock.runUntil(both, MINUTE_MS);
    expect(taken).toEqual([]);
    await staging.clock.advance(10 * MINUTE_MS);
    expect(soaks.live()).toEqual([own.id]);
    expect(staging.generators.alive()).toHaveLength(2);
    foreground.die();
    await staging.clock.advance(MINUTE_MS);
    expect(soaks.live().sort()).toEqual([orphan.id, own.id].sort());
    expect(staging.generators.alive()).toHaveLength(2);
    await staging.play(soaks, own.id);
    await staging.play(soaks, orphan.id);
    expect([await staging.state(own.id), await staging.state(orphan.id)]).toEqual(['passed', 'passed']);
    stop.abort();
    await looking;
  });

  it('says once, not at each look, that the target of an orphan is held by another', async () => {
    const errors: string[] = [];
    const ignored = (): void => undefined;
    const error = (_: object, message: string): number => errors.push(message);
    const staging = new SimulatedStaging({
      settings: { leaseMs: 30_000 },
      log: { info: ignored, warn: ignored, error },
    });
    const foreground = new Mortal();
    const orphan = await staging.clock.runUntil(begin(staging.daemon(foreground), profile), MINUTE_MS);
    foreground.die();
    // Its lease is gone, and a process that lives holds the target for a run of its own.
    const target = canonicalTarget(orphan.targetUrl);
    const lease = await staging.store.lease(target);
    await staging.store.releaseLease({ target, runId: orphan.id, holder: lease?.holder ?? '' });
    staging.daemon();
    const other = { target, runId: 'another', holder: 'staging/2' };
    await staging.store.acquireLease({ ...other, expiresMs: START_MS + HOUR_MS }, START_MS);

    const soaks = staging.daemon();
    const stop = new AbortController();
    const looking = soaks.keepRecovering(stop.signal);
    await staging.clock.advance(10 * MINUTE_MS);
    expect(errors).toEqual(['an unfinished run cannot be taken over']);
    await staging.store.releaseLease(other);
    await staging.clock.advance(MINUTE_MS);
    expect(soaks.live()).toEqual([orphan.id]);
    expect(errors).toHaveLength(1);
    await staging.play(soaks, orphan.id);
    stop.abort();
    await looking;
  });

  it('that is told to close leaves the run, with k6 at work, to the next', async () => {
    const staging = new SimulatedStaging();
    const first = new Mortal();
    const soaks = staging.daemon(first);
    const run = await staging.clock.runUntil(begin(soaks, profile), MINUTE_MS);
    await staging.clock.advance(20 * MINUTE_MS);
    await staging.clock.runUntil(Promise.all([soaks.close(), soaks.close()]), MINUTE_MS);
    await expect(begin(soaks, profile)).rejects.toMatchObject({ code: 'stopping' });
    expect(soaks.live()).toEqual([]);
    expect(staging.generators.alive()).toHaveLength(1);
    const next = staging.daemon();
    // The one that closed is still there as a process; it dies a moment later.
    expect(await staging.clock.runUntil(next.recover({ mode: 'carry_on' }), MINUTE_MS)).toEqual([]);
    first.die();
    await staging.clock.runUntil(next.recover({ mode: 'carry_on' }), MINUTE_MS);
    await staging.play(next, run.id);
    expect(staging.generators.alive()).toEqual([]);
  });

  it('is succeeded by a foreground run that ends the orphan first', async () => {
    const staging = new SimulatedStaging();
    const first = new Mortal();
    const orphan = await staging.clock.runUntil(begin(staging.daemon(first), profile), MINUTE_MS);
    await staging.clock.advance(20 * MINUTE_MS);
    first.die();
    const next = staging.daemon();
    const end = { mode: 'end', targetUrl: orphan.targetUrl, who: 'ana@build' } as const;
    const ended = await staging.clock.runUntil(next.recover(end), MINUTE_MS);
    expect(ended.map(({ id }) => id)).toEqual([orphan.id]);
    await staging.play(next, orphan.id, HOUR_MS);
    expect(await staging.state(orphan.id)).toBe('aborted');
    expect(staging.generators.alive()).toEqual([]);
  });
});

describe('samples around a restart of the daemon', () => {
  const sampled = `${profile}  monitoring:
    samplers:
      - { kind: scripted, name: agent }
`;
  /** Counts the minutes: every reading is another. */
  const minutes = {
    unit: 'count' as const,
    leakCandidate: false,
    memory: false,
    at: (atMs: number) => (atMs - START_MS) / MINUTE_MS,
  };
  const restarted = async (awayMs: number, leave: (first: Mortal, soaks: Soaks) => Promise<unknown>) => {
    const staging = new SimulatedStaging({ series: { minutes } });
    const first = new Mortal();
    const soaks = staging.daemon(first);
    const run = await staging.clock.runUntil(begin(soaks, sampled), MINUTE_MS);
    // Near the end of a minute: it was read in it.
    const leftMs = START_MS + 20 * MINUTE_MS + 56_000;
    await staging.clock.advance(leftMs - staging.clock.now());
    await staging.clock.runUntil(leave(first, soaks), MINUTE_MS);
    first.die();
    await staging.clock.advance(leftMs + awayMs - staging.clock.now());
    const next = staging.daemon();
    await staging.clock.runUntil(next.recover({ mode: 'carry_on' }), MINUTE_MS);
    await staging.play(next, run.id, 2 * HOUR_MS);
    const samples = await staging.store.samples(run.id);
    const events = await staging.store.events(run.id);
    return {
      staging,
      run,
      leftMs,
      of: (minute: number) => samples.find(({ atMs }) => atMs === START_MS + minute * MINUTE_MS),
      missed: events.filter(({ kind }) => kind === 'samples_missed'),
    };
  };

  it('are one for the interval of which the first read a part and the second the rest', async () => {
    const { of, missed } = await restarted(2_000, (_, soaks) => soaks.close());
    const [before, cut] = [of(19), of(20)];
    expect(before).toMatchObject({ readings: 1 });
    expect(cut).toMatchObject({ readings: 2 });
    // The second reading was after the restart, the first before it.
    expect(cut?.min).toBeLessThan(20 + 56 / 60);
    expect(cut?.max).toBeGreaterThanOrEqual(20 + 58 / 60);
    expect(cut?.last).toBe(cut?.max);
    expect(missed).toEqual([]);
  });

  it('are missed while nobody was there, and the verdict and its report say how many', async () => {
    const killed = async (first: Mortal): Promise<void> => first.die();
    const { of, missed, staging, run } = await restarted(10 * MINUTE_MS, killed);
    // What the one that was killed had read of its last interval is lost as well.
    expect([of(19), of(20), of(29), of(30)].map((sample) => sample !== undefined)).toEqual([true, false, false, true]);
    expect(missed).toMatchObject([{ severity: 'warning', data: { intervals: 10, sources: { agent: 10 } } }]);
    const verdict = await staging.verdict(run.id);
    const message = 'nobody sampled while soakd was away: 10 intervals of agent';
    expect(verdict.losses).toEqual([message]);
    const report = renderReport('md', await loadRunRows(staging.store, run.id), verdict);
    expect(report).toContain(`- Lost: ${message}`);
  });
});
