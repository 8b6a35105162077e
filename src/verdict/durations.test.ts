import { describe, expect, it } from 'vitest';
import { loadWindow, requestCell } from '../../tests/support/load-window.ts';
import { MemoryStore } from '../../tests/support/memory-store.ts';
import { HOUR_MS, profileOf, runRows, START_MS } from '../../tests/support/run-rows.ts';
import { addToSketch, emptySketch, quantileOf, type Sketch } from '../model/sketch.ts';
import { type Outcome, WINDOW_MS } from '../model/window.ts';
import type { SketchRow } from '../store/store.ts';
import { judgedSketches, limitDurations } from './durations.ts';
import { gatherEvidence } from './evidence.ts';
import { loadRunRows } from './load-rows.ts';
import type { DurationRow } from './rows.ts';
import { tally } from './tally.ts';

const MINUTE_MS = 60_000;
const TIMEOUT_MS = 10_000;
const rows = runRows({ hours: 1, series: {} });
const judged = [{ fromMs: START_MS, untilMs: START_MS + 60 * MINUTE_MS }];
const span = { startMs: START_MS, endMs: START_MS + 60 * MINUTE_MS };

function sketchOf(...values: number[]): Sketch {
  const sketch = emptySketch();
  for (const value of values) addToSketch(sketch, value);
  return sketch;
}

const row = (minute: number, outcome: Outcome, durationsMs: Sketch, stepMs = 5 * MINUTE_MS): SketchRow => ({
  atMs: START_MS + minute * MINUTE_MS,
  stepMs,
  scenario: 'soak',
  name: 'GET /',
  outcome,
  durationsMs,
});

const nothing = { normal: tally([], 1), peak: tally([], 1), stress: tally([], 1) };

describe('durations for limits', () => {
  it('take a failure as the longer of what was seen and the time-out', () => {
    const { all } = limitDurations(
      rows,
      [
        row(0, 'ok', sketchOf(20, 30)),
        row(0, 'connect', sketchOf(0, 0)),
        row(0, 'http_error', sketchOf(5, TIMEOUT_MS * 3)),
        row(0, 'timeout', sketchOf(TIMEOUT_MS)),
      ],
      nothing,
    );
    expect(all.count).toBe(7);
    const sorted = [0, 1, 2, 3, 4, 5, 6].map((rank) => quantileOf(all, rank / 6));
    expect(sorted.slice(0, 2).every((value) => value !== null && value < 31)).toBe(true);
    for (const value of sorted.slice(2, 6)) {
      // Never at the time-out itself: a limit of that length would be met.
      expect(value).toBeGreaterThan(TIMEOUT_MS);
      expect(value).toBeLessThan(1.02 * TIMEOUT_MS);
    }
    expect(Math.abs((sorted[6] ?? 0) / (3 * TIMEOUT_MS) - 1)).toBeLessThan(0.006);
  });

  it('take an arrival that starved as the time-out, once for each of its requests', () => {
    const [first] = rows.windows;
    if (first === undefined) throw new Error('no window');
    const starved = { ...first, iterations: { ...first.iterations, starved: 3 } };
    const { normal } = limitDurations(rows, [], { ...nothing, normal: tally([starved], 4) });
    expect(normal).toMatchObject({ count: 12, min: expect.closeTo(1.012 * TIMEOUT_MS, 0) });
  });
});

