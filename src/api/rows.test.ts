import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiRig, weeklySoak } from '../../tests/support/api-rig.ts';
import { loadWindow, requestCell } from '../../tests/support/load-window.ts';
import { HOUR_MS, SimulatedStaging, START_MS } from '../../tests/support/simulated-staging.ts';
import { gridOver, refuseTooMany } from './grid.ts';
import { SampleGrid } from './sample-grid.ts';

const MINUTE_MS = 60_000;

let staging: SimulatedStaging;
let rig: ApiRig;
let id: string;

/** The source of samples is away during the second hour: it cannot be read at all. */
function unlessAway<T>(atMs: number, value: T): T {
  if (atMs >= START_MS + HOUR_MS && atMs < START_MS + 2 * HOUR_MS) throw new Error('connection refused');
  return value;
}

beforeEach(async () => {
  staging = new SimulatedStaging({
    series: {
      rss_bytes: { unit: 'bytes', leakCandidate: true, memory: true, at: (atMs) => unlessAway(atMs, 1e8) },
      threads: { unit: 'count', leakCandidate: true, memory: false, at: () => 12 },
    },
  });
  rig = new ApiRig(staging);
  const started = await rig.post('/v1/runs', { profileSource: weeklySoak, targetUrl: 'http://staging.example' });
  id = started.json().id;
  await staging.clock.advance(3 * HOUR_MS + 10 * MINUTE_MS);
});

afterEach(async () => {
  rig.stopping.abort();
  await rig.app.close();
});

describe('windows', () => {
  it('come on a regular grid from the start until now', async () => {
    const { fromMs, stepMs, count, columns, latency } = (await rig.get(`/v1/runs/${id}/windows`)).json();
    expect(stepMs).toBe(10_000);
    expect(fromMs % stepMs).toBe(0);
    expect(count).toBeGreaterThanOrEqual((3 * HOUR_MS) / stepMs);
    for (const column of Object.values<unknown[]>(columns)) expect(column).toHaveLength(count);
    for (const column of [latency.p50Ms, latency.p95Ms, latency.p99Ms]) expect(column).toHaveLength(latency.count);
    expect(latency.stepMs).toBe(5 * MINUTE_MS);
    expect(latency.p95Ms[1]).toBeGreaterThan(latency.p50Ms[1]);
  });

  it('count the durations of a slice that began before the first step, most of which lies in it', async () => {
    // Slices are laid from the end of the warm-up on: the one that holds the start begins 30 s before it.
    const profileSource = weeklySoak.replace('warmup: 2h', 'warmup: 90s');
    const started = (await rig.post('/v1/runs', { profileSource, targetUrl: 'http://other.example' })).json();
    const from = Math.floor(started.startMs / (5 * MINUTE_MS)) * 5 * MINUTE_MS;
    const slow = requestCell(Array.from({ length: 1000 }, () => 9_000));
    const windows = [loadWindow({ processId: 'slow', startMs: from, requests: [slow] })];
    await staging.store.commitWindows({ runId: started.id, processId: 'slow', offset: 0, windows, events: [] });
    await staging.clock.advance(10 * MINUTE_MS);
    const { latency } = (await rig.get(`/v1/runs/${started.id}/windows?from=${from}`)).json();
    expect(latency.p99Ms[0]).toBeGreaterThan(8_000);
  });

  it('lose nothing in coarser steps', async () => {
    const range = `from=${START_MS}&to=${START_MS + 2 * HOUR_MS}`;
    const fine = (await rig.get(`/v1/runs/${id}/windows?${range}&step=10000`)).json();
    const coarse = (await rig.get(`/v1/runs/${id}/windows?${range}&step=1800000`)).json();
    const sum = (column: (number | null)[]): number => column.reduce<number>((total, value) => total + (value ?? 0), 0);
    expect(coarse.count).toBe(4);
    for (const name of ['requests', 'startedIterations', 'bytesSent']) {
      expect(sum(coarse.columns[name])).toBe(sum(fine.columns[name]));
    }
    expect(sum(coarse.columns.plannedRequests)).toBeCloseTo(sum(fine.columns.plannedRequests), 6);
    expect(sum(coarse.columns.requests)).toBeGreaterThan(6_000);
  });

  it('are null where there are none, while the plan is known', async () => {
    const range = `from=${START_MS + 2 * HOUR_MS}&to=${START_MS + 5 * HOUR_MS}&step=3600000`;
    const { columns } = (await rig.get(`/v1/runs/${id}/windows?${range}`)).json();
    expect(columns.requests.map((value: number | null) => value === null)).toEqual([false, false, true]);
    expect(columns.plannedRequests.every((value: number) => value > 3_000)).toBe(true);
  });

  it('are asked for by ISO time as well', async () => {
    const range = 'from=2026-11-21T12:00:00Z&to=2026-11-21T14:00:00%2B01:00&step=60000';
    const { fromMs, count } = (await rig.get(`/v1/runs/${id}/windows?${range}`)).json();
    expect([fromMs, count]).toEqual([START_MS + HOUR_MS, 60]);
  });

  it('are refused in steps that make no sense, with one that would do', async () => {
    const odd = await rig.get(`/v1/runs/${id}/windows?step=15000`);
    expect([odd.statusCode, odd.json().code]).toEqual([400, 'step_invalid']);
    const long = await rig.get(`/v1/runs/${id}/windows?from=0&step=10000`);
    expect(long.json().code).toBe('step_invalid');
    expect(long.json().hint).toMatch(/a step of \d+ ms/);
    const word = await rig.get(`/v1/runs/${id}/windows?from=yesterday`);
    expect(word.json().problems).toMatchObject([{ in: 'query', path: 'from' }]);
  });
});

