import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { covering, f1Score } from './real/change-point-scores.ts';
import { modelServers } from './real/llm-aging.ts';
import { flatSlices, nabSeries } from './real/nab.ts';
import { latencyIssues, quietServices } from './real/petshop.ts';
import { markedSeries } from './real/tcpd.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'soakd-bench-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('scores of change points', () => {
  it('are the reference values of the authors’ own examples (TCPDBench, metrics.py)', () => {
    expect(f1Score([[10, 20], [11, 20], [10], [0, 5]], [10, 20])).toBeCloseTo(1, 12);
    expect(f1Score([[], [10], [50]], [10])).toBeCloseTo(0.9090909090909091, 12);
    expect(f1Score([[], [10], [50]], [])).toBeCloseTo(0.8, 12);
    expect(covering([[10, 20], [10], [0, 5]], [10, 20], 45)).toBeCloseTo(0.7962962962962963, 12);
    expect(covering([[], [10], [40]], [10], 45)).toBeCloseTo(0.7954144620811286, 12);
    expect(covering([[], [10], [40]], [], 45)).toBeCloseTo(0.8189300411522634, 12);
  });
});

describe('petshop', () => {
  const header = [',shop,shop,other', 'metric,latency,requests,latency', 'statistic,p95,Sum,p95', 'unix_timestamp,,,'];

  it('gives a trace a service, with requests a minute as its load', () => {
    const rows = Array.from({ length: 12 }, (_, row) => `${1000 + 300 * row}.0,0.5,100,`);
    write('petshop/low_traffic/noissue/metrics.csv', [...header, ...rows]);
    const traces = quietServices(folder);
    expect(traces.map(({ family }) => family)).toEqual(['petshop shop']);
    expect(traces[0]?.loadRpm?.[3]).toBe(20);
    expect(traces[0]?.hours.at(-1)).toBeCloseTo(11 / 12, 9);
  });

  it('puts the rows of an issue behind the quiet hours, and holds those since its onset', () => {
    const quiet = Array.from({ length: 12 }, (_, row) => `${1000 + 300 * row}.0,0.5,100,1`);
    write('petshop/low_traffic/noissue/metrics.csv', [...header, ...quiet]);
    write('petshop/low_traffic/train/issue_0/metrics.csv', [
      ...header,
      '9000.0,0.5,90,1',
      '9300.0,4,90,1',
      '9600.0,5,90,1',
    ]);
    const target = (metric: string) => ({ target: { node: 'shop', metric, agg: 'p95', timestamp: 9400 } });
    write('petshop/low_traffic/train/issue_0/target.json', [JSON.stringify(target('latency'))]);
    write('petshop/low_traffic/test/issue_0/target.json', [JSON.stringify(target('availability'))]);
    const issues = latencyIssues(folder);
    expect(issues.map(({ name }) => name)).toEqual(['train/issue_0']);
    expect([...(issues[0]?.measured.series[0]?.values.slice(-3) ?? [])]).toEqual([0.5, 4, 5]);
    expect(issues[0]?.held.hours.length).toBe(12 + 1 + 144);
    expect(issues[0]?.onsetHour).toBeCloseTo(13 / 12, 9);
  });
});

describe('llm-aging', () => {
  it('reads used memory by the hour', () => {
    write('llm-aging/monitoringx_1s.csv', [
      'currentTime,usedMemory',
      '2024-01-01 23:00:00.5,10',
      '2024-01-02 01:00:00.5,30',
    ]);
    const [trace] = modelServers(folder);
    expect(trace?.family).toBe('x_1s');
    expect([...(trace?.hours ?? [])]).toEqual([0, 2]);
    expect([...(trace?.series[0]?.values ?? [])]).toEqual([10, 30]);
  });
});

describe('NAB', () => {
  it('keeps unmarked slices whose days are alike', () => {
    const rows = Array.from({ length: 24 * 6 + 1 }, (_, hour) => {
      const at = new Date(Date.UTC(2024, 0, 1, hour)).toISOString().slice(0, 19).replace('T', ' ');
      return `${at},${hour < 72 ? 50 : hour}`;
    });
    write('nab/data/real/a.csv', ['timestamp,value', ...rows]);
    write('nab/labels/combined_windows.json', [
      JSON.stringify({ 'real/a.csv': [['2024-01-05 00:00:00.000000', '2024-01-05 06:00:00.000000']] }),
    ]);
    const [series] = nabSeries(folder);
    expect(series?.windows).toEqual([{ fromHour: 96, toHour: 102 }]);
    expect(series === undefined ? [] : flatSlices(series).map(({ family }) => family)).toEqual([
      'real/a.csv from hour 0',
    ]);
  });
});

describe('TCPD', () => {
  it('reads marked series of one dimension, missing values as none', () => {
    const file = (name: string, n_dim: number) => ({ name, n_dim, series: [{ raw: [1, null, 3] }] });
    write('tcpd/annotations.json', [JSON.stringify({ one: { 6: [2], 7: [] }, two: { 6: [1] } })]);
    write('tcpd/datasets/one/one.json', [JSON.stringify(file('one', 1))]);
    write('tcpd/datasets/two/two.json', [JSON.stringify(file('two', 2))]);
    const series = markedSeries(folder);
    expect(series.map(({ name, marks }) => ({ name, marks }))).toEqual([{ name: 'one', marks: [[2], []] }]);
    expect(series[0]?.trace.series[0]?.values[1]).toBeNaN();
  });
});

function write(path: string, lines: readonly string[]): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${lines.join('\n')}\n`);
}
