/**
 * soakd, a real Prometheus that scrapes it, and a real Alertmanager: what is shipped under config/ for them is held against a
 * soak that runs. Grafana cannot be had: its dashboard is checked for its form, and each of its queries is asked.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createShop } from '../examples/shop-agent/server.ts';
import { redisSessions } from '../examples/shop-agent/sessions/redis.ts';
import { ALL_OFF } from '../examples/shop-agent/switches.ts';
import { systemClock } from '../src/base/clock.ts';
import { parseDuration } from '../src/base/duration.ts';
import type { AlertCondition } from '../src/model/alert.ts';
import { openSqliteDutyStore } from '../src/store/sqlite/open.ts';
import { shippedRules } from './support/alert-rig.ts';
import { alertmanagerIsInstalled, startAlertmanager } from './support/alertmanager-server.ts';
import { ApiRig, weeklySoak } from './support/api-rig.ts';
import { startTestDaemon } from './support/daemon-rig.ts';
import { queriesOf, readDashboard, variablesOf } from './support/grafana-dashboard.ts';
import { type HttpTarget, startHttpTarget } from './support/http-target.ts';
import { k6ForTests } from './support/k6.ts';
import { ownAlert } from './support/own-alert.ts';
import { PromClient, prometheusIsInstalled, startPrometheusWith } from './support/prometheus-server.ts';
import { redisIsInstalled, startRedis } from './support/redis-server.ts';
import { HOUR_MS, SimulatedStaging, START_MS } from './support/simulated-staging.ts';

const folder = 'config/prometheus';
const allInstalled = [prometheusIsInstalled(), alertmanagerIsInstalled(), redisIsInstalled()].every(Boolean);

const promtool = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
  return { status, said: stdout + stderr };
};

describe.runIf(prometheusIsInstalled())('the rules for Prometheus', () => {
  it('please promtool', () => {
    expect(promtool('check', 'rules', 'rules.yaml')).toMatchObject({ status: 0 });
  });

  it('fire when they should, and are quiet at night, in the warm-up and while all is well', () => {
    expect(promtool('test', 'rules', 'rules.test.yaml')).toEqual({
      status: 0,
      said: expect.stringContaining('SUCCESS'),
    });
  });

  it('have the names and severities of the rules of soakd itself, their durations and their limits', () => {
    const theirs = new Map(rules().flatMap((rule) => (rule.alert === undefined ? [] : [[rule.alert, rule] as const])));
    const ours = shippedRules().rules;
    expect(ours.length).toBeGreaterThan(15);
    for (const { name, severity, condition } of ours) {
      const rule = theirs.get(name);
      expect([name, rule?.labels?.severity]).toEqual([name, severity]);
      const duration = parseDuration(rule?.for ?? '0s');
      const lasts = duration.ok ? duration.value : null;
      const elsewhere = SAID_OTHERWISE[name];
      if (elsewhere === undefined) {
        expect([name, lasts]).toEqual([name, condition.forMs]);
        expect([name, rule?.expr]).toEqual([name, expect.stringMatching(limitOf(condition))]);
      } else expect([name, `${rule?.expr} for ${lasts} ms`]).toEqual([name, expect.stringContaining(elsewhere)]);
    }
    // An exception for a rule that is no more would hide nothing, and looks as if it did.
    expect(Object.keys(SAID_OTHERWISE).filter((name) => !ours.some((rule) => rule.name === name))).toEqual([]);
  });

  it('are each tried by a unit test', () => {
    const { tests } = parse(readFileSync(join(folder, 'rules.test.yaml'), 'utf8'));
    const fired = new Set(
      tests.flatMap((test: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }) =>
        test.alert_rule_test.filter(({ exp_alerts }) => exp_alerts.length > 0).map(({ alertname }) => alertname),
      ),
    );
    expect([...fired].toSorted()).toEqual(alertNames().toSorted());
  });
});

/** Rules whose limit Prometheus must say in another way, and how: what it sees is another number, or a label. */
const SAID_OTHERWISE: Readonly<Record<string, string>> = {
  // 20 % in an hour, as a rate a day.
  MemoryLeak: '> 480',
  GrowthSuspected: 'state="suspect"} == 1',
  LeakFound: 'state="leak"} == 1',
  DriftFound: 'state="drift"} == 1',
  // The same alert, as soakd tells it.
  DidNotStart: 'alertname="DidNotStart", state="firing"}) > 0',
  // Three, from an increase that Prometheus extrapolates.
  GeneratorReplaced: '> 2.5',
  // Silence for two minutes: for Prometheus the limit is how long nothing is there.
  LoadGone: 'for 120000 ms',
};

