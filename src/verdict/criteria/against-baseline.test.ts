import { describe, expect, it } from 'vitest';
import { HOUR_MS, MEMORY, profileOf, type RunScript, runRows, START_MS } from '../../../tests/support/run-rows.ts';
import type { RunBaseline, RunMeasures } from '../../model/baseline.ts';
import type { BaselineCriterion } from '../../model/profile.ts';
import type { CriterionResult } from '../../model/verdict.ts';
import { judge } from '../judge.ts';
import { judgedTime } from '../judged-time.ts';
import { measuresOf } from '../measures.ts';
import type { RunRows } from '../rows.ts';
import { spanOf } from '../span.ts';

const PLAIN: RunScript = { hours: 24, warmupMs: HOUR_MS, ratePerMinute: 120, series: { 'agent.rss_bytes': MEMORY } };

const P95: BaselineCriterion = {
  ...{ id: 'response_time_p95', unit: 'milliseconds', comparison: '<=', text: '<= baseline + 10%' },
  ...{ baseline: 'default', factor: 1.1, offset: 0 },
};
const ERRORS: BaselineCriterion = {
  ...P95,
  id: 'error_rate',
  unit: 'percent',
  text: '<= baseline + 0.2pp',
  factor: 1,
  offset: 0.2,
};
const GROWTH: BaselineCriterion = {
  ...P95,
  id: 'memory_leak',
  unit: 'percent_per_24h',
  text: '<= baseline + 1pp',
  factor: 1,
  offset: 1,
};

const RECOVERY: BaselineCriterion = {
  ...{ id: 'error_recovery', unit: 'percent', comparison: '>=', text: '>= baseline' },
  ...{ baseline: 'default', factor: 1, offset: 0 },
};
const MTBF: BaselineCriterion = { ...RECOVERY, id: 'mtbf', unit: 'hours' };
const at = (hour: number): number => START_MS + hour * HOUR_MS;

function measured(script: Partial<RunScript>, runId = 'earlier'): RunMeasures {
  const rows = runRows({ ...PLAIN, ...script });
  const span = spanOf(rows);
  return { ...measuresOf({ rows, span, judged: judgedTime(rows, span).judged }, judge(rows).criteria), runId };
}
const promoted = (runs: RunMeasures[]): RunBaseline => ({ name: 'default', kind: 'promoted', runs });

function rowsWith(spec: BaselineCriterion, script: Partial<RunScript>, baselines?: RunBaseline[]): RunRows {
  const whole = { ...PLAIN, seed: 7, ...script };
  const profile = { ...profileOf(whole), againstBaseline: [spec] };
  profile.criteria = profile.criteria.filter(({ id }) => id !== spec.id);
  const rows = runRows({ ...whole, profile });
  return baselines === undefined ? rows : { ...rows, run: { ...rows.run, baselines } };
}
function judged(spec: BaselineCriterion, script: Partial<RunScript>, baselines?: RunBaseline[]): CriterionResult {
  const found = judge(rowsWith(spec, script, baselines)).criteria.find(({ id }) => id === spec.id);
  if (found === undefined) throw new Error(`${spec.id} is not judged`);
  return found;
}
const slower = (factor: number): Partial<RunScript> => ({ medianMs: (_, load) => factor * 100 * (1 + 0.2 * load) });

