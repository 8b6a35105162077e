import { describe, expect, it } from 'vitest';
import { BEGIN_MS, Fired, HOUR_MS, MINUTE_MS, plainAlerts, plainTime } from '../../tests/support/alert-engine.ts';
import { shippedRules } from '../../tests/support/alert-rig.ts';
import { loadWindow, requestCell } from '../../tests/support/load-window.ts';
import type { Alert } from '../model/alert.ts';
import type { RunEvent } from '../model/run.ts';
import type { SeriesInfo } from '../model/sample.ts';
import type { SeriesGrowth } from '../model/verdict.ts';
import { WINDOW_MS } from '../model/window.ts';
import type { RunAlerts } from './engine.ts';

const { rules } = shippedRules();
const minutes = (count: number): number => BEGIN_MS + count * MINUTE_MS;

const series = (source: string, kind: string, role: SeriesInfo['role'] = 'target'): SeriesInfo => ({
  ...{ id: `${source}.keys`, source, kind, role, unit: 'count', leakCandidate: false, memory: false },
});

let ids = 0;
const event = (atMs: number, kind: string, data: Record<string, unknown>): RunEvent => ({
  ...{ id: ++ids, atMs, kind, severity: 'warning', message: `${kind} happened`, data },
});

/** Windows go on, each answered: so that silence of k6 is none. */
function quiet(alerts: RunAlerts, fromMs: number, untilMs: number): void {
  for (let startMs = fromMs; startMs < untilMs; startMs += WINDOW_MS)
    alerts.addWindow(loadWindow({ startMs, endMs: startMs + WINDOW_MS }));
}

const firedBy = (play: (alerts: RunAlerts) => void, time = plainTime(60)): Alert[] => {
  const alerts = plainAlerts(rules, time);
  alerts.addSeries([series('redis', 'redis', 'dependency'), series('agent', 'http')]);
  play(alerts);
  const fired = new Fired();
  fired.take(alerts);
  return [...fired.alerts.values()];
};
const namesOf = (alerts: readonly Alert[]): string[] => alerts.map(({ rule }) => rule.name);

describe('RedisUnavailable', () => {
  const away = (fromS: number, untilS: number) => (alerts: RunAlerts) => {
    const fromMs = minutes(10) + fromS * 1000;
    quiet(alerts, BEGIN_MS, minutes(10));
    alerts.addEvent(event(fromMs, 'source_failed', { source: 'redis', reason: 'connection refused' }));
    alerts.addEvent(event(minutes(10) + untilS * 1000, 'source_recovered', { source: 'redis' }));
    quiet(alerts, minutes(10), minutes(20));
  };

  it('fires 30 s after Redis went away, although samples come each minute, and names it', () => {
    const [alert] = firedBy(away(3, 60));
    expect(alert?.rule.name).toBe('RedisUnavailable');
    expect(alert?.firingMs).toBeGreaterThanOrEqual(minutes(10) + 33_000);
    expect(alert?.firingMs).toBeLessThanOrEqual(minutes(10) + 43_000);
    expect(alert?.labels.series).toBe('redis');
    expect(alert?.state).toBe('resolved');
  });

  it('says nothing of 20 s', () => {
    expect(firedBy(away(3, 23))).toEqual([]);
  });
});

describe('SamplerBlind', () => {
  it('fires when a source could not be read for five minutes, in the warm-up too', () => {
    const fired = firedBy(
      (alerts) => {
        alerts.addEvent(event(minutes(1), 'source_failed', { source: 'agent', reason: 'no route' }));
        quiet(alerts, BEGIN_MS, minutes(10));
      },
      plainTime(60, { isJudged: () => false }),
    );
    expect(namesOf(fired)).toEqual(['SamplerBlind']);
    expect(fired[0]?.evidence).toContain('agent cannot be read');
  });
});

describe('an alert that fires when the run ends', () => {
  it('is cut off, not over: it says why nobody looks any more, and that it still held', () => {
    const alerts = plainAlerts(rules, plainTime(60));
    alerts.addSeries([series('agent', 'http')]);
    alerts.addEvent(event(minutes(1), 'source_failed', { source: 'agent', reason: 'no route' }));
    quiet(alerts, BEGIN_MS, minutes(10));
    alerts.finish(minutes(10), 'the run is over: passed');
    const ended = alerts.take().alerts.filter(({ firingMs }) => firingMs !== null);
    expect(ended.map(({ rule, state, cutOff }) => [rule.name, state, cutOff])).toEqual([
      ['SamplerBlind', 'resolved', { reason: 'the run is over: passed', stillHeld: true }],
    ]);
  });
});

describe('a source that stays blind over a restart of soakd', () => {
  it('has been blind since it failed first', () => {
    const [alert] = firedBy((alerts) => {
      alerts.addEvent(event(minutes(1), 'source_failed', { source: 'agent', reason: 'no route' }));
      quiet(alerts, BEGIN_MS, minutes(5));
      alerts.addEvent(event(minutes(5), 'source_failed', { source: 'agent', reason: 'no route' }));
      quiet(alerts, minutes(5), minutes(7));
    });
    expect(alert?.evidence).toMatch(/^agent cannot be read for 5 min 50 s/);
  });
});

