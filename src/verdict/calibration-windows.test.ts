import { describe, expect, it } from 'vitest';
import { HOUR_MS, MEMORY, profileOf, type RunScript, runRows, START_MS } from '../../tests/support/run-rows.ts';
import type { Profile } from '../model/profile.ts';
import { judgedTime } from './judged-time.ts';
import { atProfileHour, profileHours } from './run-clock.ts';
import { columnsOf } from './sample-column.ts';
import { spanOf } from './span.ts';
import { lookedAt } from './trends-of-run.ts';

const script: RunScript = { hours: 24, warmupMs: HOUR_MS, series: { 'agent.rss_bytes': MEMORY } };
const profile: Profile = {
  ...profileOf(script),
  calibration: { everyMs: 3 * HOUR_MS, lengthMs: HOUR_MS / 6, requestsPerMinute: 30 },
};
const rows = runRows({ ...script, profile });
const span = spanOf(rows);
const looked = lookedAt(rows, span, judgedTime(rows, span));
const windows = rows.plan.calibration;

describe('what the detectors are told of calibration windows', () => {
  it('is their one rate, as the load of every minute in them', () => {
    expect(windows.length).toBeGreaterThan(6);
    for (const { fromMs, untilMs } of windows) {
      const within = [...looked.load.values].filter((_, at) => {
        const atMs = atProfileHour(rows.plan, looked.load.hours[at] ?? 0);
        return atMs >= fromMs && atMs + 60_000 <= untilMs;
      });
      expect(within).toHaveLength(10);
      for (const perMinute of within) expect(perMinute).toBeCloseTo(30, 6);
    }
  });

  it('is every sample in them: they are judged like any other load', () => {
    const readings = columnsOf(rows.series, rows.samples).of('agent.rss_bytes')?.readings(looked);
    const hours = new Set(readings?.hours);
    for (const { fromMs, untilMs } of windows)
      for (let atMs = fromMs; atMs < untilMs; atMs += 60_000)
        expect(hours.has(profileHours(rows.plan, atMs)), `minute ${(atMs - START_MS) / 60_000}`).toBe(true);
    expect(looked.leftOut).toEqual([{ fromHour: 0, untilHour: 1 }]);
  });
});