describe('a criterion against a baseline', () => {
  const baseline = promoted([measured({})]);

  it('passes when the run is as fast at like load, with the limit that follows', () => {
    const found = judged(P95, {}, [baseline]);
    expect(found).toMatchObject({
      status: 'pass',
      comparison: '<=',
      targetText: '<= baseline + 10%',
      fromProfile: true,
    });
    expect((found.target ?? 0) / (found.actual ?? 1)).toBeCloseTo(1.1, 1);
    expect(found.why).toMatch(
      /ms, at like load [\d.]+ ms below the limit of \d+ ms from baseline "default" \(earlier\)$/,
    );
  });

  it('fails when it is slower by more than the margin, and is too close to call at the margin itself', () => {
    expect(judged(P95, slower(1.25), [baseline])).toMatchObject({ status: 'fail' });
    const close = judged(P95, slower(1.1), [baseline]);
    expect(close.status).toBe('inconclusive');
    expect(close.why).toMatch(/too close to call, at like load it is \d+ ms to \d+ ms \(95 %\)$/);
  });

  it('without a baseline is inconclusive, and says what to do', () => {
    const found = judged(P95, {});
    expect(found).toMatchObject({ status: 'inconclusive', target: null });
    expect(found.actual).toBeGreaterThan(100);
    expect(found.why).toBe(
      '"<= baseline + 10%" needs an earlier run, and none was promoted or had passed when this one started: `soakd baseline promote` makes this run the first',
    );
    const named = { ...P95, baseline: 'release-4' };
    expect(judged(named, {}, [baseline]).why).toContain('needs the baseline "release-4", which nobody had promoted');
    expect(judge(rowsWith(P95, {})).outcome).toBe('inconclusive');
  });

  it('that could not be read is inconclusive, and says why', () => {
    const unread = 'r1: the runs of the baseline could not be read';
    expect(judged(P95, {}, [{ name: 'default', kind: 'passed', runs: [], unread }])).toMatchObject({
      status: 'inconclusive',
      why: `"<= baseline + 10%" needs the baseline "default", which could not be read when this run started (${unread})`,
    });
  });

  it('takes the middle of several runs: one that was slow by chance moves nothing', () => {
    const runs = [measured(slower(2), 'slow'), measured({ seed: 2 }, 'b'), measured({ seed: 3 }, 'c')];
    const found = judged(P95, {}, [{ name: 'default', kind: 'passed', runs }]);
    expect(found.status).toBe('pass');
    expect(found.why).toContain('from the median of 3 runs that passed');
    expect((found.target ?? 0) / (found.actual ?? 1)).toBeCloseTo(1.1, 1);
  });

  it('compares at like load: twice the rate is not held against what it costs', () => {
    // The response grows with the requests a minute, whatever the profile calls its base.
    const byRate = (rate: number): Partial<RunScript> => ({
      ratePerMinute: rate,
      medianMs: (_, load) => 60 + 0.4 * load * rate,
    });
    const busy = judged(P95, byRate(300), [promoted([measured(byRate(120))])]);
    expect(busy.status).not.toBe('fail');
    const far = judged(P95, byRate(6000), [promoted([measured(byRate(120))])]);
    expect(far).toMatchObject({ status: 'inconclusive', target: null });
    expect(far.why).toContain(
      'it cannot be held against baseline "default" (earlier): only 0 % of this run was at loads that run earlier had too',
    );
  });

  it('holds shares of failures against each other in points', () => {
    const failing = (share: number): Partial<RunScript> => ({ failures: () => ({ http_error: share }) });
    const before = [promoted([measured(failing(0.005))])];
    expect(judged(ERRORS, failing(0.005), before)).toMatchObject({ status: 'pass' });
    const worse = judged(ERRORS, failing(0.012), before);
    expect(worse.status).toBe('fail');
    expect(worse.why).toMatch(/^1\.\d+ %, at like load 0\.\d+ points above the limit of 0\.[67]\d* % from baseline/);
    expect(worse.target).toBeCloseTo(0.7, 0);
  });

  it('holds growth against growth', () => {
    const growing = (share: number): Partial<RunScript> => ({
      hours: 48,
      series: { 'agent.rss_bytes': { ...MEMORY, level: (hour) => 200e6 * (1 + (share * hour) / 24) } },
    });
    const before = [promoted([measured(growing(0.04))])];
    expect(judged(GROWTH, growing(0.04), before)).toMatchObject({ status: 'pass' });
    expect(judged(GROWTH, growing(0.2), before)).toMatchObject({ status: 'fail' });
  });

  const still: Partial<RunScript> = { hours: 48, series: { 'agent.rss_bytes': MEMORY } };

  it('passes no target that was killed for lack of memory, however its memory looks', () => {
    const kills = {
      info: { kind: 'cgroup', unit: 'count', leakCandidate: false, memory: false },
      level: (hour: number) => (hour < 30 ? 0 : 1),
    } as const;
    const killed = { hours: 48, series: { 'agent.rss_bytes': MEMORY, 'box.oom_kills': kills } };
    expect(judged(GROWTH, still, [promoted([measured(still)])]).status).toBe('pass');
    const found = judged(GROWTH, killed, [promoted([measured(still)])]);
    expect(found).toMatchObject({ status: 'fail', worst: 'box.oom_kills' });
    expect(found.why).toContain('for lack of memory');
    expect(judged(GROWTH, killed).status).toBe('fail');
  });

  it("does not pass the target's growth on the memory of a dependency alone", () => {
    const cacheOnly = {
      hours: 48,
      series: { 'redis.used_memory': { ...MEMORY, info: { role: 'dependency' } } },
    } as const;
    const found = judged(GROWTH, cacheOnly, [promoted([measured(still)])]);
    expect(found.status).toBe('inconclusive');
    expect(found.why).toContain("only dependencies' memory was read");
  });

  it('passes no growth while another series is too wide to tell', () => {
    const tight = {
      ...MEMORY,
      level: (hour: number) => 200e6 * (1 + (0.004 * hour) / 24),
      noise: 0.0002,
      correlation: 0,
    };
    const wide = { ...MEMORY, noise: 0.08, correlation: 0.95 };
    const script = { hours: 48, series: { 'agent.rss_bytes': tight, 'agent.heap_bytes': wide } };
    const alone = { hours: 48, series: { 'agent.rss_bytes': tight } };
    expect(judged(GROWTH, alone, [promoted([measured(alone)])]).status).toBe('pass');
    expect(judged(GROWTH, script, [promoted([measured(alone)])])).toMatchObject({
      ...{ status: 'inconclusive', worst: 'agent.heap_bytes' },
    });
  });

  it('does not call errors recovered while an outage is open', () => {
    const down = (fromMs: number, lengthMs: number): Partial<RunScript> => ({
      failures: (atMs) => (atMs >= fromMs && atMs < fromMs + lengthMs ? { connect: 1 } : {}),
    });
    const before = [promoted([measured(down(at(5), 20_000))])];
    expect(judged(RECOVERY, down(at(7), 20_000), before).status).toBe('pass');
    expect(judged(RECOVERY, down(at(24) - 20_000, 20_000), before)).toMatchObject({
      ...{ status: 'inconclusive', why: 'the last outage is not over' },
    });
  });

  describe('of the time between outages', () => {
    const quiet = promoted([measured({})]);
    const outageAt = (...hours: number[]): Partial<RunScript> => ({
      failures: (atMs) => (hours.some((hour) => atMs >= at(hour) && atMs < at(hour) + 60_000) ? { connect: 1 } : {}),
    });

    it('passes a run as long as the baseline in which neither had one, and leaves a short one open', () => {
      expect(judged(MTBF, {}, [quiet])).toMatchObject({ status: 'pass', actual: null });
      const short = judged(MTBF, { hours: 12 }, [promoted([measured({ hours: 48 })])]);
      expect(short.status).toBe('inconclusive');
    });

    it('holds what a run without one has shown against a baseline that had some', () => {
      const before = [promoted([measured(outageAt(3, 5, 7, 9, 11, 13))])];
      expect(judged(MTBF, {}, before).status).toBe('pass');
      // So little uptime shows less than the baseline did.
      expect(judged(MTBF, { hours: 4 }, before).status).not.toBe('pass');
    });

    it('fails against a baseline without one when even luck does not explain so many', () => {
      const many = outageAt(...Array.from({ length: 20 }, (_, hour) => 2 + hour));
      expect(judged(MTBF, many, [quiet]).status).toBe('fail');
      expect(judged(MTBF, outageAt(5), [quiet]).status).toBe('inconclusive');
    });
  });

  it('says of how many runs the median is: those that could be compared', () => {
    const runs = [
      measured({ ratePerMinute: 6000, hours: 6 }, 'far'),
      measured({ seed: 2 }, 'b'),
      measured({ seed: 3 }, 'c'),
    ];
    const found = judged(P95, {}, [{ name: 'default', kind: 'passed', runs }]);
    expect(found.why).toContain('from the median of 2 runs that passed (1 more cannot be compared)');
  });

  it('says the same on replay: what is kept with the run is all that counts', () => {
    const rows = rowsWith(P95, slower(1.25), [baseline]);
    const stored: RunRows = { ...rows, run: JSON.parse(JSON.stringify(rows.run)) };
    expect(judge(stored)).toEqual(judge(rows));
    expect(JSON.stringify(rows.run.baselines).length).toBeLessThan(20_000);
  });

  it('is not asked of a rehearsal', () => {
    const found = judged(P95, { compression: 60, ratePerMinute: 3000 }, [baseline]);
    expect(found).toMatchObject({ status: 'not_applicable', why: 'a rehearsal is held against no baseline' });
  });
});
