import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rulesOf } from '../../tests/support/alert-rig.ts';
import type { Alert, AlertRule } from '../model/alert.ts';
import { exact, notJudged, type Reading, unknown } from './reading.ts';
import { step } from './standing.ts';

const rule = (condition: string, more = ''): AlertRule => {
  const [one] = rulesOf(`alerts: [{ name: Rule, condition: "${condition}", severity: warning${more} }]`).rules;
  if (one === undefined) throw new Error('no rule');
  return one;
};
const identity = { runId: 'r1', labels: { alertname: 'Rule' } };
const S = 1000;
const at = (seconds: number, value: number): Reading => exact(seconds * S, null, value, String(value));

/** States after each reading; `-` for none. */
function states(of: AlertRule, readings: readonly Reading[], gapMs = 60 * S): string[] {
  let alert: Alert | null = null;
  return readings.map((reading) => {
    ({ alert } = step(of, identity, alert?.state === 'resolved' ? null : alert, reading, gapMs));
    return alert?.state ?? '-';
  });
}

describe('the life of an alert', () => {
  it('is pending until its condition has lasted, then fires, and resolves when that is gone for a minute', () => {
    const readings = [at(0, 1), at(10, 20), at(20, 20), at(40, 20), at(50, 5), at(60, 5), at(109, 5), at(110, 5)];
    expect(states(rule('in_flight > 10 for 30s'), readings)).toEqual([
      '-',
      'pending',
      'pending',
      'firing',
      'firing',
      'firing',
      'firing',
      'resolved',
    ]);
  });

  it('ends at once where the condition does not last, and begins anew when it comes back', () => {
    expect(states(rule('in_flight > 10 for 30s'), [at(0, 20), at(10, 5), at(20, 20)])).toEqual([
      'pending',
      'resolved',
      'pending',
    ]);
  });

  it('goes on firing between its limit and the threshold to clear at', () => {
    const readings = [at(0, 20), at(60, 9), at(120, 9), at(180, 7), at(230, 9), at(240, 7), at(300, 7)];
    expect(states(rule('in_flight > 10', ', clear: 8'), readings, 600 * S)).toEqual([
      'firing',
      'firing',
      'firing',
      'firing',
      'firing',
      'firing',
      'resolved',
    ]);
  });

  it('drops what is pending when time is not judged, and holds what fires', () => {
    const pause = notJudged(20 * S, null, 'paused');
    expect(states(rule('in_flight > 10 for 60s'), [at(10, 20), pause])).toEqual(['pending', 'resolved']);
    expect(states(rule('in_flight > 10'), [at(10, 20), pause, at(30, 20)])).toEqual(['firing', 'firing', 'firing']);
  });

  it('has no data as a state of its own, from every other, and back', () => {
    const gone = (seconds: number): Reading => unknown(seconds * S, null, 'gone');
    expect(states(rule('in_flight > 10'), [gone(0), at(10, 5)])).toEqual(['no_data', 'resolved']);
    expect(states(rule('in_flight > 10 for 20s'), [at(0, 20), gone(10), at(20, 20), at(40, 20)])).toEqual([
      'pending',
      'no_data',
      'pending',
      'firing',
    ]);
    expect(states(rule('in_flight > 10'), [at(0, 20), gone(10), at(20, 20)])).toEqual(['firing', 'no_data', 'firing']);
  });

  it('counts no time in which nothing was known', () => {
    expect(states(rule('in_flight > 10 for 5m'), [at(0, 20), at(600, 20), at(650, 20)])).toEqual([
      'pending',
      'pending',
      'pending',
    ]);
  });

  it('fires for a share of few only when its interval excludes the limit', () => {
    const doubtful: Reading = { ...at(0, 20), low: 1, high: 40 };
    const certain: Reading = { ...at(10, 20), low: 11, high: 40 };
    expect(states(rule('in_flight > 10'), [doubtful, certain])).toEqual(['-', 'firing']);
  });

  it('never fires before its condition has held for as long as the rule says, whatever comes', () => {
    const reading = fc.record({
      gapS: fc.integer({ min: 1, max: 90 }),
      bad: fc.boolean(),
      kind: fc.constantFrom('known', 'known', 'known', 'gone', 'paused'),
    });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 60 }), fc.integer({ min: 0, max: 120 }), (given, forS) => {
        const of = rule(`in_flight > 10 for ${forS + 1}s`);
        let alert: Alert | null = null;
        let seconds = 0;
        let badSinceS: number | null = null;

        for (const { gapS, bad, kind } of given) {
          seconds += gapS;
          const one =
            kind === 'gone'
              ? unknown(seconds * S, null, '')
              : kind === 'paused'
                ? notJudged(seconds * S, null, '')
                : at(seconds, bad ? 20 : 5);
          const isBad = kind === 'known' && bad;
          badSinceS = isBad ? (gapS > 60 ? seconds : (badSinceS ?? seconds)) : null;
          const before: Alert | null = alert?.state === 'resolved' ? null : alert;
          const next = step(of, identity, before, one, 60 * S);
          alert = next.alert;
          const fires = before?.firingMs == null && alert?.firingMs != null;
          if (fires) {
            expect(badSinceS).not.toBeNull();
            expect(seconds - (badSinceS ?? seconds)).toBeGreaterThanOrEqual(forS + 1);
          }
        }
      }),
    );
  });
});
