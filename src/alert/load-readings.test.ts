import { describe, expect, it } from 'vitest';
import { BEGIN_MS, Fired, plainAlerts, plainTime } from '../../tests/support/alert-engine.ts';
import { rulesOf, shippedRules } from '../../tests/support/alert-rig.ts';
import { loadWindow, requestCell } from '../../tests/support/load-window.ts';
import { type LoadWindow, WINDOW_MS } from '../model/window.ts';

/** The window number `index` of a thousand arrivals, of which some fail and some come late. */
function windowAt(index: number, { failed, late = 0 }: { failed: number; late?: number }): LoadWindow {
  const startMs = BEGIN_MS + index * WINDOW_MS;
  const count = 1_000 - late;
  return loadWindow({
    ...{ sequence: index, startMs, endMs: startMs + WINDOW_MS },
    iterations: { planned: 1_000, started: count, finished: count, interrupted: 0, starved: 0, late, paused: 0 },
    requests: [requestCell([], { count: count - failed }), requestCell([], { outcome: 'http_error', count: failed })],
  });
}

const firedWith = (late: number, failed: number): string[] => {
  const alerts = plainAlerts(shippedRules().rules, plainTime(6_000));
  for (let index = 0; index < 60; index++) alerts.addWindow(windowAt(index, { failed, late }));
  const fired = new Fired();
  fired.take(alerts);
  return fired.names();
};

describe('windows in which k6 was late for some arrivals', () => {
  it('are judged up to the share that the verdict bears, so that one late arrival hides no dead target', () => {
    expect(firedWith(1, 999)).toEqual(expect.arrayContaining(['ServiceDown', 'HighErrorRate']));
    expect(firedWith(100, 900)).toEqual(expect.arrayContaining(['ServiceDown', 'HighErrorRate']));
  });

  it('are not judged beyond that share: the load was not offered', () => {
    expect(firedWith(101, 899)).toEqual(['GeneratorBehind']);
  });
});

describe('what is said of a target of which a quarter still answers', () => {
  it('is the share that fails, since when, of how many', () => {
    const alerts = plainAlerts(shippedRules().rules, plainTime(6_000));
    alerts.addWindow(windowAt(0, { failed: 0 }));
    for (let index = 1; index < 12; index++) alerts.addWindow(windowAt(index, { failed: 750 }));
    const down = alerts.open.find(({ rule }) => rule.name === 'ServiceDown');
    const since = new Date(BEGIN_MS + WINDOW_MS).toISOString().slice(11, 19);
    expect(down?.state).toBe('firing');
    expect(down?.evidence).toMatch(new RegExp(`^75 % fail since ${since} UTC: 8.?250 of 11.?000$`));
    expect(down?.rule.summary).toBe('most of what is asked fails');
  });
});

describe('a window that comes twice, after a restart or other rules', () => {
  it('is counted once', () => {
    const { rules } = rulesOf('alerts: [{ name: Errors, condition: "error_rate > 2%", severity: critical }]');
    const alerts = plainAlerts(rules, plainTime(6_000));
    alerts.addWindow(windowAt(0, { failed: 30 }));
    alerts.addWindow(windowAt(0, { failed: 30 }));
    alerts.addWindow(windowAt(1, { failed: 30 }));
    expect(alerts.open[0]?.evidence).toMatch(/60 of 2.?000 requests/);
  });
});
