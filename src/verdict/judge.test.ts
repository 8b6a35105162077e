import { describe, expect, it } from 'vitest';
import { defaultCriteria, HOUR_MS, MEMORY, type RunScript, runRows, START_MS } from '../../tests/support/run-rows.ts';
import type { CriterionResult, Verdict } from '../model/verdict.ts';
import { judge } from './judge.ts';

const verdictOf = (script: RunScript): Verdict => judge(runRows(script));

function criterion(verdict: Verdict, id: string): CriterionResult {
  const found = verdict.criteria.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no criterion ${id}`);
  return found;
}

const statuses = ({ criteria }: Verdict): Record<string, string> =>
  Object.fromEntries(criteria.map(({ id, status }) => [id, status]));

const at = (hours: number): number => START_MS + hours * HOUR_MS;

describe('a verdict', () => {
  it('passes a healthy soak of 72 h, every criterion with evidence', () => {
    const verdict = verdictOf({ hours: 72 });
    expect(statuses(verdict)).toEqual({
      availability: 'pass',
      mtbf: 'pass',
      mttr: 'not_applicable',
      error_rate: 'pass',
      error_rate_normal: 'pass',
      error_rate_peak: 'pass',
      error_rate_stress: 'not_applicable',
      error_recovery: 'not_applicable',
      response_time_p50_normal: 'pass',
      response_time_p95_normal: 'pass',
      response_time_p50_peak: 'pass',
      response_time_p95_peak: 'pass',
      response_time_p50_stress: 'not_applicable',
      response_time_p95_stress: 'not_applicable',
      throughput: 'pass',
      memory_leak: 'pass',
      response_time_degradation: 'pass',
      crashes: 'pass',
    });
    expect(verdict.outcome).toBe('passed');
    expect(verdict.time).toMatchObject({ totalMs: 72 * HOUR_MS, judgedMs: 72 * HOUR_MS, notOfferedMs: 0 });
  });

  it('fails a leak of 11 % a day and names the series and its rate', () => {
    const verdict = verdictOf({
      hours: 72,
      series: {
        'agent.rss_bytes': { ...MEMORY, level: (hour, load) => 200e6 * (1 + 0.05 * load + (0.112 * hour) / 24) },
        'agent.heap_bytes': { ...MEMORY, level: () => 90e6 },
      },
    });
    expect(verdict.outcome).toBe('failed');
    expect(verdict.headline).toMatch(
      /^failed: agent\.rss_bytes grows 1\d(\.\d+)? % per 24 h \(limit < 5% growth per 24h\), which is called a leak$/,
    );
    expect(criterion(verdict, 'memory_leak').actual).toBeCloseTo(10.7, 0);
    expect(verdict.growth.map(({ series, state }) => [series, state])).toEqual([
      ['agent.rss_bytes', 'leak'],
      ['agent.heap_bytes', 'stable'],
    ]);
  });

  it('gives the growth per 1000 requests as well', () => {
    const rows = runRows({
      hours: 72,
      series: { 'agent.rss_bytes': { ...MEMORY, level: (hour) => 200e6 * (1 + (0.2 * hour) / 24) } },
    });
    const perDay = rows.plan.points.length > 0 ? judge(rows).requests.total / 3 : 0;
    expect(judge(rows).growth[0]?.growthPer1000Requests).toBeCloseTo((0.2 * 200e6 * 1000) / perDay, -4);
  });

  it('fails errors above the limit and counts an outage with its length and cause', () => {
    const verdict = verdictOf({
      hours: 24,
      failures: (atMs) => (atMs >= at(9) && atMs < at(9) + 240_000 ? { connect: 1 } : {}),
    });
    expect(verdict.outages).toHaveLength(1);
    expect(verdict.outages[0]).toMatchObject({
      startMs: at(9),
      endMs: at(9) + 240_000,
      cause: 'connections refused or cut',
    });
    expect(statuses(verdict)).toMatchObject({
      availability: 'pass',
      mttr: 'fail',
      error_recovery: 'fail',
      mtbf: 'fail',
    });
    expect(criterion(verdict, 'mttr').actual).toBeCloseTo(240, 0);
    expect(criterion(verdict, 'availability').actual).toBeCloseTo(100 * (1 - 240 / 86_400), 6);
  });

  it('does not call scattered errors an outage', () => {
    const verdict = verdictOf({ hours: 24, ratePerMinute: 9, failures: () => ({ http_error: 0.03 }) });
    expect(verdict.outages).toEqual([]);
    expect(statuses(verdict)).toMatchObject({ error_rate: 'fail', error_recovery: 'pass', availability: 'pass' });
  });

  it('fails a target that hangs for ever, although no request ever failed', () => {
    const verdict = verdictOf({ hours: 4, hung: { fromMs: START_MS, untilMs: at(4) } });
    expect(verdict.requests.total).toBe(0);
    expect(verdict.outcome).toBe('failed');
    expect(statuses(verdict)).toMatchObject({ availability: 'fail', error_rate: 'fail', error_recovery: 'fail' });
    expect(criterion(verdict, 'response_time_p95_normal').status).toBe('fail');
    expect(criterion(verdict, 'response_time_degradation').status).not.toBe('pass');
  });

  it('holds nothing against a target while the generator stalled, and says where the time went', () => {
    const verdict = verdictOf({ hours: 24, gaps: [{ fromMs: at(10), untilMs: at(10.5), kind: 'stalled' }] });
    expect(verdict.outcome).not.toBe('failed');
    expect(statuses(verdict)).toMatchObject({ availability: 'pass', error_rate: 'pass', throughput: 'pass' });
    expect(verdict.time.notOffered).toEqual([
      { reason: 'the load generator stalled', ms: 1_800_000 },
      { reason: 'the load generator was late', ms: 10_000 },
    ]);
    // Half an hour at two and a half times sixty a minute, less half a ramp: told, though none of it is judged.
    expect(verdict.iterations.late).toBeGreaterThan(4400);
    expect(verdict.iterations.late).toBeLessThan(4500);
    expect(verdict.iterations.planned).toBe(verdict.iterations.started + verdict.iterations.late);
  });

  it('is inconclusive when the generator was away for too long', () => {
    const verdict = verdictOf({ hours: 72, gaps: [{ fromMs: at(10), untilMs: at(14), kind: 'absent' }] });
    expect(verdict.outcome).toBe('inconclusive');
    expect(verdict.headline).toBe(
      'inconclusive: load was not offered in 5.56 % of the time (the load generator was not running), more than 5 %',
    );
  });

  it('tells a stepped clock from a stall and judges no duration across it', () => {
    const verdict = verdictOf({ hours: 24, gaps: [{ fromMs: at(3), untilMs: at(3) + 60_000, kind: 'stepped' }] });
    expect(verdict.time.notOffered).toEqual([{ reason: 'the clock was stepped or the machine suspended', ms: 70_000 }]);
    expect(verdict.outcome).not.toBe('failed');
  });

  it('is aborted when stopped early, but stays failed when that was certain', () => {
    const stopMs = at(30);
    const healthy = verdictOf({ hours: 72, stopMs });
    expect(healthy.outcome).toBe('aborted');
    expect(healthy.headline).toBe('aborted: ended 1 d 18 h before its time: stopped by somebody');
    expect(verdictOf({ hours: 72, stopMs, failures: () => ({ http_error: 0.1 }) }).outcome).toBe('failed');
  });

  it('is inconclusive when more than a tenth is excluded, and judges nothing inside', () => {
    const exclude = (hours: number): RunScript => ({
      hours: 72,
      exclude: [{ kind: 'hours', fromMs: 20 * HOUR_MS, untilMs: (20 + hours) * HOUR_MS, reason: 'deploy window' }],
      failures: (atMs) => (atMs >= at(20) && atMs < at(22) ? { connect: 1 } : {}),
    });
    expect(verdictOf(exclude(2))).toMatchObject({ outcome: 'passed', time: { excludedMs: 2 * HOUR_MS } });
    expect(verdictOf(exclude(2)).outages).toEqual([expect.objectContaining({ judgedMs: 0 })]);
    expect(verdictOf(exclude(8))).toMatchObject({
      outcome: 'inconclusive',
      headline: 'inconclusive: 11.1 % of the run is excluded, more than 10 %',
    });
  });

  it('judges nothing in the warm-up', () => {
    const verdict = verdictOf({
      hours: 72,
      warmupMs: HOUR_MS,
      failures: (atMs) => (atMs < at(1) ? { http_error: 1 } : {}),
    });
    expect(verdict).toMatchObject({ outcome: 'passed', time: { warmupMs: HOUR_MS, judgedMs: 71 * HOUR_MS } });
  });

  it('leaves a pause of the operator out of every account', () => {
    const edits = [
      { kind: 'pause', atMs: at(10) },
      { kind: 'resume', atMs: at(12) },
    ] as const;
    const verdict = verdictOf({ hours: 72, edits: [...edits] });
    expect(verdict).toMatchObject({ outcome: 'passed', time: { pausedMs: 2 * HOUR_MS, notOfferedMs: 0 } });
  });

  it('never passes a criterion that the profile asks for without evidence', () => {
    const asked = defaultCriteria({
      mtbf: { fromProfile: true },
      memory_leak: { fromProfile: true },
      crashes: { fromProfile: true },
      response_time_degradation: { fromProfile: true },
    });
    const short = { hours: 0.2, series: {} };
    expect(statuses(verdictOf({ ...short, criteria: asked }))).toMatchObject({
      mtbf: 'inconclusive',
      memory_leak: 'inconclusive',
      crashes: 'inconclusive',
      response_time_degradation: 'inconclusive',
    });
    expect(statuses(verdictOf(short))).toMatchObject({
      mtbf: 'not_applicable',
      memory_leak: 'not_applicable',
      crashes: 'not_applicable',
      response_time_degradation: 'not_applicable',
    });
  });

  it('passes nothing at all when nothing was offered', () => {
    const verdict = verdictOf({ hours: 24, gaps: [{ fromMs: START_MS, untilMs: at(24), kind: 'absent' }] });
    expect(verdict.outcome).toBe('inconclusive');
    expect(new Set(Object.values(statuses(verdict)))).not.toContain('pass');
  });

  it('does not pass when every criterion is switched off or does not apply', () => {
    expect(verdictOf({ hours: 24, criteria: [] })).toMatchObject({
      outcome: 'inconclusive',
      headline: 'inconclusive: no criterion was judged',
    });
  });

  it('counts a restart of the target once, whoever saw it, and not inside an exclusion', () => {
    const restart = (hours: number, source: string): NonNullable<RunScript['events']>[number] => ({
      atMs: at(hours) + (source === 'agent' ? 0 : 900),
      kind: 'target_restarted',
      severity: 'warning',
      message: `${source} restarted`,
      data: { source },
    });
    const verdict = verdictOf({
      hours: 24,
      exclude: [{ kind: 'hours', fromMs: HOUR_MS, untilMs: 2 * HOUR_MS, reason: 'deploy' }],
      events: [restart(1.5, 'agent'), restart(7, 'agent'), restart(7, 'cgroup')],
    });
    expect(criterion(verdict, 'crashes')).toMatchObject({ actual: 1, status: 'fail', worst: 'agent restarted' });
  });

  it('counts no restart of a dependency', () => {
    const verdict = verdictOf({
      hours: 24,
      events: [
        {
          atMs: at(7),
          kind: 'dependency_restarted',
          severity: 'warning',
          message: 'cache was restarted',
          data: { source: 'cache' },
        },
      ],
    });
    expect(criterion(verdict, 'crashes')).toMatchObject({ actual: 0, status: 'pass' });
  });

  it('names a crash before the errors that followed from it, even where the profile asks about those', () => {
    const events = [
      {
        atMs: at(7),
        kind: 'target_restarted',
        severity: 'error',
        message: 'agent restarted',
        data: { source: 'agent' },
      },
    ] as const;
    const asked = { error_rate: { fromProfile: true, target: 0, text: '<= 0%' } };
    const failures: RunScript['failures'] = (atMs) => (Math.abs(atMs - at(7)) < 60_000 ? { connect: 0.3 } : {});
    const verdict = verdictOf({ hours: 24, events: [...events], criteria: defaultCriteria(asked), failures });
    expect(criterion(verdict, 'error_rate').status).toBe('fail');
    expect(verdict.headline).toMatch(/^failed: agent restarted \(and \d more\)$/);
  });

  it('counts a kill for lack of memory and the restart after it as one crash, and the next one as another', () => {
    const restarted = (hours: number, source: string): NonNullable<RunScript['events']>[number] => ({
      atMs: at(hours) + (source === 'box' ? 48_000 : 30_000),
      kind: 'target_restarted',
      severity: 'error',
      message: `${source} restarted`,
      data: { source },
    });
    const verdict = verdictOf({
      hours: 24,
      series: {
        'box.oom_kills': {
          info: { kind: 'cgroup', unit: 'count', leakCandidate: false, memory: false },
          level: (hour) => (hour < 8 ? 0 : hour < 8 + 2 / 60 ? 1 : 2),
        },
      },
      events: [8, 8 + 2 / 60].flatMap((hours) => [restarted(hours, 'agent'), restarted(hours, 'box')]),
    });
    expect(criterion(verdict, 'crashes')).toMatchObject({
      actual: 2,
      worst: expect.stringContaining('lack of memory'),
    });
  });

  it('counts a process that ended and never came back', () => {
    const rows = runRows({ hours: 24 });
    for (const sample of rows.samples) {
      if (sample.atMs >= at(20)) Object.assign(sample, { min: null, mean: null, max: null, last: null });
    }
    expect(criterion(judge(rows), 'crashes')).toMatchObject({
      actual: 1,
      status: 'fail',
      worst: 'agent ended and did not come back',
    });
  });

  it('counts kills for lack of memory', () => {
    const verdict = verdictOf({
      hours: 24,
      series: {
        'box.oom_kills': {
          info: { kind: 'cgroup', unit: 'count', leakCandidate: false, memory: false },
          level: (hour) => (hour < 8 ? 0 : 2),
        },
      },
    });
    expect(criterion(verdict, 'crashes')).toMatchObject({ actual: 1, status: 'fail' });
  });

  it('sees degradation of response times, and not that of a passing burst', () => {
    const drifting = verdictOf({
      hours: 72,
      medianMs: (atMs, load) => 100 * (1 + 0.2 * load) * (1 + (0.4 * (atMs - START_MS)) / (72 * HOUR_MS)),
    });
    expect(criterion(drifting, 'response_time_degradation')).toMatchObject({ status: 'fail' });
    expect(Math.abs((criterion(drifting, 'response_time_degradation').actual ?? 0) - 40)).toBeLessThan(3);
    const burst = verdictOf({
      hours: 72,
      medianMs: (atMs, load) => 100 * (1 + 0.2 * load) * (atMs > at(40) && atMs < at(44) ? 3 : 1),
    });
    expect(criterion(burst, 'response_time_degradation').status).not.toBe('fail');
  });

  it('counts a refused connection as the time-out, not as an answer within 0 ms', () => {
    const verdict = verdictOf({ hours: 24, failures: () => ({ connect: 0.5 }) });
    expect(criterion(verdict, 'response_time_p95_normal')).toMatchObject({ status: 'fail' });
    expect(criterion(verdict, 'response_time_p95_normal').actual).toBeGreaterThan(10_000);
  });

  it('stands before the end as it stands then, and says so', () => {
    const live = { hours: 72, liveUntilMs: at(20) };
    expect(judge(runRows(live))).toMatchObject({
      outcome: 'inconclusive',
      computedMs: at(20),
      time: { totalMs: 20 * HOUR_MS },
    });
    const failing = judge(runRows({ ...live, failures: () => ({ http_error: 0.2 }) }), { nowMs: at(20) + 5000 });
    expect(failing.headline).toMatch(/^failed so far: Error rate/);
    expect(failing.time.notOfferedMs).toBe(0);
    const silent = judge(runRows(live), { nowMs: at(21) });
    expect(silent.time.notOffered).toEqual([{ reason: 'the load generator was not running', ms: HOUR_MS }]);
  });

  it('of a rehearsal says what it would have been, growth and MTBF in profile time', () => {
    const compression = 1080;
    const rehearsal = { hours: 72, compression, ratePerMinute: 1200, warmupMs: 6 * HOUR_MS };
    const healthy = verdictOf(rehearsal);
    expect(healthy.outcome).toBe('passed');
    expect(healthy.headline).toMatch(/^rehearsed: would pass: /);
    const leaking = verdictOf({
      ...rehearsal,
      series: { 'agent.rss_bytes': { ...MEMORY, level: (hour, load) => 80e6 * (1 + 0.05 * load + (0.3 * hour) / 24) } },
    });
    expect(leaking.outcome).toBe('failed');
    expect(leaking.headline).toMatch(/^rehearsed: would fail: agent\.rss_bytes grows 2\d/);
  });

  it('is the same from the same rows, whenever it is asked', () => {
    const script = { hours: 24, failures: () => ({ timeout: 0.01 }) };
    const first = judge(runRows(script), { nowMs: at(25) });
    expect(judge(structuredClone(runRows(script)), { nowMs: at(900) })).toEqual(first);
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
  });
});
