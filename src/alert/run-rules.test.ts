import { describe, expect, it } from 'vitest';
import { rulesOf, shippedRules } from '../../tests/support/alert-rig.ts';
import { formatProblem, parseProfile } from '../config/profile.ts';
import { readAlertRules } from './rules-file.ts';
import { rulesForRun } from './run-rules.ts';

const profile = (alerts: string) =>
  parseProfile(
    `soak_test:
  name: s
  duration: 2h
  target: { url: "http://127.0.0.1:1" }
  traffic_pattern: { base_rate: 60 }
  workload: { kind: requests, requests: [{ name: list, path: / }] }
  monitoring:
    interval: 60s
    alerts:
${alerts}
`,
    { fileName: 'p.yaml', readFile: () => '' },
  );

function rulesWith(alerts: string) {
  const read = profile(alerts);
  if (!read.ok) throw new Error(read.problems.map(formatProblem).join('\n'));
  return rulesForRun(shippedRules().rules, read.profile.monitoring);
}

describe('the limits of a profile', () => {
  it('take the place of those of the file on the same metric, and keep name, duration and what they silence', () => {
    const rules = rulesWith(`      response_time_p95: { threshold: 3s, severity: critical }
      error_rate: { threshold: 4%, severity: critical }`);
    expect(rules.find(({ name }) => name === 'HighLatency')).toMatchObject({
      origin: 'profile',
      condition: { threshold: 3000, forMs: 300_000, text: 'response_time_p95 > 3 s' },
      severity: 'critical',
      action: 'page',
    });
    expect(rules.find(({ name }) => name === 'HighErrorRate')?.condition.threshold).toBe(4);
    expect(rules.find(({ name }) => name === 'HighErrorRate')?.inhibits).toEqual(['HighLatency']);
    expect(rules).toHaveLength(shippedRules().rules.length);
  });

  it('keep severity and action of the rule of the file unless they give a severity', () => {
    const rule = (alerts: string) => rulesWith(alerts).find(({ name }) => name === 'HighErrorRate');
    const kept = rule('      error_rate: { threshold: 1% }');
    expect([kept?.condition.threshold, kept?.severity, kept?.action]).toEqual([1, 'critical', 'page']);
    const quieter = rule('      error_rate: { threshold: 1%, severity: warning }');
    expect([quieter?.severity, quieter?.action]).toEqual(['warning', 'notify']);
  });

  it('take the place of one rule; others of the file on the same metric stay', () => {
    const file = rulesOf(`alerts:
  - { name: Bad, condition: error_rate > 5% for 5m, severity: critical }
  - { name: Poor, condition: error_rate > 2% for 15m, severity: warning, action: ticket }
`).rules;
    const limitsWith = (alerts: string): (string | number)[][] => {
      const read = profile(alerts);
      if (!read.ok) throw new Error(read.problems.map(formatProblem).join('\n'));
      return rulesForRun(file, read.profile.monitoring).map(({ name, severity, action, condition }) => [
        ...[name, severity, action, condition.threshold],
      ]);
    };
    expect(limitsWith('      error_rate: { threshold: 8% }')).toEqual([
      ['Bad', 'critical', 'page', 8],
      ['Poor', 'warning', 'ticket', 2],
    ]);
    expect(limitsWith('      error_rate: { threshold: 3%, severity: warning }')).toEqual([
      ['Bad', 'critical', 'page', 5],
      ['Poor', 'warning', 'ticket', 3],
    ]);
  });

  it('are rules of their own where the file says nothing of the metric; less is worse for what should be much', () => {
    const rules = rulesWith(`      memory_usage: { threshold: 85%, severity: warning }
      cache_hit_rate: { threshold: 60%, for: 5m }
      agent.queue_length: { threshold: 1000, severity: info }`);
    const added = rules.filter(({ origin }) => origin === 'profile');
    expect(
      added.map(({ name, condition }) => [
        name,
        condition.metric,
        condition.comparison,
        condition.threshold,
        condition.forMs,
      ]),
    ).toEqual([
      ['MemoryUsage', 'memory_usage', '>', 85, 0],
      ['CacheHitRate', 'cache_hit_rate', '<', 60, 300_000],
      ['AgentQueueLength', 'agent.queue_length', '>', 1000, 0],
    ]);
  });

  it('are refused, all at once, where no metric is meant, the unit is another, or samples come too seldom', () => {
    const read = profile(`      eror_rate: { threshold: 2% }
      response_time_p95: { threshold: 2% }
      cpu: { threshold: 90%, for: 30s }`);
    expect(read.ok ? [] : read.problems.map(formatProblem)).toEqual([
      'p.yaml:10:7 soak_test.monitoring.alerts.eror_rate: "eror_rate" is no metric; did you mean error_rate?',
      'p.yaml:11:39 soak_test.monitoring.alerts.response_time_p95.threshold: "2%" is no limit for response_time_p95; write 5s or 500ms',
      'p.yaml:12:35 soak_test.monitoring.alerts.cpu.for: samples come each 1m: that cpu held for 30s cannot be seen; write at least 1m, 0s to fire at the first sample, or a shorter monitoring.interval',
    ]);
  });
});

describe('a rule of the file on samples that must hold for less than their interval', () => {
  it('is a problem of the file when it is checked for such runs', () => {
    const source = 'alerts:\n  - { name: Hot, condition: cpu > 90% for 30s, severity: warning }\n';
    expect(readAlertRules(source, 'a.yaml').ok).toBe(true);
    const read = readAlertRules(source, 'a.yaml', { intervalMs: 60_000 });
    expect(read.ok ? [] : read.problems.map(formatProblem)).toEqual([
      'a.yaml:2:29 alerts.0.condition: samples come each 1m: that cpu held for 30s cannot be seen; write at least 1m, 0s to fire at the first sample, or a shorter monitoring.interval',
    ]);
    expect(readAlertRules(source, 'a.yaml', { intervalMs: 30_000 }).ok).toBe(true);
  });

  it('is none for a source that cannot be read, which tells that at once', () => {
    expect(
      rulesOf('alerts:\n  - { name: R, condition: redis_up == 0 for 30s, severity: warning }\n').rules,
    ).toHaveLength(1);
  });
});
