import { describe, expect, it } from 'vitest';
import { duration, number, quantity, range } from '../../web/format.js';
import { laneOf, marksNear, marksOf } from '../../web/marks.js';
import { durationOf } from '../../web/parts/actions.js';
import { loadThen } from '../../web/parts/alert-list.js';
import { compareHash, placeOf, runHash } from '../../web/router.js';
import { instantsOf, merge, oldestEnd, stepFor } from '../../web/run-data.js';
import { parsed } from '../../web/stream.js';
import { TimeAxis } from '../../web/time-axis.js';
import { Times } from '../../web/times.js';
import { lineAt } from '../../web/trend-line.js';

const HOUR_MS = 3_600_000;

describe('numbers on the page', () => {
  it('have three digits that count, and a unit that fits', () => {
    expect([1234567, 123.4, 12.34, 1.234, 0.1234, 0, -5.5].map(number)).toEqual([
      '1\u202f234\u202f567',
      '123',
      '12.3',
      '1.23',
      '0.123',
      '0',
      '−5.5',
    ]);
    expect(quantity(650_123_456, 'bytes')).toBe('650\u202fMB');
    expect(quantity(0.5, 'seconds')).toBe('500\u202fms');
  });

  it('do not round 99.96 % up to everything', () => {
    expect(quantity(99.956, 'percent')).toBe('99.956\u202f%');
    expect(quantity(99.5, 'percent')).toBe('99.5\u202f%');
    expect(quantity(100, 'percent')).toBe('100\u202f%');
    expect(quantity(99.99991, 'percent')).not.toContain('100');
  });

  it('say a dash for what is missing, never 0', () => {
    expect([quantity(null, 'percent'), number(Number.NaN), duration(undefined), range(null, 'percent')]).toEqual(
      Array.from({ length: 4 }, () => '–'),
    );
  });

  it('leave an open side of an interval open', () => {
    expect(range({ low: null, high: 3 }, 'percent')).toBe('up to 3\u202f%');
    expect(range({ low: 1, high: null }, 'percent')).toBe('from 1\u202f%');
  });

  it('are read from what people type as a time', () => {
    expect(['90m', ' 2 h', '1.5d', '12', 'soon', ''].map(durationOf)).toEqual([
      5_400_000,
      7_200_000,
      129_600_000,
      null,
      null,
      null,
    ]);
  });
});

describe('times', () => {
  const berlin = new Times('Europe/Berlin');
  const at = Date.parse('2026-11-21T11:00:00Z');

  it('are those of the zone that was asked for', () => {
    expect(berlin.instant(at)).toMatch(/21 Nov 12:00$/);
    expect(new Times('UTC').instant(at)).toMatch(/21 Nov 11:00$/);
    expect(new Times('Nowhere/Atall').zone).toBe('UTC');
  });

  it('mark an axis at round hours of the zone, over a change of the clocks too', () => {
    const from = Date.parse('2026-10-24T22:00:00Z') / 1000;
    const ticks = berlin.ticks(from, from + 26 * 3600, 6 * 3600);
    expect(ticks.map((tick) => berlin.time.format(new Date(tick * 1000)))).toEqual([
      '00:00',
      '06:00',
      '12:00',
      '18:00',
      '00:00',
    ]);
  });

  it('know zones that are no whole hours away', () => {
    expect(new Times('Asia/Kathmandu').offsetS(at / 1000)).toBe(5.75 * 3600);
    expect(new Times('Pacific/Kiritimati').offsetS(at / 1000)).toBe(14 * 3600);
    expect(new Times('America/St_Johns').offsetS(at / 1000)).toBe(-3.5 * 3600);
  });

  it('say a day once where it begins', () => {
    const midnight = Date.parse('2026-11-21T23:00:00Z') / 1000;
    expect(berlin.tickTexts([midnight - 3600, midnight, midnight + 3600])).toEqual([
      '23:00',
      expect.stringMatching(/22 Nov$/),
      '01:00',
    ]);
    expect(berlin.tickTexts([midnight + 60])[0]).toMatch(/^00:01\n.*22 Nov$/);
  });
});

