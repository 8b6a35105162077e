import { describe, expect, it } from 'vitest';
import { Fired, plainAlerts, plainTime, randomWindow } from '../../tests/support/alert-engine.ts';
import { rulesOf } from '../../tests/support/alert-rig.ts';
import { seededRandom } from '../base/random.ts';
import type { AlertRule } from '../model/alert.ts';

/** Windows of 10 s in a night of eight hours. */
const NIGHT = 2880;

const named = (name: string, condition: string, more = ''): AlertRule[] => [
  ...rulesOf(`alerts: [{ name: ${name}, condition: "${condition}", severity: critical${more} }]`).rules,
];
const RULES = [
  ...named('HighErrorRate', 'error_rate > 2% for 5min'),
  ...named('HighLatency', 'p95 > 5s for 5min'),
  // What a rule without regard for the count says.
  ...named('Plain', 'error_rate > 2% for 5min', ', min_count: 1'),
  ...named('PlainAtOnce', 'error_rate > 2%', ', min_count: 1'),
];

/** How often each rule fires in so many nights at nine requests a minute. */
function nights(count: number, failing: number, slow: number): Record<string, number> {
  const alerts = plainAlerts(RULES, plainTime(9));
  const fired = new Fired();
  const random = seededRandom(11);
  for (let index = 0; index < count * NIGHT; index++) {
    alerts.addWindow(randomWindow(index, { perMinute: 9, failing, slow }, random));
    if (index % 100 === 0) fired.take(alerts);
  }
  fired.take(alerts);
  const names = fired.names();
  return Object.fromEntries(RULES.map(({ name }) => [name, names.filter((one) => one === name).length]));
}

describe('nights at nine requests a minute', () => {
  it('raise no false alarm in two weeks with one failure in two hundred, where a plain share raises many', () => {
    const { HighErrorRate, HighLatency, Plain, PlainAtOnce } = nights(14, 0.005, 0.02);
    expect({ HighErrorRate, HighLatency }).toEqual({ HighErrorRate: 0, HighLatency: 0 });
    expect(Plain).toBeGreaterThan(20);
    expect(PlainAtOnce).toBeGreaterThan(200);
  });

  it('still raise the alarm when one request in five fails', () => {
    const { HighErrorRate, HighLatency } = nights(1, 0.2, 0.5);
    expect(HighErrorRate).toBeGreaterThan(0);
    expect(HighLatency).toBeGreaterThan(0);
  });
});

describe('a day at six hundred requests a minute', () => {
  it('takes a share of many as it is: 3 % is above 2 %, 1.5 % is not', () => {
    const fires = (failing: number): boolean => {
      const alerts = plainAlerts(RULES, plainTime(600));
      const fired = new Fired();
      const random = seededRandom(3);
      for (let index = 0; index < 120; index++)
        alerts.addWindow(randomWindow(index, { perMinute: 600, failing }, random));
      fired.take(alerts);
      return fired.names().includes('HighErrorRate');
    };
    expect([fires(0.03), fires(0.015)]).toEqual([true, false]);
  });
});