/** The comparison with the limit as it stands in an expression: Prometheus takes ratios and seconds. */
function limitOf({ comparison, threshold, unit }: AlertCondition): RegExp {
  const scaled = unit === 'percent' ? threshold / 100 : unit === 'milliseconds' ? threshold / 1_000 : threshold;
  // What a sampler reads is scraped as it was read: percent stay percent.
  const values = unit === 'percent' ? `(?:${scaled}|${threshold})` : String(scaled);
  return new RegExp(`(?<![<>=!])${comparison} ${values}(?![\\d.])`);
}

interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  for?: string;
  labels?: { severity: string };
}

const rules = (): Rule[] =>
  parse(readFileSync(join(folder, 'rules.yaml'), 'utf8')).groups.flatMap(({ rules }: { rules: Rule[] }) => rules);
const alertNames = (): string[] => rules().flatMap(({ alert }) => alert ?? []);

describe('the dashboard for Grafana', () => {
  const dashboard = readDashboard();

  it('has a fixed uid, and the panels of the reliability testing plan, §10.1, with their kinds and thresholds', () => {
    expect(dashboard.uid).toBe('soakd-soak');
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
    const shown = (title: string) => {
      const found = dashboard.panels.find((panel) => panel.title === title);
      return [
        found?.type,
        found?.fieldConfig?.defaults.thresholds.steps.map(({ value, color }) => `${value} ${color}`),
      ];
    };
    expect(shown('System Availability')).toEqual(['stat', ['null red', '0.99 yellow', '0.995 green']]);
    expect(shown('Response Time P95')).toEqual(['timeseries', ['null green', '5 yellow']]);
    expect(shown('Error Rate')).toEqual(['timeseries', ['null green', '0.02 red']]);
    expect(shown('Memory Usage')).toEqual(['timeseries', ['null green', '2048 yellow']]);
    expect(shown('Active Sessions')[0]).toBe('stat');
    expect(shown('Tool Success Rate')[0]).toBe('bargauge');
  });

  it('asks the data source of its variable, shows panels beside and not over each other, and gives each an id', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const asked = [
      ...dashboard.panels.flatMap(({ datasource, targets = [] }) => [
        datasource,
        ...targets.map((one) => one.datasource),
      ]),
      ...dashboard.annotations.list.filter(({ builtIn }) => builtIn === undefined).map(({ datasource }) => datasource),
    ];
    for (const one of asked) if (one !== undefined) expect(one).toEqual({ type: 'prometheus', uid: `\${datasource}` });
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });

  it('marks starts, ends, restarts, faults, alerts and what is not judged', () => {
    const names = dashboard.annotations.list.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['Starts', 'Ends', 'Restarts', 'Faults and gaps', 'Alerts', 'Not judged']),
    );
  });
});

const READ_TOKEN = 'prometheus-may-only-look';
const OPERATE_TOKEN = 'correct-horse-battery';

/** An alert of soakd's own that no soak of a minute raises, and its message that waits. */
async function missAStart(storeFile: string): Promise<void> {
  const duty = await openSqliteDutyStore({ file: storeFile, clock: systemClock });
  const nowMs = systemClock.now();
  const alert = ownAlert('DidNotStart', nowMs);
  const body = {
    kind: 'firing',
    severity: 'critical',
    title: 't',
    text: 't',
    runId: null,
    link: null,
    alerts: [],
  } as const;
  const message = { key: 'did-not-start', channel: 'nobody', group: 'g', createdMs: nowMs, dueMs: nowMs, body };
  await duty.commitAlerts({ alerts: [alert], transitions: [], notifications: [message] });
  await duty.close();
}

/** What the target tells of itself beside what the shop does: the invariants, with an open breaker. */
const TARGET_METRICS = `retry_rate 0.01
circuit_breaker_open 1
bulkhead_rejections 2
saga_compensation_rate 0.001
`;

const profile = (port: number, redisPort: number, gateway: string): string => `soak_test:
  name: watched
  duration: 24h
  target: { url: "http://127.0.0.1:${port}" }
  traffic_pattern: { base_rate: 1800, timezone: UTC }
  user_simulation:
    think_time: { new_users: 20ms-80ms, returning_users: 10ms-50ms, power_users: 5ms-20ms }
  workload: { kind: chat, timeout: 5s }
  monitoring:
    interval: 60s
    samplers:
      - { kind: process, name: shop, port: ${port} }
      - { kind: redis, name: sessions, url: "redis://127.0.0.1:${redisPort}" }
      - kind: prometheus
        name: agent
        path: /metrics
        series:
          heap_used_bytes: nodejs_heap_size_used_bytes
          tool_calls_success_search: { metric: 'tool_calls_success{tool_name="search_products"}', rate: true }
          tool_calls_total_search: 'tool_calls_total{tool_name="search_products"}'
          tool_calls_success_cart: { metric: 'tool_calls_success{tool_name="add_to_cart"}', rate: true }
          tool_calls_total_cart: 'tool_calls_total{tool_name="add_to_cart"}'
      - kind: prometheus
        name: invariants
        url: ${gateway}/metrics
        series:
          retry_rate: { metric: retry_rate, unit: ratio }
          circuit_breaker_open: circuit_breaker_open
          bulkhead_rejections: bulkhead_rejections
          saga_compensation_rate: { metric: saga_compensation_rate, unit: ratio }
          usage_percent: { metric: bulkhead_rejections, unit: percent }
      - { kind: prometheus, name: queue, url: ${gateway}/queue, series: { queue_length: queue_length } }
`;

