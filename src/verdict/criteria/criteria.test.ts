import { describe, expect, it } from 'vitest';
import {
  defaultCriteria,
  HOUR_MS,
  MEMORY,
  profileOf,
  type RunScript,
  runRows,
  START_MS,
} from '../../../tests/support/run-rows.ts';
import type { CriterionSpec } from '../../model/profile.ts';
import { emptySketch, mergeSketch } from '../../model/sketch.ts';
import type { CriterionResult } from '../../model/verdict.ts';
import { judge } from '../judge.ts';
import type { RunRows } from '../rows.ts';

const at = (hours: number): number => START_MS + hours * HOUR_MS;

function judged(id: string, rows: RunRows): CriterionResult {
  const found = judge(rows).criteria.find((criterion) => criterion.id === id);
  if (found === undefined) throw new Error(`no criterion ${id}`);
  return found;
}

const result = (id: string, script: RunScript): CriterionResult => judged(id, runRows(script));

/** Every request is refused in these stretches. */
const down =
  (...stretches: readonly (readonly [fromMs: number, lengthMs: number])[]): NonNullable<RunScript['failures']> =>
  (atMs) =>
    stretches.some(([fromMs, lengthMs]) => atMs >= fromMs && atMs < fromMs + lengthMs) ? { connect: 1 } : {};

const asked = (id: string, change: Partial<CriterionSpec> = {}): CriterionSpec[] =>
  defaultCriteria({ [id]: { fromProfile: true, ...change } });

describe('availability', () => {
  it('is decided by the time that was watched, to the second', () => {
    const budgetMs = 0.005 * 24 * HOUR_MS;
    expect(result('availability', { hours: 24, failures: down([at(11), budgetMs - 12_000]) }).status).toBe('pass');
    expect(result('availability', { hours: 24, failures: down([at(11), budgetMs + 8_000]) }).status).toBe('fail');
  });

  it('names what is short when up cannot be told from down: the run, or its requests', () => {
    const short = 'up and down take 6 windows of 10 s with requests, and 40 s were judged';
    for (const id of ['availability', 'mtbf']) {
      expect(result(id, { hours: 40 / 3600, ratePerMinute: 300 })).toMatchObject({
        status: 'inconclusive',
        why: `too short: ${short}`,
      });
      expect(result(id, { hours: 0.05, ratePerMinute: 1 }).why).toMatch(/^too few requests: .*, and \d of 18 had any$/);
    }
  });

  it('has an interval even without an outage: one may have hidden', () => {
    const { actual, interval } = result('availability', { hours: 24 });
    expect(actual).toBe(100);
    expect(interval?.low).toBeLessThan(100);
    expect(interval?.low).toBeGreaterThan(99.9);
  });
});

/** Six hours of each day without any load. */
function idleAtNight(script: RunScript): RunScript {
  const profile = profileOf(script);
  const hourlyMultipliers = profile.traffic.hourlyMultipliers.map((one, hour) => (hour < 6 ? 0 : one));
  return { ...script, profile: { ...profile, traffic: { ...profile.traffic, hourlyMultipliers } } };
}

describe('hours without planned load', () => {
  it('are neither up nor down: they help no availability and no MTBF', () => {
    const quiet = idleAtNight({ hours: 24, failures: down([at(11), 300_000]) });
    expect(result('availability', quiet).actual).toBeCloseTo(100 * (1 - 300 / (18 * 3600)), 2);
    expect(result('mtbf', idleAtNight({ hours: 24, criteria: asked('mtbf') }))).toMatchObject({
      status: 'inconclusive',
      evidence: '18.1 h up, 0 outages',
    });
  });

  it('do not lengthen an outage that was seen before them and not after', () => {
    const night = idleAtNight({ hours: 36, failures: down([at(24) - 60_000, 180_000]) });
    expect(result('mttr', night)).toMatchObject({ status: 'fail', actual: expect.closeTo(200, -2) });
  });
});

describe('a run with hardly any request', () => {
  it('shows neither availability nor MTBF', () => {
    const rows = runRows({ hours: 24, ratePerMinute: 0.002, criteria: asked('mtbf', { target: 12 }) });
    expect(rows.windows.flatMap(({ requests }) => requests).length).toBeLessThan(6);
    expect(judged('availability', rows).status).toBe('inconclusive');
    expect(judged('mtbf', rows).status).toBe('inconclusive');
  });
});