describe('the time axis', () => {
  const run = { fromMs: 0, untilMs: 72 * HOUR_MS };

  it('goes back through what was shown before, to the whole run', () => {
    const axis = new TimeAxis(run);
    const whole = axis.range;
    axis.zoomTo(10 * HOUR_MS, 20 * HOUR_MS);
    axis.zoomTo(12 * HOUR_MS, 13 * HOUR_MS);
    // Each chart tells of the same drag.
    axis.zoomTo(12 * HOUR_MS, 13 * HOUR_MS);
    axis.back();
    expect(axis.range).toEqual({ fromMs: 10 * HOUR_MS, untilMs: 20 * HOUR_MS });
    axis.back();
    expect(axis.range).toEqual(whole);
  });

  it('moves along with the last hours, and stands still where somebody looked closer', () => {
    const axis = new TimeAxis(run);
    axis.moveTo(30 * HOUR_MS, run);
    axis.showLast(6 * HOUR_MS);
    axis.moveTo(31 * HOUR_MS, run);
    expect(axis.range.fromMs).toBe(25 * HOUR_MS);
    axis.zoomTo(26 * HOUR_MS, 27 * HOUR_MS);
    axis.moveTo(40 * HOUR_MS, run);
    expect(axis.range).toEqual({ fromMs: 26 * HOUR_MS, untilMs: 27 * HOUR_MS });
  });

  it('goes back from a closer look to the last hours, which follow the run again', () => {
    const axis = new TimeAxis(run);
    axis.moveTo(30 * HOUR_MS, run);
    axis.showLast(24 * HOUR_MS);
    axis.zoomTo(10 * HOUR_MS, 12 * HOUR_MS);
    axis.moveTo(31 * HOUR_MS, run);
    axis.back();
    expect(axis.range.fromMs).toBe(7 * HOUR_MS);
    axis.moveTo(33 * HOUR_MS, run);
    expect(axis.range.fromMs).toBe(9 * HOUR_MS);
  });

  it('does not leave the run', () => {
    const axis = new TimeAxis(run);
    axis.zoomTo(-100 * HOUR_MS, 2 * HOUR_MS);
    axis.panBy(-5);
    expect(axis.range.fromMs).toBeGreaterThanOrEqual(-HOUR_MS);
    axis.zoomBy(1000);
    expect(axis.range.untilMs).toBeLessThanOrEqual(73 * HOUR_MS);
  });
});

describe('places in the address', () => {
  it('are read as they are written', () => {
    expect(placeOf(runHash('20261121T110000Z-a087', 1_795_258_803_000))).toEqual({
      view: 'run',
      id: '20261121T110000Z-a087',
      atMs: 1_795_258_803_000,
    });
    expect(placeOf(compareHash('a', 'b'))).toEqual({ view: 'compare', a: 'a', b: 'b' });
    expect(['', '#/', '#/runs', '#/alerts', '#/schedule'].map((hash) => placeOf(hash).view)).toEqual([
      'live',
      'live',
      'runs',
      'alerts',
      'schedule',
    ]);
  });

  it('that make no sense lead nowhere, and not to an error', () => {
    expect(placeOf('#/runs/%E0%A4%A')).toMatchObject({ view: 'run' });
    expect(placeOf('#/runs/x?at=soon')).toMatchObject({ atMs: null });
    expect(placeOf('#/compare/a')).toMatchObject({ view: 'unknown' });
  });
});