describe('RequestsHang', () => {
  it('fires when arrivals find every user hanging, though others are still answered', () => {
    const fired = firedBy((alerts) => {
      for (let at = 0; at < 60; at++) {
        const startMs = BEGIN_MS + at * WINDOW_MS;
        const iterations = {
          planned: 10,
          started: 5,
          finished: 5,
          interrupted: 0,
          starved: at < 20 ? 0 : 4,
          late: 0,
          paused: 0,
        };
        const requests = [requestCell(Array.from({ length: 10 }, () => 200))];
        alerts.addWindow(loadWindow({ startMs, endMs: startMs + WINDOW_MS, iterations, requests }));
      }
    });
    expect(namesOf(fired)).toEqual(['RequestsHang']);
  });
});

describe('what detection says', () => {
  it.each([
    ['suspect', 'GrowthSuspected'],
    ['leak', 'LeakFound'],
    ['drift', 'DriftFound'],
  ])('%s fires %s for its series, and is over when something else is said', (state, name) => {
    const said = (atMs: number, to: string) =>
      event(atMs, 'trend_changed', { series: 'agent.rss_bytes', from: 'stable', to, hour: 9 });
    const fired = firedBy((alerts) => {
      alerts.addEvent(said(minutes(60), 'stable'));
      alerts.addEvent(said(minutes(120), state));
      alerts.addEvent(said(minutes(240), 'growing'));
    }, plainTime(0));
    expect(namesOf(fired)).toEqual([name]);
    expect(fired[0]).toMatchObject({ state: 'resolved', firingMs: minutes(120), resolvedMs: minutes(240) });
    expect(fired[0]?.labels.series).toBe('agent.rss_bytes');
  });

  it('ExhaustionNear fires when the limit of a leaking series is less than a day away', () => {
    const growth = (hours: number): SeriesGrowth => ({
      ...{ series: 'agent.rss_bytes', unit: 'bytes', state: 'leak', why: '', growthPercentPer24h: 80, interval: null },
      ...{
        detectablePercentPer24h: 2,
        onsetMs: null,
        firstCalledMs: null,
        changePoints: [],
        startLevel: 1,
        samples: 9,
      },
      ...{ growthPer24h: 1, growthPer1000Requests: null },
      exhaustion: { atMs: minutes(60) + hours * HOUR_MS, lowMs: minutes(60) + 0.8 * hours * HOUR_MS, highMs: null },
    });
    const hoursAway = (hours: number) =>
      firedBy((alerts) => alerts.addGrowth([growth(hours)], minutes(60)), plainTime(0));
    expect(namesOf(hoursAway(30))).toEqual([]);
    const [near] = hoursAway(14);
    expect(near?.rule.name).toBe('ExhaustionNear');
    expect(near?.evidence).toContain('reaches its limit in 14.0 h');
  });
});

describe('an injected fault', () => {
  const fault = (raises: boolean) => {
    const alerts = plainAlerts(rules, plainTime(60));
    for (let startMs = BEGIN_MS; startMs < minutes(40); startMs += WINDOW_MS) {
      if (startMs === minutes(10))
        alerts.addEvent(event(startMs, 'fault_injected', { name: 'R-002', expects: ['HighErrorRate', 'ServiceDown'] }));
      if (startMs === minutes(20)) alerts.addEvent(event(startMs, 'fault_ended', { name: 'R-002' }));
      const failing = raises && startMs >= minutes(10) && startMs < minutes(20);
      const outcome = failing ? { outcome: 'connect' as const } : {};
      alerts.addWindow(
        loadWindow({ startMs, endMs: startMs + WINDOW_MS, requests: [requestCell([200, 200, 200], outcome)] }),
      );
      const down = alerts.open.find(({ rule }) => rule.name === 'ServiceDown');
      if (down !== undefined) expect(alerts.faultBehind(down)).toBe('R-002');
    }
    return alerts.take();
  };

  it('is behind what it was expected to raise, and that it was raised is a result', () => {
    const [result] = fault(true).events;
    expect(result).toMatchObject({ kind: 'fault_alerts', severity: 'info', data: { name: 'R-002', met: true } });
    expect(result?.data.raised).toContain('ServiceDown');
  });

  it('stays behind what it raised when that is over, so that nobody is told afterwards', () => {
    const over = fault(true).alerts.find(({ rule, state }) => rule.name === 'ServiceDown' && state === 'resolved');
    expect(over?.inhibitedBy).toBe('fault:R-002');
  });

  it('that raises nothing is a result too, and a warning', () => {
    expect(fault(false).events).toMatchObject([
      { kind: 'fault_alerts', severity: 'warning', data: { met: false, raised: [] } },
    ]);
  });
});