describe('mtbf', () => {
  it('of a run as long as the target passes without an outage, and says how sure that is', () => {
    const found = result('mtbf', { hours: 24, warmupMs: HOUR_MS });
    expect(found).toMatchObject({ status: 'pass', actual: null });
    expect(found.interval?.low).toBeCloseTo(23 / -Math.log(0.05), 1);
  });

  it('of a run that is too short is inconclusive when asked for, with or without an outage', () => {
    expect(result('mtbf', { hours: 6, criteria: asked('mtbf') }).status).toBe('inconclusive');
    expect(result('mtbf', { hours: 6, criteria: asked('mtbf'), failures: down([at(3), 60_000]) }).status).toBe(
      'inconclusive',
    );
  });

  it('fails in a short run when outages come so often that no luck explains it', () => {
    const often = [1, 2, 3, 4, 5].map((hour) => [at(hour), 60_000] as const);
    expect(result('mtbf', { hours: 6, failures: down(...often) })).toMatchObject({ status: 'fail' });
  });

  it('counts hours of the profile in a rehearsal', () => {
    const { evidence, status } = result('mtbf', { hours: 72, compression: 360, ratePerMinute: 600 });
    expect(evidence).toContain('72 h up');
    expect(status).toBe('pass');
  });
});

describe('mttr and error recovery', () => {
  it('pass outages that end soon, and fail those that do not', () => {
    const short = { hours: 24, failures: down([at(5), 20_000], [at(15), 30_000]) };
    expect(result('mttr', short)).toMatchObject({ status: 'pass', actual: expect.closeTo(25, 0) });
    expect(result('error_recovery', short)).toMatchObject({ status: 'pass', actual: 100 });
    const long = { hours: 24, failures: down([at(5), 20_000], [at(15), 400_000]) };
    expect(result('mttr', long).status).toBe('fail');
    expect(result('error_recovery', long)).toMatchObject({
      status: 'fail',
      worst: expect.stringContaining('6 min 40 s'),
    });
  });

  it('leave open an outage that has only just begun when the run ends', () => {
    const script = { hours: 24, failures: down([at(24) - 20_000, 20_000]) };
    expect(result('mttr', script).status).toBe('inconclusive');
    expect(result('error_recovery', script).status).toBe('inconclusive');
  });

  it('fail an outage that is not over and was too long already', () => {
    const script = { hours: 24, failures: down([at(23.5), HOUR_MS]) };
    expect(result('mttr', script)).toMatchObject({ status: 'fail', interval: { high: null } });
    expect(result('error_recovery', script).status).toBe('fail');
  });

  it("do not count the operator's pause in the middle of an outage", () => {
    const edits = [
      { kind: 'pause', atMs: at(10) + 10_000 },
      { kind: 'resume', atMs: at(12) },
    ] as const;
    const script: RunScript = { hours: 24, edits: [...edits], failures: down([at(10), 2 * HOUR_MS + 10_000]) };
    expect(result('mttr', script)).toMatchObject({ status: 'pass', actual: expect.closeTo(20, 0) });
    expect(result('error_recovery', script).status).toBe('pass');
  });

  it('take real seconds in a rehearsal', () => {
    const script = { hours: 72, compression: 360, ratePerMinute: 600, failures: down([START_MS + 300_000, 20_000]) };
    expect(result('mttr', script)).toMatchObject({ actual: expect.closeTo(20, 0), status: 'pass' });
  });
});

