import { describe, expect, it } from 'vitest';
import { Trend } from '../trend/finding.ts';
import type { Columns } from './columns.ts';
import { follow, isCollected, kindOfName, spanHours } from './follow.ts';
import { readColumns } from './read-columns.ts';

const NO_SETTINGS = { kinds: new Map(), limits: new Map() };

/** One series and a load, sampled every so many seconds. */
function columnsOf(everySeconds: number, values: readonly number[]): Columns {
  return {
    timesMs: Float64Array.from(values, (_, at) => 1e12 + at * everySeconds * 1000),
    loadPerMinute: Float64Array.from(values),
    series: [{ name: 'a', values: Float64Array.from(values) }],
    usualSpacingMs: everySeconds * 1000,
  };
}

describe('columns as the detectors follow them', () => {
  it('have their kind by name', () => {
    expect(['latency_p95_ms', 'rss_bytes', 'open_latency_slots'].map(kindOfName)).toEqual([
      'drift',
      'growth',
      'growth',
    ]);
    expect(['heap_after_gc_bytes', 'heap_post_gc', 'jvm_live_bytes', 'heap_used', 'gc_count'].map(isCollected)).toEqual(
      [...[true, true, true, false, false]],
    );
  });

  it('hold samples that are there, by hours from the first row', () => {
    const [series] = follow(columnsOf(3600, [Number.NaN, 2, 3]), NO_SETTINGS);
    expect([...(series?.readings.hours ?? [])]).toEqual([1, 2]);
    expect([...(series?.readings.values ?? [])]).toEqual([2, 3]);
  });

  it('have no load where none is written', () => {
    const columns = { ...columnsOf(60, [1, 2]), loadPerMinute: Float64Array.of(Number.NaN, Number.NaN) };
    expect(follow(columns, NO_SETTINGS)[0]?.load).toBeNull();
    for (const loadPerMinute of [null, Float64Array.of(0, 0)])
      expect(follow({ ...columns, loadPerMinute }, NO_SETTINGS)[0]?.load).toBeNull();
  });

  it('take close samples together: the middle of a series, the mean of the load', () => {
    const [series] = follow(columnsOf(5, [1, 9, 2, 7, 7]), NO_SETTINGS);
    expect([...(series?.readings.values ?? [])]).toEqual([2, 7]);
    expect([...(series?.load?.values ?? [])]).toEqual([4, 7]);
    expect([...(series?.readings.hours ?? [])].map((hour) => hour * 3600)).toEqual([0, 15]);
  });

  it('end when their last sample does, at a whole hour where they nearly do', () => {
    expect(spanHours(columnsOf(900, Array(96).fill(1)))).toBe(24);
    expect(spanHours(columnsOf(900, Array(97).fill(1)))).toBe(24.25);
    expect(spanHours(columnsOf(420, Array(206).fill(1)))).toBe(24);
    expect(spanHours({ ...columnsOf(60, [1]), usualSpacingMs: null })).toBe(1 / 3600);
  });
});

describe('memory in megabytes', () => {
  it('is no count of things, small whole numbers or not', () => {
    const rows = Array.from(
      { length: 72 * 12 },
      (_, at) => `${1_763_000_000 + at * 300},300,${400 + Math.floor(5 * ((at / 12) % 20))}`,
    );
    const read = readColumns(Buffer.from(`time,load_rpm,memory_mb\n${rows.join('\n')}\n`), 'file.csv');
    if (!read.ok) throw new Error('the file is not read');
    const [memory] = follow(read.columns, { kinds: new Map(), limits: new Map() });
    if (memory === undefined) throw new Error('there is no series');
    // A sawtooth of 20 h: as a count it would be called a leak on its first rise.
    expect(new Trend(memory, 1).firstCalledHour(24)).toBeNull();
  });
});
