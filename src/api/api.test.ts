import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, weeklySoak as profileSource } from '../../tests/support/api-rig.ts';
import { HOUR_MS, SimulatedStaging, START_MS } from '../../tests/support/simulated-staging.ts';
import { BufferedStore } from '../store/buffered-store.ts';
import { openSqliteStore } from '../store/sqlite/open.ts';
import { routes } from './routes/registry.ts';

const targetUrl = 'http://staging.example:8080';

let staging: SimulatedStaging;
let rig: ApiRig;

beforeEach(() => {
  staging = new SimulatedStaging({
    series: {
      rss_bytes: { unit: 'bytes', leakCandidate: true, memory: true, at: (atMs) => 1e8 + (atMs - START_MS) / 100 },
    },
  });
  rig = new ApiRig(staging);
});

afterEach(async () => {
  rig.stopping.abort();
  await rig.app.close();
});

const start = async (changes: object = {}, headers: Record<string, string> = {}) => {
  const response = await rig.post('/v1/runs', { profileSource, targetUrl, who: 'ana@build', ...changes }, headers);
  expect(response.statusCode).toBe(201);
  return response.json();
};

describe('the description of the API', () => {
  it('is a valid OpenAPI 3.1 document', async () => {
    const document = (await rig.get('/openapi.json')).json();
    const { valid, errors } = await new Validator().validate(document);
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('has every route, and the server has every route of it', async () => {
    const { paths } = (await rig.get('/openapi.json')).json();
    const described = Object.entries<object>(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted());
    for (const { method, path } of routes) {
      const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
      expect(rig.app.hasRoute({ method, url }), `${method} ${url}`).toBe(true);
    }
  });
});

describe('runs', () => {
  it('are started once for each idempotency key', async () => {
    const first = await start({}, { 'idempotency-key': 'weekly-47' });
    const again = await start({}, { 'idempotency-key': 'weekly-47' });
    expect(again.id).toBe(first.id);
    expect((await rig.get('/v1/runs')).json().runs).toHaveLength(1);
  });

  const wish = { profileSource, targetUrl, who: 'ana@build' };
  it.each([
    ['profile', { profileSource: profileSource.replace('24h', '48h') }],
    ['name of the profile', { profileName: 'other.yaml' }],
    ['target', { targetUrl: 'http://other.example' }],
    ['start', { startAtMs: START_MS + HOUR_MS }],
    ['rehearsal', { rehearseMs: 360_000 }],
    ['length of the rehearsal', { rehearseMs: 360_001 }],
    ['labels', { labels: { build: '1.4' } }],
    ['person', { who: 'bo@build' }],
  ])('refuse a key that stood for another wish: another %s', async (part, change) => {
    const key = { 'idempotency-key': 'weekly-47' };
    const first = part === 'length of the rehearsal' ? { rehearseMs: 360_000 } : {};
    const { id } = await start(first, key);
    const other = await rig.post('/v1/runs', { ...wish, ...change }, key);
    expect([other.statusCode, other.json().code]).toEqual([422, 'idempotency_key_reused']);
    // The first one is still had by it, also in another order of keys.
    const again = Object.fromEntries(Object.entries({ ...wish, ...first }).toReversed());
    expect((await rig.post('/v1/runs', again, key)).json().id).toBe(id);
  });

  it('refuse a key also while the first wish is still being granted', async () => {
    const key = { 'idempotency-key': 'weekly-47' };
    const both = [wish, { ...wish, labels: { build: '1.4' } }].map((body) => rig.post('/v1/runs', body, key));
    expect((await Promise.all(both)).map(({ statusCode }) => statusCode)).toEqual([201, 422]);
  });

  it('are refused for a target that is being soaked', async () => {
    await start();
    const second = await rig.post('/v1/runs', { profileSource, targetUrl });
    expect(second.statusCode).toBe(409);
    expect(second.json()).toMatchObject({ code: 'target_busy', status: 409 });
    expect(second.json().hint).not.toBe('');
  });

  it('are refused for a target with a password in it, which nobody is told', async () => {
    for (const address of ['http://ana:hunter2@staging.example', 'ftp://ana:hunter2@staging.example']) {
      const inProfile = profileSource.replace('  name: weekly\n', `  name: weekly\n  target: { url: "${address}" }\n`);
      for (const wish of [{ profileSource, targetUrl: address }, { profileSource: inProfile }]) {
        const response = await rig.post('/v1/runs', wish);
        expect(response.statusCode).toBe(400);
        expect(response.body).not.toContain('hunter2');
      }
    }
    expect((await rig.get('/v1/runs')).json().runs).toEqual([]);
  });

  it('tell every problem of a profile', async () => {
    const response = await rig.post('/v1/runs', { profileSource: 'soak_test:\n  duration: 72\n  nam: x\n' });
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    const { detail, code } = response.json();
    expect(code).toBe('profile_invalid');
    expect(detail).toContain('duration');
    expect(detail).toContain('did you mean name?');
  });

  it('tell every problem of a request, with its place', async () => {
    const response = await rig.post('/v1/runs', { profileSource: 7, rehearseMs: -1, targetURL: 'x' });
    expect(response.statusCode).toBe(400);
    const { problems } = response.json();
    expect(problems.map(({ path }: { path: string }) => path).toSorted()).toEqual([
      'profileSource',
      'rehearseMs',
      'targetURL',
    ]);
    expect(problems.find(({ path }: { path: string }) => path === 'targetURL').hint).toBe('did you mean targetUrl?');
  });

  it('are listed a page at a time, newest first, each once', async () => {
    const ids: string[] = [];
    for (let host = 0; host < 5; host++) {
      ids.unshift((await start({ targetUrl: `http://staging-${host}.example` })).id);
      await staging.clock.advance(60_000);
    }
    const seen: string[] = [];
    let query: string | null = '';
    while (query !== null) {
      const page: { runs: { id: string }[]; nextCursor: string | null } = (
        await rig.get(`/v1/runs?limit=2${query}`)
      ).json();
      seen.push(...page.runs.map(({ id }) => id));
      query = page.nextCursor === null ? null : `&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual(ids);
  });

  it('are listed from no cursor that never was', async () => {
    const response = await rig.get('/v1/runs?cursor=zzz');
    expect([response.statusCode, response.json().code]).toEqual([400, 'request_invalid']);
    expect(response.json().problems[0]).toMatchObject({ in: 'query', path: 'cursor' });
  });

  it('show their profile, states and actions', async () => {
    const { id } = await start();
    await staging.clock.advance(HOUR_MS);
    await rig.post(`/v1/runs/${id}/annotations`, { text: 'cache warmed by hand', who: 'bo@build' });
    const run = (await rig.get(`/v1/runs/${id}`)).json();
    expect(run).toMatchObject({ id, state: 'warming_up', live: true, profileSource });
    expect(run.transitions[0]).toMatchObject({ from: null, to: 'preparing' });
    expect(run.actions).toMatchObject([{ kind: 'annotate', text: 'cache warmed by hand', who: 'bo@build' }]);
  });

  it('show the end that they have now, after `extend`', async () => {
    const { id, endMs } = await start();
    await staging.clock.advance(HOUR_MS);
    await rig.post(`/v1/runs/${id}/actions`, { kind: 'extend', byMs: 12 * HOUR_MS });
    expect((await rig.get(`/v1/runs/${id}`)).json().endMs).toBe(endMs + 12 * HOUR_MS);
    expect((await rig.get('/v1/runs')).json().runs).toMatchObject([{ id, endMs: endMs + 12 * HOUR_MS }]);
  });

  it('that nobody knows are 404 everywhere', async () => {
    for (const rest of ['', '/windows', '/samples', '/events', '/verdict', '/report']) {
      const response = await rig.get(`/v1/runs/nobody${rest}`);
      expect([response.statusCode, response.json().code]).toEqual([404, 'run_unknown']);
    }
    const stop = await rig.post('/v1/runs/nobody/actions', { kind: 'stop' });
    expect([stop.statusCode, stop.json().code]).toEqual([404, 'run_unknown']);
  });
});

describe('the status', () => {
  it('is an empty list while nothing runs', async () => {
    expect((await rig.get('/v1/status')).json()).toEqual({ live: [] });
  });

  it('shows a live soak at a glance', async () => {
    const { id } = await start();
    await staging.clock.advance(HOUR_MS);
    const { live } = (await rig.get(`/v1/status?run=${id}`)).json();
    expect(live).toHaveLength(1);
    expect(live[0]).toMatchObject({ runId: id, state: 'warming_up', rate: { factor: 1 } });
    expect(live[0].rate.servedPerMinute).toBeGreaterThan(0);
    expect(live[0].latency.p95Ms).toBeGreaterThan(0);
    expect(live[0].series).toContainEqual(expect.objectContaining({ unit: 'bytes' }));
  });

  it('is 404 for a run that does not live here', async () => {
    const response = await rig.get('/v1/status?run=20260101T000000Z-0000');
    expect([response.statusCode, response.json().code]).toEqual([404, 'run_not_live']);
  });
});

describe('operating a run', () => {
  it('leaves an audit row with who and when', async () => {
    const { id } = await start();
    await staging.clock.advance(HOUR_MS);
    const response = await rig.post(`/v1/runs/${id}/actions`, { kind: 'rate', factor: 1.5, forMs: HOUR_MS, who: 'bo' });
    expect(response.statusCode).toBe(201);
    expect(response.json()).toMatchObject({ who: 'bo', kind: 'rate', atMs: START_MS + HOUR_MS });
    expect((await rig.get('/v1/status')).json().live[0].rate.factor).toBe(1.5);
  });

  it('names the address of a client that says not who it is', async () => {
    const { id } = await start();
    await staging.clock.advance(HOUR_MS);
    const response = await rig.post(`/v1/runs/${id}/actions`, { kind: 'pause' });
    expect(response.json().who).toBe('http client 127.0.0.1');
  });

  it('refuses an action that does not exist, and names those that do', async () => {
    const { id } = await start();
    const response = await rig.post(`/v1/runs/${id}/actions`, { kind: 'pasue' });
    expect(response.statusCode).toBe(400);
    expect(JSON.stringify(response.json().problems)).toContain('pause');
  });

  it('pauses once, and says what is so when asked to pause or resume again', async () => {
    const { id } = await start();
    await staging.clock.advance(HOUR_MS);
    const act = async (kind: string) => {
      const { statusCode, body } = await rig.post(`/v1/runs/${id}/actions`, { kind });
      return [statusCode, JSON.parse(body).code];
    };
    expect(await act('resume')).toEqual([409, 'not_paused']);
    expect((await act('pause'))[0]).toBe(201);
    expect(await act('pause')).toEqual([409, 'already_paused']);
    expect((await act('resume'))[0]).toBe(201);
  });

  it('is refused when the run is over', async () => {
    const { id } = await start();
    await staging.clock.advance(HOUR_MS);
    await rig.post(`/v1/runs/${id}/actions`, { kind: 'stop' });
    await staging.clock.advance(HOUR_MS);
    const response = await rig.post(`/v1/runs/${id}/actions`, { kind: 'pause' });
    expect([response.statusCode, response.json().code]).toEqual([409, 'run_over']);
  });
});

describe('verdict and report', () => {
  it('are pending while the run lives, and there when it is over', async () => {
    const { id } = await start();
    await staging.clock.advance(HOUR_MS);
    expect((await rig.get(`/v1/runs/${id}/verdict`)).json().code).toBe('verdict_pending');
    expect((await rig.get(`/v1/runs/${id}/report`)).json().code).toBe('verdict_pending');
    await rig.post(`/v1/runs/${id}/actions`, { kind: 'stop' });
    await staging.clock.advance(HOUR_MS);
    const verdict = (await rig.get(`/v1/runs/${id}/verdict`)).json();
    expect(verdict).toMatchObject({ outcome: 'aborted', rehearsal: false });
    for (const [format, type] of [
      ['md', 'text/markdown; charset=utf-8'],
      ['json', 'application/json; charset=utf-8'],
      ['junit', 'application/xml; charset=utf-8'],
    ]) {
      const report = await rig.get(`/v1/runs/${id}/report?format=${format}`);
      expect([report.headers['content-type'], report.body]).toEqual([type, `${format} report of ${id}`]);
    }
  });
});

describe('a rehearsal that is over', () => {
  it('is listed with what it would have been', async () => {
    const { id } = await start({ rehearseMs: 360_000 });
    const shown = async () => [(await rig.get('/v1/runs')).json().runs[0], (await rig.get(`/v1/runs/${id}`)).json()];
    for (const run of await shown()) expect(run).toMatchObject({ id, outcome: null });
    await staging.clock.advance(60_000);
    await rig.post(`/v1/runs/${id}/actions`, { kind: 'stop' });
    await staging.clock.advance(HOUR_MS);
    for (const run of await shown()) expect(run).toMatchObject({ id, state: 'rehearsed', outcome: 'aborted' });
  });
});

describe('metrics', () => {
  it('please promtool, and tell the run', async (context) => {
    const { id } = await start();
    await staging.clock.advance(HOUR_MS);
    const text = (await rig.get('/metrics')).body;
    expect(text).toContain(`soakd_run_state{run="${id}",name="weekly",state="warming_up"} 1`);
    expect(text).toContain(`state="paused"} 0`);
    expect(text).toMatch(/soakd_target_series\{.*series="[^"]*rss_bytes".*\} 1\d{8}/);
    expect(text).toContain('soakd_store_dropped_rows_total 1');
    // Nothing is known of availability before the first judgement: no line, and above all no zero.
    expect(text).not.toMatch(/^soakd_run_availability_ratio\{/m);
    const promtool = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    if (promtool.error !== undefined && process.env.CI !== 'true') context.skip('promtool is not installed');
    expect(promtool.error).toBeUndefined();
    expect(promtool.stdout + promtool.stderr).toBe('');
  });

  it('say what is said of each series, and of the P95, and status says it with the reason', async () => {
    await start();
    await staging.clock.advance(13 * HOUR_MS);
    const [status] = (await rig.get('/v1/status')).json().live;
    const [memory] = status.series.filter(({ id: series }: { id: string }) => series.endsWith('rss_bytes'));
    expect(memory.growth).toMatchObject({
      state: expect.any(String),
      why: expect.stringMatching(/\.$/),
      changePoints: [],
    });
    expect(status.drift).toMatchObject([{ request: null, state: expect.any(String), readings: expect.any(Number) }]);

    const text = (await rig.get('/metrics')).body;
    const trends = (name: string): string[] => text.match(new RegExp(`^${name}\\{.*$`, 'gm')) ?? [];
    expect(trends('soakd_target_series_trend')).toHaveLength(7);
    expect(trends('soakd_target_series_trend').filter((line) => line.endsWith(' 1'))).toEqual([
      expect.stringContaining(`state="${memory.growth.state}"`),
    ]);
    const [rate] = trends('soakd_target_series_growth_percent_per_day');
    expect(Number(rate?.split(' ').at(-1))).toBeCloseTo(memory.growth.growthPercentPer24h, 6);
    expect(trends('soakd_run_response_time_trend').filter((line) => line.endsWith(' 1'))).toEqual([
      expect.stringContaining(`request="",state="${status.drift[0].state}"`),
    ]);
  });

  it('count the same however often they are read', async () => {
    await start();
    await staging.clock.advance(HOUR_MS);
    const counts = (text: string): string[] => text.match(/^soakd_run_requests_total.*$/gm) ?? [];
    const [first, second] = await Promise.all([rig.get('/metrics'), rig.get('/metrics')]);
    expect(counts(first.body)).toHaveLength(4);
    expect(counts(second.body)).toEqual(counts(first.body));
  });

  it('keep telling how the newest run ended', async () => {
    const { id } = await start();
    await staging.clock.advance(HOUR_MS);
    await rig.post(`/v1/runs/${id}/actions`, { kind: 'stop' });
    await staging.clock.advance(HOUR_MS);
    expect((await rig.get('/metrics')).body).toMatch(new RegExp(`soakd_run_state\\{run="${id}".*state="aborted"\\} 1`));
  });
});

describe('probes', () => {
  it('say that the process is up, and that the store answers', async () => {
    expect((await rig.get('/healthz')).json()).toEqual({ status: 'ok', version: '0.0.0-test' });
    expect((await rig.get('/readyz')).json()).toMatchObject({ status: 'ready', storeBacklogRows: 3 });
  });

  it('say that soakd is not ready while the store does not answer', async () => {
    const deaf = new ApiRig(staging, {
      store: Object.assign(Object.create(staging.store), { runs: () => new Promise(() => undefined) }),
    });
    const asked = deaf.get('/readyz');
    await staging.clock.advance(3_000);
    const response = await asked;
    expect([response.statusCode, response.json().code]).toEqual([503, 'store_unavailable']);
    await deaf.app.close();
  });

  it('say that soakd is not ready, and why, while the store can be read and takes no rows', async () => {
    const file = `${mkdtempSync(join(tmpdir(), 'soakd-ready-'))}/soakd.db`;
    const inner = await openSqliteStore({ file, clock: staging.clock });
    const store = new BufferedStore(inner, { clock: staging.clock, random: () => 0.5 });
    const locked = new ApiRig(staging, { store, storeHealth: () => store.health(), tryStore: () => store.tryWrite() });
    const writer = new Database(file);
    writer.exec('BEGIN IMMEDIATE');
    const response = await locked.get('/readyz');
    expect([response.statusCode, response.json().code]).toEqual([503, 'store_locked']);
    expect(response.json().detail).toContain('is locked by another process');
    writer.exec('COMMIT');
    expect((await locked.get('/readyz')).statusCode).toBe(200);
    writer.close();
    await store.close();
    await locked.app.close();
    rmSync(dirname(file), { recursive: true });
  });
});

describe('what is not there', () => {
  it('is told as a problem', async () => {
    const unknown = await rig.app.inject({ method: 'GET', url: '/v2' });
    expect([unknown.statusCode, unknown.json().code]).toEqual([404, 'route_unknown']);
    const long = await rig.app.inject({ method: 'GET', url: `/v1/runs/${'x'.repeat(200)}` });
    expect([long.statusCode, long.json().code]).toEqual([414, 'path_too_long']);
    const odd = await rig.app.inject({ method: 'GET', url: '/v1/runs/%zz' });
    expect([odd.statusCode, odd.json().code]).toEqual([400, 'request_invalid']);
  });

  it.each([
    ['POST', '/v1/status', 'GET'],
    ['DELETE', '/v1/runs?limit=1', 'GET, POST'],
    ['PUT', '/v1/runs/20261121T110000Z-02ff', 'GET'],
    ['GET', '/v1/runs/20261121T110000Z-02ff/actions', 'POST'],
    ['PATCH', '/openapi.json', 'GET'],
  ] as const)('is the method %s of %s: the answer says what would do', async (method, url, allow) => {
    const response = await rig.app.inject({ method, url, headers: { host: 'localhost' } });
    expect([response.statusCode, response.headers.allow]).toEqual([405, allow]);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(response.json()).toMatchObject({ code: 'method_not_allowed', hint: `try ${allow}` });
  });

  it('is a body too large, or no JSON', async () => {
    const large = await rig.post('/v1/runs', { profileSource: 'x'.repeat(2_000_000) });
    expect([large.statusCode, large.json().code]).toEqual([413, 'body_too_large']);
    const torn = await rig.ask({
      method: 'POST',
      url: '/v1/runs',
      headers: { host: 'localhost', 'content-type': 'application/json' },
      payload: '{"profileSource":',
    });
    expect([torn.statusCode, torn.json().code]).toEqual([400, 'json_invalid']);
  });

  it('is the inside of a failure: that stays in the log', async () => {
    const broken = new ApiRig(staging, {
      store: Object.assign(Object.create(staging.store), { run: () => Promise.reject(new Error('secret detail')) }),
    });
    const response = await broken.get('/v1/runs/x');
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain('secret detail');
    await broken.app.close();
  });
});