describe('error rate', () => {
  it('is too close to call near its limit with few requests, and called with many', () => {
    const near = (ratePerMinute: number): RunScript => ({
      hours: 2,
      ratePerMinute,
      failures: () => ({ http_error: 0.008 }),
    });
    expect(result('error_rate', near(3)).status).toBe('inconclusive');
    expect(result('error_rate', near(3000)).status).toBe('pass');
  });

  it('is judged for each level of load by its own limit', () => {
    // Peak is from 10 to 20 o'clock.
    const failing = (share: number): RunScript => ({
      hours: 24,
      failures: (atMs) => (atMs >= at(10) && atMs < at(20) ? { http_error: share } : {}),
    });
    expect(result('error_rate_normal', failing(0.015)).status).toBe('pass');
    expect(result('error_rate_peak', failing(0.015))).toMatchObject({ status: 'pass', actual: expect.closeTo(1.5, 0) });
    expect(result('error_rate_peak', failing(0.03))).toMatchObject({
      status: 'fail',
      worst: expect.stringMatching(/^http_error: /),
    });
    expect(result('error_rate_stress', failing(0.03))).toMatchObject({
      status: 'not_applicable',
      why: 'the plan has no stress load',
    });
  });

  it('of a level counts arrivals that starved there', () => {
    const script: RunScript = { hours: 24, hung: { fromMs: at(12), untilMs: at(13) } };
    expect(result('error_rate_peak', script)).toMatchObject({ status: 'fail', actual: expect.closeTo(10, 0) });
    expect(result('error_rate_normal', script)).toMatchObject({ status: 'pass', actual: 0 });
  });

  it('of a level that the plan hardly has does not apply, unless the profile asks for it or it failed', () => {
    // An hour of peak at 2.5 requests a minute.
    const brief = (change: Partial<RunScript> = {}): RunScript => ({ hours: 11, ratePerMinute: 1, ...change });
    expect(result('error_rate_peak', brief())).toMatchObject({
      status: 'not_applicable',
      why: expect.stringMatching(/at peak load are too few: without one failure it takes 189$/),
    });
    const criteria = asked('error_rate_peak');
    expect(result('error_rate_peak', brief({ criteria })).status).toBe('inconclusive');
    const failures: RunScript['failures'] = () => ({ http_error: 0.5 });
    expect(result('error_rate_peak', brief({ failures })).status).toBe('fail');
  });

  it('of a level that was planned and not reached is inconclusive', () => {
    expect(result('error_rate_peak', { hours: 24, stopMs: at(9) })).toMatchObject({
      status: 'inconclusive',
      why: 'no request was made at peak load',
    });
  });

  it('of none at all is decided by what was seen, however it is written', () => {
    for (const comparison of ['<=', '=='] as const) {
      const criteria = asked('error_rate', { comparison, target: 0, text: `${comparison} 0%` });
      expect(result('error_rate', { hours: 2, criteria }).status).toBe('pass');
      const failures = (atMs: number) => (atMs === at(1) ? { http_error: 1 } : {});
      expect(result('error_rate', { hours: 2, criteria, failures }).status).toBe('fail');
    }
  });
});

describe('response time', () => {
  it('is judged for each level of load by its own limit', () => {
    const script: RunScript = { hours: 24, medianMs: (_atMs, load) => (load > 1.5 ? 2000 : 300) };
    expect(result('response_time_p95_normal', script).status).toBe('pass');
    expect(result('response_time_p95_peak', script).status).toBe('fail');
    expect(result('response_time_p95_stress', script).status).toBe('not_applicable');
  });

  it('needs 200 requests for a P95: fewer are inconclusive when the plan promised more', () => {
    const stopped = { hours: 24, ratePerMinute: 60, stopMs: START_MS + 300_000 };
    expect(result('response_time_p95_normal', stopped)).toMatchObject({ status: 'inconclusive', actual: null });
  });
});

describe('memory', () => {
  const cache = (growthPerDay: number, others: RunScript['series'] = {}): CriterionResult =>
    result('memory_leak', {
      hours: 72,
      criteria: asked('memory_leak'),
      series: {
        'cache.used_memory_bytes': {
          ...MEMORY,
          info: { kind: 'redis', role: 'dependency' },
          level: (hour) => 200e6 * (1 + (growthPerDay * hour) / 24),
        },
        ...others,
      },
    });

  it('of dependencies alone can fail a run, and never pass it', () => {
    expect(cache(0)).toMatchObject({
      status: 'inconclusive',
      why: expect.stringContaining("only dependencies' memory"),
    });
    expect(cache(0, { 'agent.rss_bytes': MEMORY }).status).toBe('pass');
    expect(cache(0.2)).toMatchObject({ status: 'fail', worst: 'cache.used_memory_bytes' });
    expect(cache(0.2, { 'agent.rss_bytes': MEMORY }).status).toBe('fail');
  });
});