describe('judged slices', () => {
  it('leave out a slice with a step of the clock, and those that are mostly not judged', () => {
    const windows = rows.windows.map((window) => ({ ...window, clock: { ...window.clock } }));
    const stepped = windows.find(({ startMs }) => startMs === START_MS + 12 * MINUTE_MS);
    if (stepped === undefined) throw new Error('no window');
    stepped.clock.stepMs = -3000;
    const sketches = [0, 5, 10, 15].map((minute) => row(minute, 'ok', sketchOf(20)));
    const mostly = [{ fromMs: START_MS + 4 * MINUTE_MS, untilMs: START_MS + 60 * MINUTE_MS }];
    const kept = judgedSketches({ ...rows, windows, sketches }, mostly, span);
    expect(kept.map(({ atMs }) => (atMs - START_MS) / MINUTE_MS)).toEqual([5, 15]);
  });

  it('are the same whether the store keeps minutes or has packed them', () => {
    const minutes = [0, 1, 2, 3, 4].map((minute) => row(minute, 'ok', sketchOf(10 + minute), MINUTE_MS));
    const packed = [row(0, 'ok', sketchOf(10, 11, 12, 13, 14))];
    const slices = (sketches: SketchRow[]): DurationRow[] => judgedSketches({ ...rows, sketches }, judged, span);
    expect(slices(minutes)).toEqual(slices(packed));
  });

  it('hold the durations of each outcome and each name apart, all scenarios together', () => {
    const sketches = [
      row(0, 'ok', sketchOf(20)),
      { ...row(0, 'ok', sketchOf(30)), scenario: 'other' },
      { ...row(0, 'ok', sketchOf(40)), name: 'GET /cart' },
      row(0, 'timeout', sketchOf(TIMEOUT_MS)),
    ];
    const kept = judgedSketches({ ...rows, sketches }, judged, span);
    expect(kept.map(({ outcome, name, durationsMs }) => [outcome, name, durationsMs.count])).toEqual([
      ['ok', 'GET /', 2],
      ['ok', 'GET /cart', 1],
      ['timeout', 'GET /', 1],
    ]);
    // Rows belong to the caller.
    expect(sketches[0]?.durationsMs.count).toBe(1);
  });

  it('are cut where the run ends, and are at the level of the middle of what is left', () => {
    const sketches = [row(0, 'ok', sketchOf(20)), row(5, 'ok', sketchOf(20))];
    const endMs = START_MS + 6 * MINUTE_MS;
    const short = [{ fromMs: START_MS, untilMs: endMs }];
    const kept = judgedSketches({ ...rows, sketches }, short, { startMs: START_MS, endMs });
    expect(kept.map(({ atMs, stepMs }) => [(atMs - START_MS) / MINUTE_MS, stepMs / MINUTE_MS])).toEqual([
      [0, 5],
      [5, 1],
    ]);
  });

  it.each([
    ['at a full hour', 0],
    ['at 3 min 27 s past it', 207_000],
    ['at 8 min 58 s past it', 538_000],
  ])(
    'of a run of ten minutes that starts %s are all that was judged and nothing of the warm-up',
    async (_, offsetMs) => {
      const profile = profileOf({ hours: 1 / 6, warmupMs: 80_000, ratePerMinute: 600 });
      const startMs = START_MS + 12 * HOUR_MS + offsetMs;
      const store = new MemoryStore();
      const { run } = runRows({ hours: 1 / 6, profile, series: {} });
      const endMs = startMs + profile.durationMs;
      await store.createRun({ ...run, startMs, endMs }, { atMs: startMs, from: null, to: 'preparing', reason: '' });
      await store.addTransition(run.id, {
        atMs: endMs,
        from: 'running',
        to: 'finishing',
        reason: 'the plan is at its end',
      });
      const firstMs = Math.floor(startMs / WINDOW_MS) * WINDOW_MS;
      const windows = Array.from({ length: Math.ceil((endMs - firstMs) / WINDOW_MS) }, (_, sequence) => {
        const fromMs = Math.max(startMs, firstMs + sequence * WINDOW_MS);
        const untilMs = Math.min(endMs, firstMs + (sequence + 1) * WINDOW_MS);
        const isJudged = (fromMs + untilMs) / 2 >= startMs + 80_000;
        return loadWindow({
          sequence,
          startMs: fromMs,
          endMs: untilMs,
          requests: [requestCell([isJudged ? 100 : 9000])],
        });
      });
      await store.commitWindows({ runId: run.id, processId: 'p1', offset: 0, windows, events: [] });
      const { durations, all } = gatherEvidence(await loadRunRows(store, run.id));
      expect(all.requests).toBeGreaterThan(50);
      expect(durations.all.count).toBe(all.requests);
      expect(durations.all.max).toBe(100);
    },
  );
});
