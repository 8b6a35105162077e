import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { ApiRig } from '../../tests/support/api-rig.ts';
import { type EventfulSoak, eventfulSoak, HOUR_MS } from '../../tests/support/eventful-soak.ts';
import { dayMs, storeWith } from '../../tests/support/past-runs.ts';
import { SimulatedStaging } from '../../tests/support/simulated-staging.ts';
import { StatusChanges } from './status-changes.ts';

describe('what a page draws a run from', () => {
  let soak: EventfulSoak;
  let rig: ApiRig;
  let path: string;

  beforeAll(async () => {
    soak = await eventfulSoak({ planHours: 40, playedHours: 36, series: 3 });
    rig = new ApiRig(soak.staging, { control: soak.soaks });
    path = `/v1/runs/${soak.run.id}`;
  });

  it('tells stretches that are not like the rest, those of the plan also ahead', async () => {
    const { stretches, untilMs } = (await rig.get(`${path}/timeline`)).json();
    const of = (kind: string) => stretches.filter((one: { kind: string }) => one.kind === kind);
    expect(of('warmup')).toHaveLength(1);
    expect(of('excluded').length).toBeGreaterThan(1);
    expect(of('not_offered')[0].reason).toBe('the load generator stalled');
    expect(of('not_offered')[0].fromMs).toBeCloseTo(soak.run.startMs + 35.5 * HOUR_MS, -5);
    expect(untilMs).toBeLessThanOrEqual(soak.staging.clock.now());
  });

  it('tells the fitted line of each series and of the response times', async () => {
    const { growth, drift } = (await rig.get(`${path}/trends`)).json();
    const rss = growth.find(({ trend }: { trend: { series: string } }) => trend.series === 'agent.rss_bytes');
    expect(rss.line[0].value).toBeCloseTo(rss.trend.startLevel);
    expect(rss.line.at(-1).value).toBeGreaterThan(rss.line[0].value);
    expect(rss.line.at(-1).low).toBeLessThan(rss.line.at(-1).value);
    expect(drift[0].trend.request).toBeNull();
  });

  it('counts requests by name over any stretch', async () => {
    const { requests } = (await rig.get(`${path}/requests`)).json();
    expect(requests[0].name).toBe('POST /api/chat');
    const from = soak.run.startMs + 26 * HOUR_MS;
    const bad = (await rig.get(`${path}/requests?from=${from}&to=${from + 2 * HOUR_MS}`)).json().requests[0];
    expect(bad.failed / bad.requests).toBeGreaterThan(0.02);
    expect(bad.byOutcome.http_error + bad.byOutcome.timeout + bad.byOutcome.connect).toBe(bad.failed);
    expect(bad.requests).toBeLessThan(requests[0].requests);
  });

  it('keeps the extremes of each minute, however coarse the grid', async () => {
    const grid = (await rig.get(`${path}/windows?step=3600000`)).json().columns;
    const minutes = (await rig.get(`${path}/windows?step=60000&digits=15`)).json().columns;
    const rates = minutes.requests.filter((value: number | null) => value !== null);
    // The first minute and the one of the stall were not seen as a whole.
    expect(Math.max(...grid.mostServedPerMinute)).toBeGreaterThanOrEqual(Math.max(...rates));
    const worst = Math.max(...grid.worstFailedPercent);
    const shares = minutes.failedRequests.map(
      (failed: number, at: number) => (100 * failed) / (minutes.requests[at] || 1),
    );
    expect(worst).toBeCloseTo(Math.max(...shares), 6);
    // Below a minute there is no rate of a minute.
    const fine = await rig.get(
      `${path}/windows?step=10000&to=${soak.run.startMs + HOUR_MS}&columns=mostServedPerMinute`,
    );
    expect(fine.json().columns.mostServedPerMinute.every((value: number | null) => value === null)).toBe(true);
  });

  it('sends the columns that were asked for, with as many digits', async () => {
    const { columns } = (await rig.get(`${path}/windows?columns=requests,failedRequests`)).json();
    expect(Object.keys(columns)).toEqual(['requests', 'failedRequests']);
    const { series } = (await rig.get(`${path}/samples?series=agent.rss_bytes&columns=max&digits=3`)).json();
    expect(Object.keys(series[0])).not.toContain('mean');
    expect(
      series[0].max.every((value: number | null) => value === null || Number(value.toPrecision(3)) === value),
    ).toBe(true);
    expect((await rig.get(`${path}/windows?columns=secrets`)).statusCode).toBe(400);
  });

  it('sends long answers compressed', async () => {
    const plain = await rig.get(`${path}/windows`);
    const zipped = await rig.app.inject({
      method: 'GET',
      url: `${path}/windows`,
      headers: { 'accept-encoding': 'gzip', host: '127.0.0.1' },
    });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(zipped.headers.vary).toBe('accept-encoding');
    expect(zipped.rawPayload.length).toBeLessThan(plain.rawPayload.length / 3);
    expect(JSON.parse(gunzipSync(zipped.rawPayload).toString()).runId).toBe(soak.run.id);
  });

  it('tells a reader what it would be if the run ended now', () => {
    const status = soak.soaks.status(soak.run.id);
    expect(status?.standing).toMatchObject({ final: false, headline: expect.stringContaining('so far') });
  });

  it('leaves out of a status what a reader was told before', () => {
    const status = soak.soaks.status(soak.run.id);
    if (status === null) throw new Error('the run does not live');
    const changes = new StatusChanges();
    expect(changes.since(status)).toEqual(status);
    const again = changes.since(status);
    expect(again).not.toHaveProperty('criteria');
    expect(again.series[0]).toEqual({
      id: 'agent.rss_bytes',
      last: status.series[0]?.last,
      atMs: status.series[0]?.atMs,
    });
    const changed = changes.since({ ...status, standing: null });
    expect(changed).toHaveProperty('standing', null);
    expect(changed).not.toHaveProperty('criteria');
  });
});

describe('a run whose rows are past their retention', () => {
  it('has no charts and is not compared, and every answer says why', async () => {
    const store = await storeWith([
      { id: 'r1', state: 'passed', endedDay: 1 },
      { id: 'r2', state: 'passed', endedDay: 2 },
    ]);
    const pruned = { atMs: dayMs(3), kind: 'rows_pruned', severity: 'info', message: '', data: {} } as const;
    await store.addEvents('r1', [pruned]);
    const rig = new ApiRig(new SimulatedStaging({ store, startMs: dayMs(4) }));
    const ofRun = ['timeline', 'requests', 'windows', 'samples'].map((what) => `/v1/runs/r1/${what}`);
    for (const url of [...ofRun, '/v1/compare?a=r1&b=r2', '/v1/compare?a=r2&b=r1']) {
      const answer = await rig.get(url);
      expect([url, answer.statusCode, answer.json().code]).toEqual([url, 410, 'rows_pruned']);
    }
    for (const what of ['events', 'trends', 'verdict']) {
      expect((await rig.get(`/v1/runs/r1/${what}`)).statusCode, what).toBe(200);
    }
    expect((await rig.get('/v1/runs/r2/timeline')).statusCode).toBe(200);
  });
});