describe('growth of memory', () => {
  const leaking = (perDay: number, script: Partial<RunScript> = {}, id = 'agent.rss_bytes'): CriterionResult =>
    result('memory_leak', {
      hours: 72,
      criteria: asked('memory_leak'),
      ...script,
      series: { [id]: { ...MEMORY, level: (hour) => 200e6 * (1 + (perDay * hour) / 24) } },
    });

  it('passes with its whole interval below the limit, although a leak is called', () => {
    const found = leaking(0.03);
    expect(found).toMatchObject({ status: 'pass', why: expect.stringContaining('which is called a leak') });
    expect(found.interval?.high).toBeLessThan(5);
  });

  it('fails with its whole interval above the limit', () => {
    const found = leaking(0.1);
    expect(found).toMatchObject({ status: 'fail', worst: 'agent.rss_bytes' });
    expect(found.interval?.low).toBeGreaterThan(5);
  });

  it('is open with the limit inside its interval, and says how many more hours would settle it', () => {
    const found = leaking(0.05);
    expect(found.status).toBe('inconclusive');
    expect(found.why).toMatch(/the 95 % interval is [\d.]+ % to [\d.]+ %; (about \d+ h more would|it is so close)/);
  });

  it('never fails a rise that may be the first half of a sawtooth, and says how long it takes to know', () => {
    const young = leaking(0.3, { hours: 20 });
    expect(young.interval?.low).toBeGreaterThan(5);
    expect(young).toMatchObject({
      status: 'inconclusive',
      why: expect.stringMatching(/20 h cannot tell it from a collection that is still due: about 8 h more would$/),
    });
    expect(leaking(0.3, { hours: 20 }, 'agent.heap_after_gc_bytes').status).toBe('fail');
  });
});

/** Restarts of the agent at these minutes, as its sampler tells them. */
const restartedAt = (...minutes: number[]): NonNullable<RunScript['events']> =>
  minutes.map((minute) => ({
    atMs: START_MS + minute * 60_000,
    kind: 'target_restarted',
    severity: 'error',
    message: 'agent was restarted',
    data: { source: 'agent' },
  }));

describe('a leak that kills the target', () => {
  /** Memory by the age of a process that lives for `minutes`. */
  const lives = (minutes: number, ofAge: (age: number) => number): RunScript => ({
    hours: 2,
    criteria: asked('memory_leak'),
    events: restartedAt(minutes, 2 * minutes),
    series: {
      'agent.rss_bytes': { ...MEMORY, noise: 0.001, level: (hour) => ofAge((hour * 60) % minutes) },
    },
  });

  it('fails at once when it was restarted twice at like memory', () => {
    const found = result('memory_leak', { ...lives(30, (age) => 100e6 + 20e6 * age), liveUntilMs: at(1.2) });
    expect(found).toMatchObject({
      status: 'fail',
      worst: 'agent.rss_bytes',
      why: expect.stringMatching(/^agent\.rss_bytes rose until the target was restarted, 2 times at about 6\d\d MB$/),
    });
  });

  it('does not fail so after one restart, nor when the memory stood still before each', () => {
    const rising = lives(30, (age) => 100e6 + 20e6 * age);
    expect(result('memory_leak', { ...rising, events: restartedAt(30) }).status).toBe('inconclusive');
    expect(
      result(
        'memory_leak',
        lives(30, (age) => 400e6 - 300e6 * Math.exp(-age / 3)),
      ).status,
    ).toBe('inconclusive');
  });

  it('does not fail so when the heights have nothing in common, or the restarts were planned', () => {
    const rising = lives(30, (age) => 100e6 + 20e6 * age);
    expect(result('memory_leak', { ...rising, events: restartedAt(10, 30) }).status).toBe('inconclusive');
    const exclude = [{ kind: 'hours' as const, fromMs: 0.4 * HOUR_MS, untilMs: 0.6 * HOUR_MS, reason: 'deploy' }];
    expect(result('memory_leak', { ...rising, exclude }).status).toBe('inconclusive');
  });

  it('does not fail so when the target was deployed at the same hour of each day, whose load its memory follows', () => {
    const days = (...hours: number[]): RunScript => ({
      hours: 72,
      criteria: asked('memory_leak'),
      events: restartedAt(...hours.map((hour) => 60 * hour)),
      series: { 'agent.rss_bytes': { ...MEMORY, noise: 0.001, level: (_, load) => 200e6 * (1 + 0.3 * load) } },
    });
    // A life from midnight to noon, then one from noon to noon, and lives of half a day.
    for (const script of [days(12, 36), days(12, 24, 36, 48), days(9, 14, 33, 38)])
      expect(result('memory_leak', script).why).not.toContain('rose until the target was restarted');
  });

  it('leaves lives of more than a day to the trend', () => {
    const level = (hour: number): number => 200e6 * (1 + 0.02 * (hour % 30));
    const script: RunScript = {
      hours: 72,
      criteria: asked('memory_leak'),
      events: restartedAt(30 * 60, 60 * 60),
      series: { 'agent.rss_bytes': { ...MEMORY, noise: 0.001, level } },
    };
    expect(result('memory_leak', script).why).not.toContain('rose until the target was restarted');
  });

  it('fails at once with a kill for lack of memory, however young it is', () => {
    const found = result('memory_leak', {
      hours: 24,
      liveUntilMs: at(0.5),
      criteria: asked('memory_leak'),
      series: {
        'agent.rss_bytes': MEMORY,
        'box.oom_kills': {
          info: { kind: 'cgroup', unit: 'count', leakCandidate: false, memory: false },
          level: (hour) => (hour < 0.3 ? 0 : 1),
        },
      },
    });
    expect(found).toMatchObject({ status: 'fail', worst: 'box.oom_kills' });
  });
});