describe.runIf(allInstalled)('a Prometheus that scrapes a soak', () => {
  let root: string;
  let gateway: HttpTarget;
  let prometheus: PromClient;
  let alertmanagerUrl: string;
  let soakd: Awaited<ReturnType<typeof startTestDaemon>>;
  const closing: (() => Promise<unknown> | unknown)[] = [];

  beforeAll(async () => {
    k6ForTests();
    root = mkdtempSync(join(tmpdir(), 'soakd-watched-'));
    closing.push(() => rmSync(root, { recursive: true, force: true }));
    let queueReadings = 0;
    gateway = await startHttpTarget(
      () => systemClock.now(),
      ({ path }) => {
        if (path !== '/queue') return { body: TARGET_METRICS };
        // A source that is there in the beginning and then fails.
        return ++queueReadings > 10 ? { status: 500 } : { body: 'queue_length 3\n' };
      },
    );
    closing.push(() => gateway.close());
    const redis = await startRedis();
    closing.push(() => redis.stop());
    const sessions = redisSessions(`redis://127.0.0.1:${redis.port}`);
    const shop = createShop({
      sessions,
      switches: { ...ALL_OFF, leak_bytes: 2_000, delay_ms: 100 },
      version: 'test',
      crash: () => undefined,
    });
    shop.listen(0, '127.0.0.1');
    await once(shop, 'listening');
    closing.push(async () => {
      shop.closeAllConnections();
      shop.close();
      await sessions.close();
    });
    const shelf = join(root, 'profiles');
    mkdirSync(shelf);
    const { port } = shop.address() as AddressInfo;
    writeFileSync(join(shelf, 'watched.yaml'), profile(port, redis.port, gateway.url));
    const tokenFile = join(root, 'tokens');
    const readTokenFile = join(root, 'read-tokens');
    writeFileSync(tokenFile, `test ${OPERATE_TOKEN}\n`);
    writeFileSync(readTokenFile, `prometheus ${READ_TOKEN}\n`);
    soakd = await startTestDaemon(join(root, 'data'), { tokenFile, readTokenFile, shelfFolder: shelf });
    closing.push(() => soakd.daemon.stop());

    const alertmanager = await startAlertmanager(parse(readFileSync(join(folder, 'alertmanager.yaml'), 'utf8')));
    closing.push(() => alertmanager.stop());
    alertmanagerUrl = `http://127.0.0.1:${alertmanager.port}`;
    const credentials = join(root, 'credentials');
    writeFileSync(credentials, READ_TOKEN);
    const server = await startPrometheusWith(
      shippedConfiguration(new URL(soakd.daemon.url).host, credentials, alertmanager.port),
    );
    closing.push(() => server.stop());
    prometheus = new PromClient(server.port);
  });

  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });

  /** The example as it is shipped, each second, with the addresses of this test. */
  function shippedConfiguration(target: string, credentials: string, alertmanagerPort: number): object {
    const { scrape_configs, ...shipped } = parse(readFileSync(join(folder, 'prometheus.yaml'), 'utf8'));
    const [scrape] = scrape_configs;
    return {
      ...shipped,
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [resolve(folder, 'rules.yaml')],
      scrape_configs: [
        {
          ...scrape,
          authorization: { ...scrape.authorization, credentials_file: credentials },
          static_configs: [{ targets: [target] }],
        },
      ],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }] },
    };
  }

  async function ask(path: string, body: object): Promise<unknown> {
    const response = await fetch(`${soakd.daemon.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${OPERATE_TOKEN}` },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }

  async function start(rehearseMs: number): Promise<string> {
    return z.object({ id: z.string() }).parse(await ask('/v1/runs', { profile: 'watched', rehearseMs })).id;
  }

  /** Looks again at each message of the stream until there is nothing left to wait for. */
  async function until<T>(run: string, look: () => Promise<T[]>): Promise<T[]> {
    const leave = new AbortController();
    const headers = { authorization: `Bearer ${READ_TOKEN}` };
    const stream = await fetch(`${soakd.daemon.url}/v1/stream?run=${run}`, { headers, signal: leave.signal });
    let missing: T[] = [];
    for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      missing = await look();
      if (missing.length === 0 || /"state":"(rehearsed|failed|aborted)"/.test(chunk)) break;
    }
    leave.abort();
    return missing;
  }

  it('has data for every query that a soak of seconds can answer, and an alert arrives at Alertmanager', async () => {
    const first = await start(30_000);
    await ask(`/v1/runs/${first}/actions`, { kind: 'stop' });
    await until(first, async () => [first]);
    await missAStart(join(root, 'data', 'soakd.db'));
    const second = await start(90_000);
    let asked = everythingAsked().filter(({ query }) => !JUDGED.test(query));
    expect(asked.length).toBeGreaterThan(80);
    const missing = await until(second, async () => {
      const without = await withoutData(prometheus, asked);
      asked = asked.filter(({ of, query }) => without.includes(`${of}: ${query}`));
      return without;
    });
    expect(missing).toEqual([]);
    for (const { name, selector, label } of variablesOf(readDashboard()))
      expect(await prometheus.labelValues(selector, label), name).not.toEqual([]);
    const alerts = await fetch(`${alertmanagerUrl}/api/v2/alerts`).then((response) => response.json());
    expect(alerts).toContainEqual(
      expect.objectContaining({
        labels: expect.objectContaining({ alertname: 'CircuitBreakerOpen', run: second, severity: 'critical' }),
        status: expect.objectContaining({ state: 'active' }),
      }),
    );
    await ask(`/v1/runs/${second}/actions`, { kind: 'stop' });
  }, 150_000);

  it('has data for every query about what is judged, of two days that are played in seconds', async () => {
    const staging = new SimulatedStaging({
      load: { latency: ({ atMs }) => ({ medianMs: 200 * (1 + (atMs - START_MS) / HOUR_MS / 24), shape: 8 }) },
      settings: { judgeEveryMs: 6 * HOUR_MS, watchEveryMs: 6 * HOUR_MS },
      series: {
        rss_bytes: { unit: 'bytes', leakCandidate: true, memory: true, at: (atMs) => 1e8 + (atMs - START_MS) / 2 },
        limit_bytes: { unit: 'bytes', leakCandidate: false, memory: false, at: () => 4e8 },
      },
    });
    const rig = new ApiRig(staging);
    closing.push(async () => {
      rig.stopping.abort();
      await rig.app.close();
    });
    await rig.post('/v1/runs', {
      profileSource: weeklySoak.replace('24h', '48h'),
      targetUrl: 'http://staging.example:8080',
    });
    await staging.clock.advance(43 * HOUR_MS);
    const target = new URL(await rig.app.listen({ host: '127.0.0.1', port: 0 })).host;
    const server = await startPrometheusWith({
      global: { scrape_interval: '1s' },
      scrape_configs: [{ job_name: 'soakd', static_configs: [{ targets: [target] }] }],
    });
    closing.push(() => server.stop());
    const client = new PromClient(server.port);
    const asked = everythingAsked().filter(({ query }) => JUDGED.test(query));
    // What one scrape read is there when the next one comes.
    const numbers = (): Promise<number> => client.numbers('soakd_build_info', systemClock.now(), 60);
    while ((await numbers()) < 2) await once(rig.app.server, 'request');
    expect(await withoutData(client, asked)).toEqual([]);
  }, 60_000);
});

/** What only a judgement or a trend tells: of a soak of seconds nothing can be said. */
const JUDGED = /availability_ratio|criterion|_growth_percent|_detectable_percent|_trend\{|exhaustion|trend_changed/;

const everythingAsked = (): { of: string; query: string }[] => [...queriesOf(readDashboard()), ...metricsOfRules()];

async function withoutData(client: PromClient, asked: readonly { of: string; query: string }[]): Promise<string[]> {
  const found = await Promise.all(
    asked.map(async ({ of, query }) =>
      (await client.numbers(query, systemClock.now(), 120)) > 0 ? [] : [`${of}: ${query}`],
    ),
  );
  return found.flat();
}

/** What the rules look at: each selector of each expression. */
function metricsOfRules(): { of: string; query: string }[] {
  return rules().flatMap(({ alert, record, expr }) =>
    Array.from(expr.matchAll(/\b(?:soakd[\w:]*|up)(?:\{[^}]*\})?(?![\w:])/g), ([selector]) => ({
      of: `rule ${alert ?? record}`,
      query: selector,
    })),
  );
}