describe('grids', () => {
  it('are no finer than a chart shows, in steps that the daemon knows', () => {
    expect(stepFor({ fromMs: 0, untilMs: 72 * HOUR_MS }, 900, 10_000)).toBe(300_000);
    expect(stepFor({ fromMs: 0, untilMs: HOUR_MS }, 900, 10_000)).toBe(10_000);
    expect(stepFor({ fromMs: 0, untilMs: 3000 * HOUR_MS }, 100, 10_000) % 10_000).toBe(0);
  });

  it('take newer entries in where they belong', () => {
    const grid = { fromMs: 0, stepMs: 10, count: 3, columns: { served: [1, 2, 3] } };
    merge(grid, { fromMs: 20, stepMs: 10, count: 3, columns: { served: [4, 5, null] } });
    expect(grid).toEqual({ fromMs: 0, stepMs: 10, count: 5, columns: { served: [1, 2, 4, 5, null] } });
    merge(grid, { fromMs: 60, stepMs: 10, count: 1, columns: { served: [9] } });
    expect(grid.columns.served).toEqual([1, 2, 4, 5, null, null, 9]);
    expect(instantsOf(grid)).toHaveLength(7);
  });

  it('are carried on together from the oldest end: one that was not asked for a while has no gap', () => {
    const column = (/** @type {number} */ count) => Array.from({ length: count }, (_, at) => at);
    const shown = { fromMs: 0, stepMs: 10, count: 60, columns: { mean: column(60) } };
    const unseen = { fromMs: 0, stepMs: 10, count: 20, columns: { mean: column(20) } };
    const fromMs = oldestEnd([shown, unseen]);
    for (const grid of [shown, unseen]) {
      merge(grid, { fromMs, stepMs: 10, count: 70 - fromMs / 10, columns: { mean: column(70).slice(fromMs / 10) } });
      expect(grid.columns.mean).toEqual(column(70));
    }
  });
});

describe('a fitted line', () => {
  const point = (/** @type {number} */ atMs, /** @type {number} */ value) => ({
    atMs,
    value,
    low: null,
    high: value + 1,
  });

  it('is straight between its corners, steps where two stand at one instant, and says nothing outside', () => {
    const line = [point(0, 0), point(4_000, 4), point(4_000, 10), point(8_000, 14)];
    const { value, low, high } = lineAt(line, [-1, 0, 2, 5, 8, 9]);
    expect(value).toEqual([null, 0, 2, 11, 14, null]);
    expect(low.every((one) => one === null)).toBe(true);
    expect(high[2]).toBe(3);
  });
});

describe('the load at the time of an alert', () => {
  it('is told as far as it is known, and never as 0 where it is not', () => {
    const facts = { hourOfRun: 33.04, plannedPerMinute: 100.2, servedPerMinute: 0 };
    expect(loadThen(facts)).toBe('hour 33.0, 0 of 100 requests a minute served');
    expect(loadThen({ ...facts, servedPerMinute: null })).toBe(
      'hour 33.0, 100 requests a minute planned, served unknown',
    );
    expect(loadThen({ ...facts, plannedPerMinute: null, hourOfRun: null })).toBeNull();
  });
});

describe('messages of the stream', () => {
  it('are read with their id, and comments are not', () => {
    expect(parsed('id: r:7\nevent: event\ndata: {"a":1}')).toEqual({ event: 'event', id: 'r:7', data: { a: 1 } });
    expect(parsed(': still here')).toBeNull();
    expect(parsed('retry: 2000')).toBeNull();
  });
});

describe('marks', () => {
  const event = (/** @type {string} */ kind, severity = /** @type {const} */ ('warning'), data = {}) => ({
    ...{ id: 1, atMs: 5, kind, severity, message: kind, data },
  });

  it('have a lane by what they are', () => {
    expect(laneOf(event('target_restarted'))).toBe('restart');
    expect(laneOf(event('trend_changed', 'warning', { to: 'leak' }))).toBe('finding');
    expect(laneOf(event('trend_changed', 'warning', { to: 'stable' }))).toBeNull();
    expect(laneOf(event('k6_exited'))).toBe('soakd');
  });

  it('come in order of time, and those near an instant are found', () => {
    const marks = marksOf({
      events: [{ ...event('k6_exited'), atMs: 50 }],
      actions: [{ id: 1, atMs: 10, who: 'ana', kind: 'annotate', text: 'deploy', edit: null }],
      stretches: [{ kind: 'paused', fromMs: 20, untilMs: 40, reason: 'paused' }],
      trends: [{ name: 'rss', changePoints: [{ atMs: 30, label: 'unexplained' }] }],
      alerts: [],
      nowMs: 100,
    });
    expect(marks.map(({ lane }) => lane)).toEqual(['deploy', 'paused', 'change', 'soakd']);
    expect(marksNear(marks, 30, 1).map(({ lane }) => lane)).toEqual(['paused', 'change']);
  });
});