describe('degradation of response times', () => {
  it('is told by request name, and one name alone does not decide', () => {
    const rows = runRows({
      hours: 72,
      ratePerMinute: 120,
      names: ['GET /', 'GET /cart'],
      criteria: asked('response_time_degradation'),
    });
    const verdict = judge(rows);
    expect(verdict.drift.map(({ request, state }) => [request, state])).toEqual([
      [null, 'stable'],
      ['GET /', 'stable'],
      ['GET /cart', 'stable'],
    ]);
    expect(judged('response_time_degradation', rows).status).toBe('pass');
  });

  it('is none when only the mix of requests changed', () => {
    const rows = runRows({
      hours: 72,
      ratePerMinute: 120,
      names: ['fast', 'slow'],
      criteria: asked('response_time_degradation'),
    });
    // Each name is as fast as ever, but there is more and more of the one that takes five times as long.
    const sketches = rows.sketches.map((row) => {
      const durationsMs = emptySketch();
      const { durationsMs: own } = row;
      const slower = { ...own, firstIndex: own.firstIndex + 160, max: 5 * (own.max ?? 0) };
      const times = row.name === 'slow' ? 1 + Math.floor((8 * (row.atMs - START_MS)) / (72 * HOUR_MS)) : 4;
      for (let time = 0; time < times; time++) mergeSketch(durationsMs, row.name === 'slow' ? slower : own);
      return { ...row, durationsMs };
    });
    const found = judged('response_time_degradation', { ...rows, sketches });
    expect(found).toMatchObject({ status: 'pass', why: expect.stringContaining('their mix has changed') });
  });
});

describe('checks', () => {
  const withChecks = (fails: number): RunRows => {
    const criteria = asked('check_rate', { comparison: '>=', target: 99, text: '>= 99%', unit: 'percent' });
    const rows = runRows({ hours: 2, warmupMs: HOUR_MS, criteria });
    for (const window of rows.windows) {
      // In the warm-up everything is wrong.
      const wrong = window.startMs < at(1) ? 10 : fails;
      window.checks = [
        { name: 'status is 2xx', passes: 10, fails: 0 },
        { name: 'reply has the expected words', passes: 10 - wrong, fails: wrong },
      ];
    }
    return rows;
  };

  it('fail a target that answers quickly and wrongly', () => {
    expect(judged('error_rate', withChecks(10)).status).toBe('pass');
    expect(judged('check_rate', withChecks(1))).toMatchObject({
      status: 'fail',
      actual: 95,
      worst: '"reply has the expected words" failed 360 times',
    });
    expect(judged('check_rate', withChecks(0))).toMatchObject({ status: 'pass', actual: 100, worst: null });
  });

  it('that were never made are no pass', () => {
    const criteria = asked('check_rate', { comparison: '>=', target: 99, text: '>= 99%', unit: 'percent' });
    expect(result('check_rate', { hours: 2, criteria }).status).toBe('inconclusive');
  });

  it('are judged only when the profile asks', () => {
    expect(judge(runRows({ hours: 2 })).criteria.map(({ id }) => id)).not.toContain('check_rate');
  });
});

