import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadWindow, requestCell } from '../../tests/support/load-window.ts';
import { MemoryStore } from '../../tests/support/memory-store.ts';
import { parseProfile } from '../config/profile.ts';
import type { Run } from '../model/run.ts';
import { type LoadWindow, OUTCOMES, WINDOW_MS } from '../model/window.ts';
import { requestsBetween } from '../plan/rate.ts';
import { planOf } from './live-run.ts';
import { Projection } from './projection.ts';

const source = `
soak_test:
  name: "steady"
  duration: 24h
  target: { url: "http://127.0.0.1:9" }
  traffic_pattern: { base_rate: 60 }
`;
const startMs = Date.parse('2026-11-21T12:00:00Z');

function someRun(): Run {
  const read = parseProfile(source, { fileName: 'steady.yaml', readFile: () => '' });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const { profile } = read;
  return {
    id: 'r1',
    name: profile.name,
    targetUrl: 'http://127.0.0.1:9',
    profile,
    profileSource: source,
    createdMs: startMs,
    startMs,
    endMs: startMs + profile.durationMs,
    compression: 1,
    rehearsal: false,
    environment: null,
    labels: {},
    startedBy: 'ana',
    soakdVersion: 'test',
  };
}

const run = someRun();
const plan = planOf(run, []);
/** More load with every hour of the day. */
const steep = { ...run.profile.traffic, hourlyMultipliers: Array.from({ length: 24 }, (_, hour) => hour + 1) };
const well = { storeBacklogRows: 0, droppedRows: 0, missedTicks: 0, problems: [] };