describe('samples', () => {
  it('say of each series whose it is', async () => {
    const profileSource = weeklySoak.replace('name: agent }', 'name: cache, role: dependency }');
    const started = await rig.post('/v1/runs', { profileSource, targetUrl: 'http://other.example' });
    await staging.clock.advance(2 * MINUTE_MS);
    const { series } = (await rig.get(`/v1/runs/${started.json().id}/samples`)).json();
    expect(series.map(({ id, role }: { id: string; role: string }) => [id, role])).toEqual([
      ['cache.rss_bytes', 'dependency'],
      ['cache.threads', 'dependency'],
    ]);
  });

  it('are null, not zero, while their source is away', async () => {
    const { series, count, fromMs, stepMs } = (await rig.get(`/v1/runs/${id}/samples?series=agent.rss_bytes`)).json();
    expect(stepMs).toBe(MINUTE_MS);
    expect(series).toHaveLength(1);
    const [{ mean, last, unit, role }] = series;
    expect([unit, role]).toEqual(['bytes', 'target']);
    expect(mean).toHaveLength(count);
    const valueAt = (atMs: number): number | null => mean[Math.floor((atMs - fromMs) / stepMs)];
    expect(valueAt(START_MS + 30 * MINUTE_MS)).toBe(1e8);
    expect(valueAt(START_MS + 90 * MINUTE_MS)).toBeNull();
    expect(last.includes(0)).toBe(false);
  });

  it('of fifty years are answered without looking into each of their hours', async () => {
    const samples = vi.spyOn(staging.store, 'samples');
    const windows = vi.spyOn(staging.store, 'windows');
    const half = 'from=0&to=1800000000000';
    const { series, count } = (await rig.get(`/v1/runs/${id}/samples?series=agent.threads&${half}`)).json();
    expect(series[0].last.filter((value: number | null) => value !== null)).toEqual([12]);
    const { columns } = (await rig.get(`/v1/runs/${id}/windows?${half}`)).json();
    expect(columns.requests.filter((value: number | null) => value !== null)).toHaveLength(1);
    expect(count).toBeGreaterThan(1_000);
    expect(samples.mock.calls.length).toBeLessThan(300);
    expect(windows.mock.calls.length).toBeLessThan(300);
  });

  it('of every series come when none is named', async () => {
    const { series } = (await rig.get(`/v1/runs/${id}/samples?step=3600000`)).json();
    const ids = series.map((one: { id: string }) => one.id);
    expect(ids).toContain('agent.rss_bytes');
    expect(ids).toContain('agent.threads');
  });
});

describe('events', () => {
  it('come a page at a time, each once', async () => {
    const all = (await rig.get(`/v1/runs/${id}/events`)).json().events;
    expect(all.map(({ kind }: { kind: string }) => kind)).toContain('source_failed');
    const seen: number[] = [];
    for (let after: number | null = 0; after !== null; ) {
      const page: { events: { id: number }[]; nextAfter: number | null } = (
        await rig.get(`/v1/runs/${id}/events?limit=1&after=${after}`)
      ).json();
      seen.push(...page.events.map((event) => event.id));
      after = page.nextAfter;
    }
    expect(seen).toEqual(all.map((event: { id: number }) => event.id));
  });
});

describe('a grid', () => {
  it('is as fine as a chart can show unless told', () => {
    expect(gridOver(0, 72 * HOUR_MS, 10_000)).toEqual({ fromMs: 0, stepMs: 300_000, count: 864 });
    expect(gridOver(0, HOUR_MS, 10_000).stepMs).toBe(10_000);
    expect(gridOver(5, 5, 10_000).count).toBe(0);
  });

  it('is refused for more series than an answer can hold, with a step that would do', () => {
    const grid = { fromMs: 0, stepMs: 1_000, count: 30_000 };
    expect(() => refuseTooMany(grid, 33)).not.toThrow();
    expect(() => refuseTooMany(grid, 200)).toThrow('200 series of 30000 steps are more than 1000000 entries');
    expect(() => refuseTooMany(grid, 200)).toThrow(
      expect.objectContaining({ code: 'step_invalid', hint: expect.stringContaining('a step of 6000 ms') }),
    );
  });

  it('weighs means by the readings behind them', () => {
    const grid = new SampleGrid({ fromMs: 0, stepMs: 120_000, count: 1 });
    const sample = { series: 's', min: 1, mean: 1, max: 1, last: 1, readings: 1 };
    grid.add({ ...sample, atMs: 0 });
    grid.add({ ...sample, atMs: MINUTE_MS, min: 4, mean: 5, max: 6, last: 6, readings: 3 });
    expect(grid.columns).toEqual({ min: [1], mean: [4], max: [6], last: [6] });
  });
});