describe('throughput', () => {
  it('falls when conversations are cut short, though no request fails', () => {
    const rows = runRows({ hours: 6, series: {} });
    const plan = { ...rows.plan, requestsPerIteration: 4 };
    // Each conversation should make four requests and makes one.
    expect(judged('throughput', { ...rows, plan })).toMatchObject({ status: 'fail', actual: expect.closeTo(25, 0) });
  });

  it('does not hold against the target what k6 took along when it died, or cut when it stopped', () => {
    const gaps: RunScript['gaps'] = [{ fromMs: at(1), untilMs: at(1) + 10_000, kind: 'absent' }];
    const cut = (change: (last: RunRows['windows'][number], begun: number) => void): RunRows => {
      const rows = runRows({ hours: 2, series: {}, gaps });
      const before = rows.windows.filter(({ startMs }) => startMs >= at(1) - 200_000 && startMs < at(1));
      // These conversations had not come to their requests.
      for (const window of before) window.requests = [];
      const last = before.at(-1);
      if (last === undefined) throw new Error('no window');
      change(
        last,
        before.reduce((sum, { iterations }) => sum + iterations.started, 0),
      );
      return rows;
    };
    const crashed = cut((last, begun) => {
      last.inFlight.iterations = begun;
    });
    expect(judged('throughput', crashed)).toMatchObject({ status: 'pass', actual: expect.closeTo(100, 0) });
    const stopped = cut((last, begun) => {
      last.iterations.interrupted = begun;
    });
    expect(judged('throughput', stopped)).toMatchObject({ status: 'pass', actual: expect.closeTo(100, 0) });
    expect(
      judged(
        'throughput',
        cut(() => undefined),
      ).status,
    ).toBe('fail');
  });

  it('does not ask for what conversations said in time that is not judged', () => {
    const exclude = [{ kind: 'hours' as const, fromMs: HOUR_MS, untilMs: 1.1 * HOUR_MS, reason: 'deploy' }];
    const rows = runRows({ hours: 2, series: {}, exclude });
    const late = rows.windows.filter(({ startMs }) => startMs >= at(1) - 200_000 && startMs < at(1));
    for (const window of late) window.requests = [];
    const last = late.at(-1);
    if (last === undefined) throw new Error('no window');
    last.inFlight.iterations = late.reduce((sum, { iterations }) => sum + iterations.started, 0);
    expect(judged('throughput', rows)).toMatchObject({ status: 'pass', actual: expect.closeTo(100, 0) });
  });

  it('does not miss an answer that was counted in the window behind the judged time', () => {
    const exclude = [{ kind: 'hours' as const, fromMs: HOUR_MS / 12, untilMs: HOUR_MS / 10, reason: 'deploy' }];
    const rows = runRows({ hours: 0.2, ratePerMinute: 6000, series: {}, exclude });
    const behind = rows.windows.findIndex(({ startMs }) => startMs >= at(1 / 12));
    const [before, after] = [rows.windows[behind - 1]?.requests[0], rows.windows[behind]?.requests[0]];
    if (before === undefined || after === undefined) throw new Error('no request at the edge');
    before.count -= 1;
    const missing = judged('throughput', rows);
    expect(missing.actual).toBeLessThan(100);
    after.count += 1;
    expect(judged('throughput', rows)).toMatchObject({ status: 'pass', actual: 100 });
    // Another k6 has nothing left of the one before it.
    for (const window of rows.windows.slice(behind)) window.processId = 'another';
    expect(judged('throughput', rows).actual).toBe(missing.actual);
  });

  it('of everything is met when everything was answered', () => {
    for (const comparison of ['>=', '=='] as const) {
      const criteria = asked('throughput', { comparison, target: 100, text: `${comparison} 100%` });
      expect(result('throughput', { hours: 2, criteria }).status).toBe('pass');
    }
  });

  it('falls when arrivals starve', () => {
    const found = result('throughput', { hours: 6, hung: { fromMs: at(2), untilMs: at(3) } });
    expect(found).toMatchObject({ status: 'fail' });
  });

  it('can be asked for in requests a minute', () => {
    const criteria = (target: number): CriterionSpec[] =>
      asked('throughput_normal', { comparison: '>=', target, text: `>= ${target}/min`, unit: 'per_minute' });
    expect(result('throughput_normal', { hours: 24, criteria: criteria(20) }).status).toBe('pass');
    expect(result('throughput_normal', { hours: 24, criteria: criteria(100) }).status).toBe('fail');
  });
});
