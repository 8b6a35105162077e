import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../config/problem.ts';
import { readAlertRules } from './rules-file.ts';

const problemsOf = (source: string): string[] => {
  const read = readAlertRules(source, 'alerts.yaml');
  return read.ok ? [] : read.problems.map(formatProblem);
};
const conditionOf = (text: string) => {
  const read = readAlertRules(`alerts: [{ name: R, condition: "${text}", severity: warning }]`, 'alerts.yaml');
  return read.ok ? read.value.rules[0]?.condition : read.problems.map(({ problem, hint }) => `${problem}; ${hint}`);
};

describe('a file of alert rules', () => {
  it('reads the conditions of the reliability testing plan as they are written there', () => {
    expect(conditionOf('error_rate > 2% for 5min')).toMatchObject({
      metric: 'error_rate',
      threshold: 2,
      forMs: 300_000,
    });
    expect(conditionOf('p95 > 5s for 5min')).toMatchObject({
      metric: 'response_time_p95',
      threshold: 5_000,
      unit: 'milliseconds',
    });
    expect(conditionOf('memory growth > 20% in 1hr')).toMatchObject({
      metric: 'memory_growth',
      threshold: 20,
      overMs: 3_600_000,
    });
    expect(conditionOf('uptime = 0 for 1min')).toMatchObject({
      metric: 'up',
      comparison: '==',
      threshold: 0,
      forMs: 60_000,
    });
    expect(conditionOf('redis_up = 0 for 30s')).toMatchObject({ metric: 'redis_up', forMs: 30_000 });
    expect(conditionOf('cpu > 90% for 10min')).toMatchObject({ metric: 'cpu', threshold: 90, forMs: 600_000 });
  });

  it('reads the alert rules of the reliability invariants as they are written there', () => {
    const read = readAlertRules(
      `alerts:
  - name: "High Timeout Rate"
    condition: "timeout_rate > 0.05"
    severity: "warning"
    description: "Timeout rate exceeds 5%"
  - name: "Circuit Breaker Open"
    condition: "circuit_breaker_open == 1"
    severity: "critical"
    description: "Circuit breaker is open"
`,
      'alerts.yaml',
    );
    if (!read.ok) throw new Error(read.problems.map(formatProblem).join('\n'));
    expect(read.value.rules).toMatchObject([
      {
        name: 'High Timeout Rate',
        condition: { threshold: 5, unit: 'percent' },
        action: 'notify',
        summary: 'Timeout rate exceeds 5%',
      },
      { name: 'Circuit Breaker Open', condition: { threshold: 1 }, action: 'page' },
    ]);
  });

  it('reads words, bytes, series and times to look back', () => {
    expect(conditionOf('run_state == paused for 2h')).toMatchObject({ unit: 'run_state', threshold: 3 });
    expect(conditionOf('memory_usage > 2048MiB for 10m')).toMatchObject({ unit: 'bytes', threshold: 2_147_483_648 });
    expect(conditionOf('*.queue_length > 1000 over 10m')).toMatchObject({ metric: '*.queue_length', overMs: 600_000 });
    expect(conditionOf('exhaustion < 1d')).toMatchObject({ unit: 'hours', threshold: 24 });
  });

  it('tells what is wrong with a condition, and what to write instead', () => {
    expect(conditionOf('eror_rate > 2%')).toEqual(['"eror_rate" is no metric; did you mean error_rate?']);
    expect(conditionOf('error_rate > 2')).toEqual(['2 has no unit; write 2%, or a share such as 0.02']);
    expect(conditionOf('p95 > 2%')).toEqual(['"2%" is no limit for response_time_p95; write 5s or 500ms']);
    expect(conditionOf('trend == leek')).toEqual(['"leek" is no limit for trend; did you mean leak?']);
    expect(conditionOf('trend > leak')).toEqual(['trend is a word, and has no order; compare it with == or !=']);
    expect(conditionOf('in_flight > 5 over 5m')).toEqual(['in_flight is not taken over time; leave `over 5m` away']);
    expect(conditionOf('error_rate')).toEqual([
      '"error_rate" is not a condition; write for example error_rate > 2% for 5m',
    ]);
    expect(conditionOf('error_rate > 2% for ever')).toEqual([
      '"ever" is not a duration; write for example 72h, 90s or 1h30m; units are ms, s, m, h and d',
    ]);
  });

  it('tells all its problems at once, each with its place', () => {
    const source = `repeat: { critical: 1x }
alerts:
  - name: A
    condition: error_rate > 2% for 5m
    severity: loud
  - name: B
    condition: p95 > 5s
    severity: warning
    clear: 6s
    inhibits: [B, C]
    min_count: 0
  - name: B
    condition: in_flight > 5
    severity: warning
    min_count: 3
    runbook: wiki
    owner: me
`;
    expect(problemsOf(source)).toEqual([
      'alerts.yaml:1:21 repeat.critical: "1x" is not a duration; write for example 72h, 90s or 1h30m; units are ms, s, m, h and d',
      'alerts.yaml:5:15 alerts.0.severity: "loud" is not one of info, warning, critical; write one of them',
      'alerts.yaml:11:16 alerts.1.min_count: 0 is not above 0; write more than 0',
      'alerts.yaml:12:11 alerts.2.name: a second rule is named "B"; give each a name of its own',
      'alerts.yaml:16:14 alerts.2.runbook: "wiki" is no http address; see docs/alerts.md',
      'alerts.yaml:17:5 alerts.2.owner: unknown key "owner"; known keys: name, condition, severity, action, clear, min_count, labels, summary, description, runbook, inhibits',
    ]);
  });

  it('holds rules against each other', () => {
    const source = `alerts:
  - { name: A, condition: up == 0, severity: critical, inhibits: [A, D] }
  - { name: B, condition: p95 > 5s, severity: warning, clear: 6s }
  - { name: B, condition: in_flight > 5, severity: warning, min_count: 3 }
`;
    expect(problemsOf(source)).toEqual([
      'alerts.yaml:2:67 alerts.0.inhibits.0: a rule cannot silence itself; leave it away',
      'alerts.yaml:2:70 alerts.0.inhibits.1: there is no rule "D"; name a rule of this file',
      'alerts.yaml:3:63 alerts.1.clear: lies on the bad side of the limit; a firing alert would never resolve; move it to the good side',
      'alerts.yaml:4:13 alerts.2.name: a second rule is named "B"; give each a name of its own',
      'alerts.yaml:4:72 alerts.2.min_count: in_flight is no share of anything; leave it away',
    ]);
  });

  it('tells a second rule of a name beside whatever else is wrong with it, and a rule with a mistake is there', () => {
    const source = `alerts:
  - { name: A, condition: up == 0, severity: critical, inhibits: [B] }
  - { name: B, condition: error_rate > 2, severity: warning }
  - { name: B, condition: p95 > 5s, severity: loud }
`;
    expect(problemsOf(source).map((problem) => problem.split(' ')[1])).toEqual([
      'alerts.1.condition:',
      'alerts.2.name:',
      'alerts.2.severity:',
    ]);
  });

  it('refuses a limit that a share can never pass, or always does', () => {
    const between = 'error_rate lies between 0% and 100%: write a limit between';
    expect(conditionOf('error_rate > 200%')).toEqual([`"error_rate > 200%" can never hold; ${between}`]);
    expect(conditionOf('error_rate < 200%')).toEqual([`"error_rate < 200%" always holds; ${between}`]);
    expect(conditionOf('error_rate > 100%')).toEqual([`"error_rate > 100%" can never hold; ${between}`]);
    expect(conditionOf('error_rate >= 0%')).toEqual([`"error_rate >= 0%" always holds; ${between}`]);
    expect(conditionOf('error_rate >= 100%')).toMatchObject({ threshold: 100 });
    expect(conditionOf('error_rate > 0%')).toMatchObject({ threshold: 0 });
    expect(conditionOf('cpu > 350%')).toMatchObject({ threshold: 350 });
    expect(conditionOf('memory growth > 200% in 1hr')).toMatchObject({ threshold: 200 });
  });

  it('leaves the labels to soakd that it sets itself', () => {
    const source = `alerts:
  - { name: A, condition: up == 0, severity: critical, labels: { team: shop, series: x } }
  - { name: B, condition: up == 0, severity: critical, labels: { alertname: y } }
`;
    expect(problemsOf(source)).toEqual([
      'alerts.yaml:2:78 alerts.0.labels.series: soakd sets the label "series" itself; give it another name',
      'alerts.yaml:3:66 alerts.1.labels.alertname: soakd sets the label "alertname" itself; give it another name',
    ]);
  });

  it('has no time to last for what is told once', () => {
    expect(conditionOf('did_not_start == 1 for 5m')).toEqual([
      'did_not_start is told once, and lasts for no time; leave `for 5m` away',
    ]);
    expect(conditionOf('trend == leak for 1h')).toMatchObject({ forMs: 3_600_000 });
  });

  it('is shipped without a problem, with all rules of the plan and of the invariants', () => {
    const read = readAlertRules(readFileSync('config/alerts.yaml', 'utf8'), 'config/alerts.yaml');
    if (!read.ok) throw new Error(read.problems.map(formatProblem).join('\n'));
    const names = read.value.rules.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'HighErrorRate',
        'HighLatency',
        'MemoryLeak',
        'ServiceDown',
        'RedisUnavailable',
        'HighCPU',
      ]),
    );
    expect(names).toEqual(
      expect.arrayContaining([
        'HighTimeoutRate',
        'HighRetryRate',
        'CircuitBreakerOpen',
        'BulkheadRejections',
        'SagaCompensationRateHigh',
      ]),
    );
  });
});
