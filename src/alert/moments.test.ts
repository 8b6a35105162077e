import { describe, expect, it } from 'vitest';
import { BEGIN_MS, HOUR_MS, MINUTE_MS, plainAlerts, plainTime } from '../../tests/support/alert-engine.ts';
import { rulesOf } from '../../tests/support/alert-rig.ts';
import type { Alert } from '../model/alert.ts';
import type { RunEvent } from '../model/run.ts';
import type { SeriesInfo } from '../model/sample.ts';
import type { RunAlerts } from './engine.ts';

const ruled = (condition: string) =>
  rulesOf(`alerts: [{ name: Rule, condition: "${condition}", severity: critical }]`).rules;
let ids = 0;
const event = (hour: number, kind: string, data: Record<string, unknown> = {}): RunEvent => ({
  ...{ id: ++ids, atMs: BEGIN_MS + hour * HOUR_MS, kind, severity: 'warning', message: `${kind} happened`, data },
});
const leak = (hour: number, to: string): RunEvent => event(hour, 'trend_changed', { series: 'agent.rss_bytes', to });
/** Alerts that fired, as hours of their firing and their end. */
function fired(alerts: RunAlerts): [number | null, number | null][] {
  const hours = (atMs: number | null): number | null => (atMs === null ? null : (atMs - BEGIN_MS) / HOUR_MS);
  return alerts
    .take()
    .alerts.filter(({ firingMs }: Alert) => firingMs !== null)
    .map(({ firingMs, resolvedMs }) => [hours(firingMs), hours(resolvedMs)]);
}

describe('what detection says', () => {
  it('lasts until something else is said, so that it can be asked to last', () => {
    const alerts = plainAlerts(ruled('trend == leak for 1h'), plainTime(0));
    alerts.addEvent(leak(2, 'leak'));
    alerts.advance(BEGIN_MS + 2.9 * HOUR_MS);
    expect(alerts.open.map(({ state }) => state)).toEqual(['pending']);
    alerts.addEvent(leak(6, 'stable'));
    expect(fired(alerts)).toEqual([[3, 6]]);
  });

  it('is asked by a rule that came later', () => {
    const before = plainAlerts(ruled('trend == drift'), plainTime(0));
    const said = leak(2, 'leak');
    before.addEvent(said);
    before.advance(BEGIN_MS + 3 * HOUR_MS);
    const after = plainAlerts(ruled('trend == leak'), plainTime(0), { checkpoint: before.checkpoint() });
    after.addEvent(said);
    after.advance(BEGIN_MS + 3 * HOUR_MS + 10_000);
    expect(after.open.map(({ state, labels }) => [state, labels.series])).toEqual([['firing', 'agent.rss_bytes']]);
  });
});

describe('a count of what happened', () => {
  it('is over when the time has passed over which it is taken', () => {
    const alerts = plainAlerts(ruled('k6_restarts >= 3'), plainTime(0));
    for (const hour of [1, 9, 17]) alerts.addEvent(event(hour, 'k6_exited'));
    alerts.advance(BEGIN_MS + 30 * HOUR_MS);
    // A day after the first of the three, and the minute that every end must last.
    expect(fired(alerts)).toEqual([[17, 25 + 1 / 60]]);
  });

  it('is not reached by what happens too seldom', () => {
    const alerts = plainAlerts(ruled('k6_restarts >= 3'), plainTime(0));
    for (const hour of [1, 20, 40, 60]) alerts.addEvent(event(hour, 'k6_exited'));
    expect(fired(alerts)).toEqual([]);
  });

  it('is taken over the time that the rule says', () => {
    const alerts = plainAlerts(ruled('missed_ticks >= 4 over 2h'), plainTime(0));
    for (const hour of [1, 2.5]) alerts.addEvent(event(hour, 'ticks_missed', { intervals: 2 }));
    alerts.advance(BEGIN_MS + 6 * HOUR_MS);
    expect(fired(alerts)).toEqual([[2.5, 3 + 1 / 60]]);
  });

  it('of restarts of the target holds those in time that is judged', () => {
    const judgedFromMs = BEGIN_MS + HOUR_MS;
    const time = plainTime(0, { isJudged: (fromMs) => fromMs >= judgedFromMs });
    const alerts = plainAlerts(ruled('target_restarts >= 1'), time);
    alerts.addEvent(event(0.5, 'target_restarted', { source: 'agent' }));
    alerts.advance(judgedFromMs + HOUR_MS);
    expect(alerts.open).toEqual([]);
    alerts.addEvent(event(3, 'target_restarted', { source: 'agent' }));
    expect(fired(alerts)).toEqual([[3, null]]);
  });
});

describe('a source that failed before it gave a series', () => {
  it('is known by its kind as soon as it gives one', () => {
    const alerts = plainAlerts(ruled('redis_up == 0'), plainTime(0));
    alerts.addEvent(event(0.1, 'source_failed', { source: 'cache', reason: 'refused' }));
    alerts.addEvent(event(0.2, 'source_recovered', { source: 'cache' }));
    const series: SeriesInfo = {
      ...{ id: 'cache.keys', source: 'cache', kind: 'redis', role: 'dependency', unit: 'count' },
      ...{ leakCandidate: false, memory: false },
    };
    alerts.addSeries([series]);
    alerts.addEvent(event(1, 'source_failed', { source: 'cache', reason: 'refused' }));
    expect(fired(alerts)).toEqual([[1, null]]);
  });
});

describe('a rule that asks for less time than samples tell', () => {
  it('holds for one interval, and says so wherever it is shown', () => {
    const alerts = plainAlerts(ruled('cpu > 90% for 30s'), plainTime(0));
    expect(alerts.stretched.map(({ condition }) => [condition.forMs, condition.text])).toEqual([
      [MINUTE_MS, 'cpu > 90% for 30s (held for 1 min: samples come no sooner)'],
    ]);
    const often = plainAlerts(ruled('cpu > 90% for 30s'), plainTime(0, { sampleIntervalMs: 30_000 }));
    expect(often.stretched).toEqual([]);
  });
});
