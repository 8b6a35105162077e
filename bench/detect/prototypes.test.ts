import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prototypeDetectors } from './prototypes.ts';
import { observedSeries, observedTrace } from './real/observed.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'soakd-prototypes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the prototypes', () => {
  it('are asked with epoch seconds, and their answers come back as hours of the run', async () => {
    const growth = '{ estimate: 3, low: 2, high: null }';
    const answer = (start: string, names: string) =>
      `({ series: ${names}.map((name) => ({ name, verdict: 'leak', growthPercentPer24h: ${growth}, firstCalledAt: new Date((${start} + 5 * 3600) * 1000).toISOString() })) })`;
    write(
      'regression',
      'analyze.ts',
      `export const analyze = (d) => ${answer('d.t[0]', 'd.series.map((s) => s.name)')};`,
    );
    write(
      'learned',
      'detect.ts',
      `export const loadConfig = () => ({}); export const analyze = (d, c, o) => o.replay ? ${answer('d.t[0]', 'd.series.map((s) => s.name)')} : null;`,
    );
    const hours = Float64Array.of(0, 1, 2);
    const trace = observedTrace('x', hours, null, [observedSeries('rss_bytes', 'growth', hours)]);
    const detectors = await prototypeDetectors(folder);
    expect(detectors.map(({ name }) => name)).toEqual(['prototype: regression', 'prototype: learned']);
    for (const detector of detectors) {
      expect(detector.judge(trace)).toEqual([
        { name: 'rss_bytes', firstCalledHour: 5, calledAtEnd: true, percentPer24h: null },
      ]);
    }
  });
});

function write(part: string, file: string, text: string): void {
  mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, part, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, part, file), text);
}