/** Windows of a while, some missing, with requests of any outcome. */
const windows: fc.Arbitrary<LoadWindow[]> = fc
  .array(
    fc.record({
      skipped: fc.integer({ min: 0, max: 3 }),
      started: fc.nat(20),
      starved: fc.nat(3),
      cells: fc.array(
        fc.record({
          name: fc.constantFrom('a', 'b'),
          outcome: fc.constantFrom(...OUTCOMES),
          durations: fc.array(fc.double({ min: 0.1, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 5 }),
        }),
        { maxLength: 4 },
      ),
    }),
    { minLength: 1, maxLength: 80 },
  )
  .map((list) => {
    let at = startMs;
    return list.map(({ skipped, started, starved, cells }, sequence) => {
      at += skipped * WINDOW_MS;
      const window = loadWindow({
        sequence,
        startMs: at,
        iterations: {
          planned: started + starved,
          started,
          finished: started,
          interrupted: 0,
          starved,
          late: 0,
          paused: 0,
        },
        requests: cells.map(({ name, outcome, durations }) => requestCell(durations, { name, outcome })),
      });
      at += WINDOW_MS;
      return window;
    });
  });

describe('the status of a run', () => {
  it('is the same whether kept up to date or rebuilt from stored rows', async () => {
    await fc.assert(
      fc.asyncProperty(windows, fc.nat(400_000), fc.nat(70_000), async (all, laterMs, startOffsetMs) => {
        const store = new MemoryStore();
        // Durations are merged by minutes that begin with the judged time, whenever that is.
        const shifted = { ...run, startMs: startMs + startOffsetMs };
        await store.createRun(shifted, { atMs: startMs, from: null, to: 'preparing', reason: '' });
        const kept = new Projection(shifted, plan);
        for (const window of all) {
          kept.addWindow(window);
          await store.commitWindows({ runId: 'r1', processId: 'p1', offset: 0, windows: [window], events: [] });
        }
        const rebuilt = new Projection(shifted, plan);
        for (const row of await store.windows('r1')) rebuilt.addStoredWindow(row);
        for (const row of await store.sketches('r1')) rebuilt.addStoredDurations(row);
        const nowMs = (all.at(-1)?.endMs ?? startMs) + laterMs;
        expect(rebuilt.status(nowMs, well)).toEqual(kept.status(nowMs, well));
      }),
      { numRuns: 60 },
    );
  });

  it('tells rates over the last minute and latency and errors over the last five', () => {
    const projection = new Projection(run, plan);
    for (let sequence = 0; sequence < 60; sequence++) {
      const slow = sequence < 20;
      projection.addWindow(
        loadWindow({
          sequence,
          startMs: startMs + sequence * WINDOW_MS,
          requests: [
            requestCell(
              Array.from({ length: 30 }, () => (slow ? 9000 : 100)),
              slow ? { outcome: 'http_error' } : {},
            ),
          ],
        }),
      );
    }
    const nowMs = startMs + 60 * WINDOW_MS;
    const status = projection.status(nowMs, well);
    expect(status.rate).toMatchObject({ plannedPerMinute: 60, servedPerMinute: 180, factor: 1 });
    expect(status.rate.offeredPerMinute).toBeCloseTo(60 * plan.requestsPerIteration, 6);
    expect(status.latency.p95Ms).toBeCloseTo(100, -1);
    expect(status.errorRatePercent).toEqual({ recent: 0, soFar: 100 / 3 });
    expect(status.requests).toMatchObject({ total: 1800, failed: 600, byOutcome: { ok: 1200, http_error: 600 } });
    expect(status).toMatchObject({ elapsedMs: 600_000, leftMs: 24 * 3_600_000 - 600_000, level: 'normal' });
  });

  it('tells beside the served rate what was planned in the same windows, not at this instant', () => {
    const compressed = { ...run, compression: 720, profile: { ...run.profile, traffic: steep } };
    const fast = planOf(compressed, []);
    const projection = new Projection(compressed, fast);
    for (let sequence = 0; sequence < 12; sequence++) {
      projection.addWindow(loadWindow({ sequence, startMs: startMs + sequence * WINDOW_MS }));
    }
    expect(fast.endMs).toBe(startMs + 12 * WINDOW_MS);
    const { plannedPerMinute, recentlyPlannedPerMinute } = projection.status(fast.endMs - 1, well).rate;
    // Twelve hours of the profile: from midnight to noon, 60 to 720 requests a minute.
    expect(recentlyPlannedPerMinute).toBeCloseTo(requestsBetween(fast, startMs + 6 * WINDOW_MS, fast.endMs), 6);
    expect(recentlyPlannedPerMinute).toBeCloseTo(390, -1);
    expect(plannedPerMinute).toBeGreaterThan(700);
  });

  it('shows the clock of the start before it, and that of the end after it', () => {
    const compressed = { ...run, compression: 720 };
    const fast = planOf(compressed, []);
    const clockAt = (atMs: number) => new Projection(compressed, fast).status(atMs, well).profileClock;
    expect(clockAt(startMs - 3000)).toBe(clockAt(startMs));
    expect(clockAt(fast.endMs + 30_000)).toBe(clockAt(fast.endMs));
    expect(clockAt(startMs + 5000)).not.toBe(clockAt(startMs));
  });

  it('counts a failed request as slow as its time-out', () => {
    const projection = new Projection(run, plan);
    projection.addWindow(loadWindow({ startMs, requests: [requestCell([0, 0, 0], { outcome: 'connect' })] }));
    expect(projection.status(startMs + WINDOW_MS, well).latency.p50Ms).toBe(run.profile.workload.timeoutMs);
  });

  it('says null, not zero, when nothing has been heard of k6 for a minute', () => {
    const projection = new Projection(run, plan);
    expect(projection.status(startMs, well)).toMatchObject({
      rate: { recentlyPlannedPerMinute: null, offeredPerMinute: null, servedPerMinute: null },
      latency: { p95Ms: null },
      errorRatePercent: { recent: null, soFar: null },
      availabilityPercent: null,
    });
    projection.addWindow(loadWindow({ startMs }));
    expect(projection.status(startMs + 10 * WINDOW_MS, well).rate.servedPerMinute).toBeNull();
  });

  it('keeps the last value of each series, and null as null', () => {
    const projection = new Projection(run, plan);
    const info = {
      id: 'a.rss',
      source: 'a',
      kind: 'process',
      unit: 'bytes',
      role: 'target',
      leakCandidate: true,
      memory: true,
    } as const;
    projection.addSeries([info]);
    const sample = { series: 'a.rss', min: 1, mean: 2, max: 3, last: 3, readings: 2 };
    projection.addSamples([
      { ...sample, atMs: 60_000 },
      { ...sample, atMs: 0, last: 1 },
    ]);
    expect(projection.status(startMs, well).series).toMatchObject([
      { id: 'a.rss', last: 3, atMs: 60_000, growth: null },
    ]);
    projection.addSamples([{ ...sample, atMs: 120_000, last: null }]);
    expect(projection.status(startMs, well).series).toMatchObject([{ last: null, atMs: 120_000 }]);
    // An interval that the soakd before had begun to read.
    projection.addSamples([{ ...sample, atMs: 120_000, last: 7 }]);
    projection.addSamples([{ ...sample, atMs: 120_000, last: null }]);
    expect(projection.status(startMs, well).series).toMatchObject([{ last: 7, atMs: 120_000 }]);
    expect(projection.sampledUntil()).toEqual(new Map([['a', 120_000]]));
  });
});
