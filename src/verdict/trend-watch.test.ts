import { describe, expect, it } from 'vitest';
import { agentEvent, HOUR_MS, MEMORY, type RunScript, runRows, START_MS } from '../../tests/support/run-rows.ts';
import { judge } from './judge.ts';
import type { RunRows } from './rows.ts';
import { TrendWatch } from './trend-watch.ts';

const HOURS = 30;

const script: RunScript = {
  hours: HOURS,
  warmupMs: 10 * 60_000,
  names: ['GET /', 'POST /chat'],
  series: {
    'agent.rss_bytes': { ...MEMORY, level: (hour, load) => 2e8 * (1 + (0.3 * hour) / 24 + 0.05 * load) },
    // Waits for no collector.
    'agent.heap_after_gc_bytes': { ...MEMORY, level: (hour) => 1e8 * (1 + (0.3 * hour) / 24) },
    'agent.native_bytes': MEMORY,
    'cache.rss_bytes': { ...MEMORY, level: (hour) => 2e8 * (1 + (0.3 * hour) / 24) },
  },
  events: [agentEvent('target_identified', 0), agentEvent('target_restarted', 13)],
  // Down over a whole hour, so that it is recognised after the hour at which it began was asked.
  failures: (atMs) => (Math.abs(atMs - START_MS - 16 * HOUR_MS) < 20 * 60_000 ? { connect: 1 } : {}),
  gaps: [{ fromMs: START_MS + 20.9 * HOUR_MS, untilMs: START_MS + 21.2 * HOUR_MS, kind: 'absent' }],
};
const whole = runRows({ ...script, liveUntilMs: START_MS + HOURS * HOUR_MS });

/** Rows that begin before an instant: what is stored by then. */
const rowsUntil = (atMs: number): RunRows => ({
  ...whole,
  windows: whole.windows.filter(({ endMs }) => endMs <= atMs),
  sketches: whole.sketches.filter((row) => row.atMs + row.stepMs <= atMs),
  samples: whole.samples.filter((sample) => sample.atMs + 60_000 <= atMs),
  events: whole.events.filter((one) => one.atMs < atMs),
});

function feed(watch: TrendWatch, fromMs: number, untilMs: number): void {
  const before = rowsUntil(fromMs);
  const after = rowsUntil(untilMs);
  for (const window of after.windows.slice(before.windows.length)) watch.addStoredWindow(window);
  for (const sketch of after.sketches.slice(before.sketches.length))
    watch.addStoredDurations({ ...sketch, scenario: 'soak' });
  const known = new Set(before.samples);
  watch.addSamples(after.samples.filter((sample) => !known.has(sample)));
  watch.addEvents(after.events.slice(before.events.length));
}

const fresh = (): TrendWatch => {
  const watch = new TrendWatch(whole.run, whole.plan);
  watch.addSeries(whole.series);
  return watch;
};

/** Asks until all have had their turn. */
function askAll(watch: TrendWatch): number {
  watch.look();
  let questions = 0;
  for (; watch.waiting > 0; questions++) watch.ask();
  return questions;
}

const MINUTE_MS = 60_000;
const asked = [6, 8, 14, 16, 17, 21, 22, 29];

