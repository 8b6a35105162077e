import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { HOUR_MS, MEMORY, type RunScript, runRows, START_MS } from '../../tests/support/run-rows.ts';
import { SimulatedClock } from '../base/simulated-clock.ts';
import { addToSketch, emptySketch } from '../model/sketch.ts';
import type { Verdict } from '../model/verdict.ts';
import { openSqliteStore } from '../store/sqlite/open.ts';
import type { Store } from '../store/store.ts';
import { judge } from './judge.ts';
import { loadRunRows } from './load-rows.ts';
import type { RunRows } from './rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'soakd-replay-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes rows as a live run does: in order, in batches, the sketches inside the windows. */
async function live(store: Store, rows: RunRows): Promise<void> {
  const { run, transitions } = rows;
  const [first, ...later] = transitions;
  if (first === undefined) throw new Error('a run begins with a transition');
  await store.createRun(run, first);
  await store.addSeries(run.id, rows.series);
  for (const { id: _, ...action } of rows.actions) await store.addAction(run.id, action);
  await store.addEvents(
    run.id,
    rows.events.map(({ id: _, ...event }) => event),
  );
  const processIds = [...new Set(rows.windows.map(({ processId }) => processId))];
  for (const processId of processIds) {
    const row = { processId, pid: 1, startTicks: 1, startedMs: run.startMs, spoolFile: 'w', committedOffset: 0 };
    await store.putLoadProcess(run.id, { ...row, exitedMs: null, exitReason: null });
    const windows = rows.windows
      .filter((window) => window.processId === processId)
      .map((window) => ({
        ...window,
        requests: window.requests.map((cell) => {
          const durationsMs = emptySketch();
          addToSketch(durationsMs, 50 + (window.sequence % 97), cell.count);
          return { ...cell, durationsMs };
        }),
      }));
    for (let at = 0; at < windows.length; at += 360) {
      const batch = windows.slice(at, at + 360);
      await store.commitWindows({ runId: run.id, processId, offset: at, windows: batch, events: [] });
    }
  }
  await store.addSamples(run.id, rows.samples);
  for (const transition of later) await store.addTransition(run.id, transition);
}

const anyScript: fc.Arbitrary<RunScript> = fc.record({
  hours: fc.integer({ min: 2, max: 9 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
  ratePerMinute: fc.constantFrom(9, 60, 300),
  compression: fc.constantFrom(1, 1, 60),
  warmupMs: fc.constantFrom(0, HOUR_MS / 2),
  failures: fc.constantFrom(
    () => ({}),
    () => ({ http_error: 0.02 }),
    (atMs: number) => (atMs % (2 * HOUR_MS) < 40_000 ? { timeout: 1 } : {}),
  ),
  gaps: fc.constantFrom<NonNullable<RunScript['gaps']>>(
    [],
    [{ fromMs: START_MS + 600_000, untilMs: START_MS + 900_000, kind: 'absent' }],
    [{ fromMs: START_MS + 600_000, untilMs: START_MS + 660_000, kind: 'stepped' }],
  ),
  series: fc.constantFrom(
    { 'a.rss_bytes': MEMORY },
    { 'a.rss_bytes': MEMORY, 'a.heap_bytes': { ...MEMORY, noise: 0.02 } },
  ),
});

describe('replay', () => {
  it('gives the verdict of the run’s end again, before and after the store has packed its rows', async () => {
    let number = 0;
    await fc.assert(
      fc.asyncProperty(anyScript, async (script) => {
        const file = join(folder, `${number++}.db`);
        const clock = new SimulatedClock(START_MS);
        const rows = runRows(script);
        const { id } = rows.run;
        const store = await openSqliteStore({ file, clock });
        let first: Verdict;
        try {
          await live(store, rows);
          first = judge(await loadRunRows(store, id), { nowMs: START_MS + 1e9 });
          await store.putVerdict(id, first);
          const atMs = first.computedMs + 5000;
          await store.addTransition(id, { atMs, from: 'finishing', to: first.outcome, reason: first.headline });
        } finally {
          await store.close();
        }
        const again = await openSqliteStore({ file, clock, readOnly: true });
        try {
          expect(await again.verdict(id)).toEqual(first);
          expect(judge(await loadRunRows(again, id))).toEqual(first);
        } finally {
          await again.close();
        }
      }),
      { numRuns: 12 },
    );
  });

  it('of a run that is not there says so', async () => {
    const store = await openSqliteStore({ file: join(folder, 'empty.db'), clock: new SimulatedClock(START_MS) });
    try {
      await expect(loadRunRows(store, 'nobody')).rejects.toMatchObject({ code: 'run_not_found', httpStatus: 404 });
    } finally {
      await store.close();
    }
  });
});
