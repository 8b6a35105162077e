import { describe, expect, it } from 'vitest';
import { BEGIN_MS, Fired, MINUTE_MS, plainAlerts, plainTime } from '../../tests/support/alert-engine.ts';
import { rulesOf } from '../../tests/support/alert-rig.ts';
import type { Sample, SeriesInfo } from '../model/sample.ts';

const seriesOf = (name: string, changes: Partial<SeriesInfo> = {}): SeriesInfo => ({
  ...{ id: `redis.${name}`, source: 'redis', kind: 'redis', role: 'dependency', unit: 'bytes' },
  ...{ leakCandidate: false, memory: false },
  ...changes,
});
const sampleOf = (name: string, minute: number, value: number): Sample => ({
  ...{ series: `redis.${name}`, atMs: BEGIN_MS + minute * MINUTE_MS, readings: 1 },
  ...{ min: value, mean: value, max: value, last: value },
});

describe('the samples of one interval', () => {
  it.each([
    ['use before limit', false],
    ['limit before use', true],
  ])('are all known before one is asked: %s', (_, limitFirst) => {
    const { rules } = rulesOf('alerts: [{ name: Memory, condition: "memory > 90%", severity: critical }]');
    const alerts = plainAlerts(rules, plainTime(60));
    alerts.addSeries([seriesOf('used_memory_bytes', { memory: true }), seriesOf('memory_limit_bytes')]);
    for (let minute = 0; minute < 3; minute++) {
      const both = [sampleOf('used_memory_bytes', minute, 99), sampleOf('memory_limit_bytes', minute, 100)];
      alerts.addSamples(limitFirst ? both.toReversed() : both);
    }
    const fired = new Fired();
    fired.take(alerts);
    expect(fired.names()).toEqual(['Memory']);
  });
});