describe('the watch of a live run', () => {
  it('says at each hour to the last digit what all rows of the store say', () => {
    const watch = fresh();
    let fedMs = START_MS;
    const seen: string[] = [];
    for (let hour = 1; hour < HOURS; hour++) {
      const atMs = START_MS + hour * HOUR_MS + 6 * MINUTE_MS;
      feed(watch, fedMs, atMs);
      fedMs = atMs;
      askAll(watch);
      if (!asked.includes(hour)) continue;
      const rows = rowsUntil(atMs);
      const nowMs = rows.windows.at(-1)?.endMs ?? atMs;
      const trends = watch.trends();
      expect(trends, `hour ${hour}`).not.toBeNull();
      expect(judge(rows, { nowMs, ...(trends === null ? {} : { trends }) }), `hour ${hour}`).toEqual(
        judge(rows, { nowMs }),
      );
      seen.push(...(trends?.growth.map(({ finding }) => finding.verdict) ?? []));
    }
    // The script holds what there is to tell apart.
    expect(new Set(seen)).toEqual(new Set(['stable', 'growing', 'suspect', 'leak']));
  });

  it('says the same when it is fed with what is stored as when it was there all along', () => {
    const atMs = START_MS + 23 * HOUR_MS + 6 * MINUTE_MS;
    const late = fresh();
    feed(late, START_MS, atMs);
    askAll(late);
    const along = fresh();
    for (let hour = 0; hour < 24; hour++) {
      const from = Math.max(START_MS, START_MS + hour * HOUR_MS - 54 * MINUTE_MS);
      feed(along, from, START_MS + hour * HOUR_MS + 6 * MINUTE_MS);
      askAll(along);
    }
    expect(late.trends()).toEqual(along.trends());
  });

  it('asks each series once an hour, a part of them at each question, and has none in between', () => {
    const watch = fresh();
    feed(watch, START_MS, START_MS + 8 * HOUR_MS);
    // Four series, all requests, and two names: one at each question.
    expect(askAll(watch)).toBe(7);
    feed(watch, START_MS + 8 * HOUR_MS, START_MS + 8 * HOUR_MS + 4 * MINUTE_MS);
    expect(askAll(watch)).toBe(0);
    // Slices that begin before the hour are over five minutes after it at the latest.
    feed(watch, START_MS + 8 * HOUR_MS + 4 * MINUTE_MS, START_MS + 8 * HOUR_MS + 6 * MINUTE_MS);
    expect(askAll(watch)).toBe(7);
  });

  it('has no trends before anything can be said, nor before all series have been asked', () => {
    const watch = fresh();
    feed(watch, START_MS, START_MS + 5.5 * HOUR_MS);
    expect(askAll(watch)).toBe(0);
    expect(watch.trends()).toBeNull();
    feed(watch, START_MS + 5.5 * HOUR_MS, START_MS + 8 * HOUR_MS);
    watch.ask();
    expect(watch.trends()).toBeNull();
    askAll(watch);
    expect(watch.trends()?.growth).toHaveLength(4);
  });

  it('gives up, and says why, when rows come that belong before those it has read', () => {
    const watch = fresh();
    feed(watch, START_MS, START_MS + 8 * HOUR_MS);
    askAll(watch);
    const [early] = whole.windows;
    if (early === undefined) throw new Error('no window');
    watch.addStoredWindow(early);
    expect(watch.lost).toMatch(/after later ones/);
    expect(watch.trends()).toBeNull();
    expect(askAll(watch)).toBe(0);
  });

  it('leaves rehearsals to those who judge them as a whole', () => {
    const { run, plan } = runRows({ hours: 24, compression: 240, series: {} });
    expect(new TrendWatch(run, plan).lost).toMatch(/rehearsal/);
  });
});

describe('a run that has just begun', () => {
  it('tells what was read by now, though nothing can be said of it', () => {
    const young = judge(rowsUntil(START_MS + 0.5 * HOUR_MS)).growth;
    expect(young.map(({ state, samples }) => [state, samples])).toEqual(Array(4).fill(['insufficient', 20]));
    expect(judge(rowsUntil(START_MS + 6.05 * HOUR_MS)).growth[0]?.state).toBe('insufficient');
    expect(judge(rowsUntil(START_MS + 6.1 * HOUR_MS)).growth[0]?.state).not.toBe('insufficient');
  });
});

describe('the trends of a finished run', () => {
  it('are those of its end, whole hour or not', () => {
    const rows = runRows({ ...script, stopMs: START_MS + 29.6 * HOUR_MS });
    const one = judge(rows).growth.find(({ series }) => series === 'agent.heap_after_gc_bytes');
    expect(one?.state).toBe('leak');
    expect(one?.samples).toBeGreaterThan(29 * 55);
  });

  it('are not asked again when they are given', () => {
    const none = { growth: [], drift: [], typical: null };
    expect(judge(whole, { trends: none }).growth).toEqual([]);
  });
});
